import { describe, expect, it } from 'vitest'
import { driverConformance } from '../../../test/conformance/driver.ts'
import { modelConformance, smallWorld, stepWorld, USDC } from '../../../test/conformance/model.ts'
import { pegs, revert, revertVariance } from './peg.ts'
import { transitions } from './regimes/kernel.ts'
import { driverWorld, moments } from './testWorld.conformance.ts'

const YEAR = 365 * 86400
const HOUR = 3600
const quiet = {
  speed: 2000,
  vol: 0.05,
  breaksPerYear: 0,
  breakMean: 0,
  breakSd: 0,
  brokenSpeed: 0,
  brokenVol: 0,
  repairsPerYear: 0,
  start: 0,
}
const lawsOf = (n: number, value: object) =>
  Array.from({ length: n }, (_, i) => ({ asset: i + 1, value: { ...quiet, ...value } }))

function make() {
  const value = { ...quiet, breaksPerYear: YEAR / 60, repairsPerYear: YEAR / 60, brokenVol: 0.1 }
  const world = smallWorld({ driver: [pegs, { pegs: [{ asset: USDC, value }] }] })
  return { world, driver: world.port('driver', 'driver') }
}

driverConformance('peg', make)
modelConformance('pegs', () => make().world)

describe('a peg that holds', () => {
  it.each([HOUR, 12 * HOUR])(
    'has the moments of Ornstein and Uhlenbeck at ticks of %i s',
    (tick) => {
      const n = 20_000
      const { world, shifts } = driverWorld(pegs, n, { pegs: lawsOf(n, { start: 0.01 }) }, tick)
      let before = shifts()
      for (const ticks of [1, 2, 30]) {
        stepWorld(world, ticks - world.clock[0]!)
        const years = (ticks * tick) / YEAR
        const now = shifts()
        const { mean, meanError, variance, varianceError } = moments(now)
        expect(Math.abs(mean - 0.01 * Math.expm1(-2000 * years))).toBeLessThan(3 * meanError)
        const expected = 0.05 ** 2 * revertVariance(2000, years)
        expect(Math.abs(variance - expected)).toBeLessThan(3 * varianceError)
        if (ticks === 2) {
          const products = now.map((x, i) => (x - mean) * before[i]!)
          const kept = Math.exp((-2000 * tick) / YEAR)
          const link = moments(products)
          const first = 0.05 ** 2 * revertVariance(2000, tick / YEAR)
          expect(Math.abs(link.mean - kept * first)).toBeLessThan(3.5 * link.meanError)
        }
        before = now
      }
    },
  )

  it('is a random walk without return, and steps chain', () => {
    expect(revert(0.5, 0, 2, 0.25, 1)).toBe(1.5)
    const [k, t] = [7, 0.3]
    const chained = revertVariance(k, t) * Math.exp(-2 * k * t) + revertVariance(k, t)
    expect(chained).toBeCloseTo(revertVariance(k, 2 * t), 14)
  })
})

describe('a peg that breaks', () => {
  it('breaks as often as stated, by the stated size, and stays away without return', () => {
    const n = 40_000
    const law = { vol: 0, breaksPerYear: 400, breakMean: -0.08, breakSd: 0.02 }
    const { world, shifts } = driverWorld(pegs, n, { pegs: lawsOf(n, law) }, HOUR)
    stepWorld(world, 20)
    const gone = shifts().filter((shift) => shift !== 0)
    const chance = -Math.expm1((-400 * 20 * HOUR) / YEAR)
    expect(Math.abs(gone.length - n * chance)).toBeLessThan(3 * Math.sqrt(n * chance))
    const { mean, meanError, variance, varianceError } = moments(gone)
    expect(Math.abs(mean + 0.08)).toBeLessThan(3 * meanError)
    expect(Math.abs(variance - 0.02 ** 2)).toBeLessThan(3 * varianceError)
  })

  it('creeps back at the broken speed, and is repaired at the stated rate', () => {
    const n = 20_000
    const law = { vol: 0, breaksPerYear: 1e9, breakMean: -0.1, brokenSpeed: 300 }
    const { world, shifts } = driverWorld(pegs, n, { pegs: lawsOf(n, law) }, HOUR)
    stepWorld(world, 1)
    const at = shifts()[0]!
    stepWorld(world, 10)
    expect(shifts()[0]! / at).toBeCloseTo(Math.exp((-300 * 10 * HOUR) / YEAR), 10)
    const repaired = { ...law, breaksPerYear: 2000, repairsPerYear: 2000 }
    const other = driverWorld(pegs, n, { pegs: lawsOf(n, repaired) }, HOUR)
    stepWorld(other.world, 5)
    const broken = other.world.columns['driver/broken'] as Uint8Array
    const share = transitions([2000, 2000], (5 * HOUR) / YEAR)[1]!
    const count = broken.reduce((a, b) => a + b, 0)
    expect(Math.abs(count - n * share)).toBeLessThan(3 * Math.sqrt(n * share * (1 - share)))
  })
})
