import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import { schedule } from './schedule.ts'

type Shock = {
  readonly assets: readonly number[]
  readonly drop: number
  readonly scale?: number
  readonly at?: number
  readonly over?: number
  readonly lasts?: number
}

function make(shocks: readonly Shock[]) {
  const full = shocks.map((shock) => ({ scale: 1, at: 0, over: 0, lasts: 0, ...shock }))
  const world = smallWorld({ schedule: [schedule, { shocks: full }] })
  const driver = world.port('driver', 'schedule')
  const shiftAt = (ticks: number): number => {
    stepWorld(world, ticks - world.clock[0]!)
    return driver.shift(ETH)
  }
  return { world, driver, shiftAt }
}

const crash: readonly Shock[] = [
  { assets: [ETH, BTC], drop: 0.3, over: 300 },
  { assets: [ETH], drop: -0.1, at: 120 },
]
driverConformance('schedule', () => make(crash))
modelConformance('scheduled shocks', () => make(crash).world, { isRandom: false })

describe('a schedule', () => {
  it('takes a shock that lasts for a while back to the last digit, other shocks stay', () => {
    const { shiftAt } = make([
      { assets: [ETH], drop: -0.3, at: 24, lasts: 36 },
      { assets: [ETH], drop: 0.1, at: 48 },
    ])
    const rise = Math.log(1.3)
    const fall = Math.log(0.9)
    expect(shiftAt(1)).toBe(0)
    expect(shiftAt(2)).toBeCloseTo(rise, 14)
    expect(shiftAt(4)).toBeCloseTo(rise + fall, 14)
    expect(shiftAt(5)).toBeCloseTo(fall, 14)
    expect(shiftAt(9)).toBe(shiftAt(5))
  })

  it('moves the log price evenly over the stated time, and then no more', () => {
    const { shiftAt } = make([{ assets: [ETH], drop: 0.4, at: 24, over: 120 }])
    const whole = Math.log(0.6)
    expect(shiftAt(1)).toBe(0)
    expect(shiftAt(2)).toBe(0)
    expect(shiftAt(3)).toBeCloseTo(whole / 10, 15)
    expect(shiftAt(7)).toBeCloseTo(whole / 2, 15)
    expect(shiftAt(12)).toBeCloseTo(whole, 15)
    expect(shiftAt(20)).toBeCloseTo(whole, 15)
  })

  it('moves at once when no time is stated: at its moment, and not a tick later', () => {
    const { shiftAt } = make([{ assets: [ETH], drop: 0.4, at: 36 }])
    expect(shiftAt(2)).toBe(0)
    expect(shiftAt(3)).toBeCloseTo(Math.log(0.6), 15)
    expect(make([{ assets: [ETH], drop: 0.4 }]).shiftAt(1)).toBeCloseTo(Math.log(0.6), 15)
  })

  it('adds shocks of one asset in log price, so that prices multiply', () => {
    const { shiftAt, driver } = make([
      { assets: [ETH], drop: 0.2 },
      { assets: [ETH, BTC], drop: 0.5, over: 24 },
    ])
    expect(Math.exp(shiftAt(1))).toBeCloseTo(0.8 * Math.sqrt(0.5), 14)
    expect(Math.exp(shiftAt(2))).toBeCloseTo(0.4, 14)
    expect(Math.exp(driver.shift(BTC))).toBeCloseTo(0.5, 14)
  })

  it('scales a drop, and rises for a negative one', () => {
    expect(Math.exp(make([{ assets: [ETH], drop: 0.4, scale: 0.5 }]).shiftAt(1))).toBeCloseTo(
      0.8,
      14,
    )
    expect(Math.exp(make([{ assets: [ETH], drop: -0.25 }]).shiftAt(1))).toBeCloseTo(1.25, 14)
    expect(make([{ assets: [ETH], drop: 0.4, scale: 0 }]).shiftAt(1)).toBe(0)
  })

  it('leaves a finite log price when everything is lost', () => {
    expect(Math.exp(make([{ assets: [ETH], drop: 1 }]).shiftAt(1))).toBeCloseTo(1e-12, 15)
  })

  it('applies the whole schedule to factors, whatever time it takes', () => {
    const { world, shiftAt, driver } = make(crash)
    const factors = Float64Array.of(1, 10, 1, 1)
    world.port('shock', 'schedule').apply(factors)
    const eth = Math.exp(shiftAt(50))
    expect(factors[ETH]).toBeCloseTo(10 * eth, 12)
    expect(factors[ETH]).toBeCloseTo(10 * 0.7 * 1.1, 12)
    expect(factors[BTC]).toBeCloseTo(Math.exp(driver.shift(BTC)), 14)
    expect([factors[0], factors[3]]).toEqual([1, 1])
  })
})
