import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../test/conformance/model.ts'
import type { PriceTable } from '../../world/index.ts'
import { ReplayError, replay } from './replay.ts'

const START = 1_700_000_000

function table(prices: Readonly<Record<string, readonly number[]>>, every = 60): PriceTable {
  const columns = Object.values(prices).map((column) => Float64Array.from(column))
  const time = Float64Array.from(columns[0] ?? [], (_, k) => START + k * every)
  return { time, assets: Object.keys(prices), prices: columns }
}

function make(prices: PriceTable, params: Readonly<Record<string, unknown>> = {}) {
  const world = smallWorld({ replay: [replay, { prices, ...params }] })
  const driver = world.port('driver', 'replay')
  /** Price relative to the start after so many seconds. */
  const at = (seconds: number, asset = ETH): number => {
    stepWorld(world, seconds / 12 - world.clock[0]!)
    return Math.exp(driver.shift(asset))
  }
  return { world, driver, at }
}

const wave = table({
  BTC: Array.from({ length: 10 }, (_, k) => 27_000 + 900 * Math.sin(k)),
  GBP: [Number.NaN, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  ETH: Array.from({ length: 10 }, (_, k) => 1800 + 70 * Math.cos(k)),
})
driverConformance('replay', () => make(wave))
modelConformance('recorded prices', () => make(wave).world, { isRandom: false })

describe('a replay', () => {
  it('follows the record in proportion to the scenario price', () => {
    const { at } = make(table({ ETH: [1000, 900, 1200], BTC: [2, 1, 4] }))
    expect(at(60)).toBeCloseTo(0.9, 14)
    expect(at(60, BTC)).toBeCloseTo(0.5, 14)
    expect(at(120)).toBeCloseTo(1.2, 14)
    expect(at(120, BTC)).toBeCloseTo(2, 14)
  })

  it('goes between two rows along a straight line in log price', () => {
    const { at } = make(table({ ETH: [1000, 500] }))
    expect(at(12)).toBeCloseTo(0.5 ** 0.2, 14)
    expect(at(48)).toBeCloseTo(0.5 ** 0.8, 14)
  })

  it('or keeps the last row until the next', () => {
    const { at } = make(table({ ETH: [1000, 500] }), { between: 'last' })
    expect(at(48)).toBe(1)
    expect(at(60)).toBeCloseTo(0.5, 14)
  })

  it('holds the last price after the end of the record', () => {
    const { at } = make(table({ ETH: [1000, 800] }))
    expect(at(600)).toBeCloseTo(0.8, 14)
  })

  it('holds the last known price over a gap', () => {
    const { at } = make(table({ ETH: [1000, 800, Number.NaN, 600] }))
    expect(at(60)).toBeCloseTo(0.8, 14)
    expect(at(120)).toBeCloseTo(0.8, 14)
    expect(at(180)).toBeCloseTo(0.6, 14)
  })

  it('starts where it is told to, between two rows too', () => {
    const { at } = make(table({ ETH: [1000, 500, 400] }), { from: 30 })
    expect(at(36)).toBeCloseTo((500 / (1000 * Math.SQRT1_2)) * 0.8 ** 0.1, 14)
  })

  it('leaves out what is no asset of the scenario, whatever its column holds', () => {
    expect(make(wave).driver.assets).toEqual([BTC, ETH])
  })

  it('refuses a table that cannot drive the scenario', () => {
    expect(() => make(table({ GBP: [1, 2] }))).toThrow(ReplayError)
    expect(() => make(table({ USD: [1, 1] }))).toThrow(ReplayError)
    expect(() => make(table({}))).toThrow(ReplayError)
    expect(() => make(table({ ETH: [] }))).toThrow(ReplayError)
    expect(() => make(table({ ETH: [Number.NaN, 5] }))).toThrow(ReplayError)
    expect(() => make(table({ ETH: [0, 5] }))).toThrow(ReplayError)
    expect(() => make(table({ ETH: [5, 5] }), { from: 61 })).toThrow(ReplayError)
    expect(() => make(table({ ETH: [5, 5] }), { from: 60 })).not.toThrow()
  })
})
