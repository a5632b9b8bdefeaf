import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../../test/conformance/driver.ts'
import {
  BTC,
  ETH,
  modelConformance,
  smallWorld,
  stepWorld,
} from '../../../../test/conformance/model.ts'
import { philoxDraws } from '../../../math/index.ts'
import { driverWorld, moments } from '../testWorld.conformance.ts'
import { filterMoves, nextVariance, stepMoves } from './kernel.ts'
import { BootstrapError, bootstrap } from './model.ts'

const YEAR = 365 * 86400
const HOUR = 3600
const law = { vol: 0.8, alpha: 0.1, beta: 0.85 }
const draws = philoxDraws(11, 0, 'record')

/** A record of two assets that always jump together, by unlike amounts. */
function record(names: readonly string[], rows = 3000) {
  const time = Float64Array.from({ length: rows }, (_, k) => k * HOUR)
  const logs = names.map(() => new Float64Array(rows))
  for (let k = 1; k < rows; k++) {
    const z = draws.normal(k, 0)
    const jump = draws.uniform(k, 1) < 0.02 ? 0.05 : 0
    logs.forEach((column, i) => {
      const own = i === 0 ? z : 0.8 * z + 0.6 * draws.normal(k, 2)
      column[k] = column[k - 1]! + 0.008 * own + (i + 1) * (jump - 0.001)
    })
  }
  return { time, assets: [...names], prices: logs.map((column) => column.map((x) => Math.exp(x))) }
}

const lawsOf = (members: readonly number[]) => members.map((asset) => ({ asset, value: law }))

function make(tickSeconds: number) {
  const params = { prices: record(['ETH', 'BTC'], 400), laws: lawsOf([ETH, BTC]) }
  const world = smallWorld({ driver: [bootstrap, params] }, { tickSeconds })
  return { world, driver: world.port('driver', 'driver') }
}

driverConformance('filtered bootstrap', () => make(600))
modelConformance('filtered bootstraps', () => make(5000).world)

const table = record(['A1', 'A2'])

function walk(params: object, tick: number, ticks: number, seed = 1) {
  const settings = { prices: table, laws: lawsOf([1, 2]), ...params }
  const { world, shifts } = driverWorld(bootstrap, 2, settings, tick, seed)
  const path = [shifts()]
  for (let k = 0; k < ticks; k++) {
    stepWorld(world, 1)
    path.push(shifts())
  }
  return path
}

describe('filtered historical bootstrap', () => {
  it('draws rows of the record: moves of all assets, divided by their volatility, are one row', () => {
    const path = walk({}, HOUR, 300)
    const { moves, follows } = stepMoves(table.time, table.prices, HOUR)
    const longRun = (0.64 * HOUR) / YEAR
    const residuals = moves.map((m) => filterMoves(m, follows, law, longRun).residuals)
    const variance = [longRun, longRun]
    for (let k = 1; k < path.length; k++) {
      const score = [0, 1].map((i) => {
        const v = variance[i]!
        const move = path[k]![i]! - path[k - 1]![i]! + v / 2
        variance[i] = nextVariance(law, longRun, move, v)
        return move / Math.sqrt(v)
      })
      const row = residuals[0]!.findIndex((e) => Math.abs(e - score[0]!) < 1e-9)
      expect(row).toBeGreaterThanOrEqual(0)
      expect(residuals[1]![row]).toBeCloseTo(score[1]!, 8)
    }
  })

  it('reaches the same end of each step whatever the ticks within it', () => {
    const hourly = walk({ block: 24 }, HOUR, 48)
    const fine = walk({ block: 24 }, 600, 48 * 6)
    const odd = walk({ block: 24 }, 1.5 * HOUR, 32)
    for (let hour = 0; hour <= 48; hour += 3)
      for (const i of [0, 1]) {
        expect(fine[hour * 6]![i]).toBeCloseTo(hourly[hour]![i]!, 12)
        expect(odd[hour / 1.5]![i]).toBeCloseTo(hourly[hour]![i]!, 12)
      }
  })

  it('moves between the ends with the volatility of the step', () => {
    const moves: number[] = []
    for (let seed = 1; seed <= 400; seed++) {
      const path = walk({}, HOUR / 2, 1, seed)
      moves.push(path[1]![0]!)
    }
    const { variance } = moments(moves)
    expect(variance / ((0.64 * HOUR) / 2 / YEAR)).toBeCloseTo(1, 0)
  })

  it('has the long-run variance, heavier tails than the residuals, and squares that remember', () => {
    const moves: number[] = []
    for (let seed = 1; seed <= 8; seed++) {
      const path = walk({}, HOUR, 2500, seed)
      for (let k = 1; k < path.length; k++) moves.push(path[k]![0]! - path[k - 1]![0]!)
    }
    const { mean, variance } = moments(moves)
    expect(variance / ((0.64 * HOUR) / YEAR)).toBeGreaterThan(0.85)
    expect(variance / ((0.64 * HOUR) / YEAR)).toBeLessThan(1.15)
    const squares = moves.map((x) => (x - mean) ** 2)
    const q = moments(squares)
    const link =
      squares.slice(1).reduce((a, x, k) => a + (x - q.mean) * (squares[k]! - q.mean), 0) /
      squares.length /
      q.variance
    expect(link).toBeGreaterThan(0.08)
  })

  it('leaves out what spans a gap, and starts the filter again after it', () => {
    const time = Float64Array.of(0, 1, 2, 5, 6, 7).map((t) => t * HOUR)
    const prices = [Float64Array.of(1, 2, 4, 400, 800, Number.NaN)]
    const { rows, follows, moves } = stepMoves(time, prices, HOUR)
    expect(rows).toBe(3)
    expect([...follows]).toEqual([0, 1, 0])
    for (const move of moves[0]!) expect(move).toBeCloseTo(Math.LN2, 12)
    expect(stepMoves(time, prices, 2 * HOUR).rows).toBe(1)
  })

  it('refuses a record that is too short, foreign or explosive', () => {
    const build = (params: object) =>
      driverWorld(bootstrap, 2, { prices: table, laws: lawsOf([1, 2]), ...params }, HOUR)
    expect(() => build({ prices: record(['A1', 'A2'], 50) })).toThrow(BootstrapError)
    expect(() => build({ prices: record(['A1', 'OTHER']) })).toThrow(BootstrapError)
    expect(() => build({ block: 2000 })).toThrow(BootstrapError)
    const explosive = [{ asset: 1, value: { vol: 1, alpha: 0.2, beta: 0.8 } }]
    expect(() => build({ laws: explosive })).toThrow(BootstrapError)
  })
})
