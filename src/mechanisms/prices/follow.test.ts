import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { FollowError, follow } from './follow.ts'
import { gbm } from './gbm.ts'
import { referenceMarket } from './referenceMarket/model.ts'
import { schedule } from './schedule.ts'

/** In these worlds BTC and USDC stand for derivatives of ETH. */
const noise: Member = [gbm, { assets: [ETH], vol: 0.9 }]
const fall = (drop: number, over = 120, assets = [ETH]): Member => [
  schedule,
  { shocks: [{ assets, drop, scale: 1, at: 12, over }] },
]

function make(name = 'derivative', drivers: readonly string[] = ['fall', 'noise']) {
  return smallWorld({
    noise,
    fall: fall(0.4),
    [name]: [follow, { drivers, base: ETH, assets: [BTC, USDC] }],
    market: [referenceMarket, { drivers: ['noise', 'fall', name] }],
  })
}

driverConformance('follow', () => {
  const world = make()
  return { world, driver: world.port('driver', 'derivative') }
})
modelConformance('derivatives and their base', () => make())

describe('a derivative', () => {
  it('keeps its ratio to the base in every tick, whatever the names', () => {
    for (const name of ['a', 'm', 'zz']) {
      const world = make(name)
      const market = world.port('referenceMarket', 'market')
      for (let tick = 0; tick < 30; tick++) {
        stepWorld(world, 1)
        expect(market.price(BTC) / market.price(ETH)).toBeCloseTo(15, 10)
        expect(market.price(USDC) * 2000).toBeCloseTo(market.price(ETH), 9)
      }
      expect(market.price(ETH)).not.toBeCloseTo(1200, 0)
    }
  })

  it('makes the moves of the drivers that it names, and adds its own drivers to them', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.5, max: 0.9, noNaN: true }),
        fc.double({ min: -0.5, max: 0.9, noNaN: true }),
        (drop, depeg) => {
          const world = smallWorld({
            noise,
            fall: fall(drop),
            depeg: fall(depeg, 0, [BTC]),
            tied: [follow, { drivers: ['fall'], base: ETH, assets: [BTC] }],
            market: [referenceMarket, { drivers: ['fall', 'depeg', 'tied', 'noise'] }],
          })
          stepWorld(world, 20)
          const price = world.port('referenceMarket', 'market').price(BTC)
          expect(price / (30_000 * (1 - drop) * (1 - depeg))).toBeCloseTo(1, 12)
        },
      ),
      { numRuns: 25 },
    )
  })

  it('can be followed itself, in any order of names', () => {
    for (const [first, second] of [
      ['a', 'b'],
      ['b', 'a'],
    ] as const) {
      const world = smallWorld({
        fall: fall(0.5),
        [first]: [follow, { drivers: ['fall'], base: ETH, assets: [BTC] }],
        [second]: [follow, { drivers: [first], base: BTC, assets: [USDC] }],
      })
      stepWorld(world, 20)
      expect(world.port('driver', second).shift(USDC)).toBeCloseTo(Math.log(0.5), 14)
      const factors = new Float64Array(4).fill(1)
      for (const { instance } of world.all('shock')) instance.ports!.shock!.apply(factors)
      expect([...factors]).toEqual([1, 0.5, 0.5, 0.5].map((f) => expect.closeTo(f, 14)))
    }
  })

  it('offers its whole scheduled move only when one of its drivers has one', () => {
    const names = (drivers: readonly string[]): readonly string[] =>
      make('derivative', drivers)
        .all('shock')
        .map((i) => i.name)
    expect(names(['fall', 'noise'])).toEqual(['derivative', 'fall'])
    expect(names(['noise'])).toEqual(['fall'])
  })
})

describe('a derivative is refused', () => {
  const build = (p: object, others: Readonly<Record<string, Member>> = {}) =>
    smallWorld({
      noise,
      tied: [follow, { drivers: ['noise'], base: ETH, assets: [BTC], ...p }],
      ...others,
    })

  it('when it would follow itself, directly or in a circle', () => {
    expect(() => build({ assets: [ETH] })).toThrow(FollowError)
    const back: Member = [follow, { drivers: ['tied'], base: BTC, assets: [ETH] }]
    expect(() => build({ drivers: ['back'] }, { back })).toThrow(/circle/)
  })

  it('when nothing moves its base', () => {
    expect(() => build({ base: USDC })).toThrow(/none of its drivers \(noise\) moves "USDC"/)
  })
})
