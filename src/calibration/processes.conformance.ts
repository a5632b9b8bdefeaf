import { philoxDraws } from '../math/index.ts'
import { bootstrap, gbm, heston, jumpDiffusion, pegs, regimes } from '../mechanisms/prices/index.ts'
import type { PriceTable } from '../world/index.ts'
import type { ProcessName } from './fit.ts'
import { simulate } from './simulate.conformance.ts'

const base = { vols: [], pairs: [], drift: 0, correlation: 0, jumpsPerYear: 0 }
const calm = { ...base, name: 'calm', leaving: 150, vol: 0.4, correlation: 0.5, degrees: 6 }
const stress = { ...base, name: 'stress', leaving: 400, vol: 1.3, correlation: 0.9, degrees: 8 }
const peg = {
  ...{ speed: 1500, vol: 0.06, start: 0, breaksPerYear: 0, breakMean: 0, breakSd: 0 },
  ...{ brokenSpeed: 0, brokenVol: 0, repairsPerYear: 0 },
}
const breaks = { breaksPerYear: 100, breakMean: -0.01, breakSd: 0.02 }
const garch = { vol: 0.8, alpha: 0.1, beta: 0.85 }
const variance = { vol: 0.7, speed: 25, volOfVariance: 4, leverage: -0.5, startVol: 0 }

/** A record of independent Student-like returns to draw from. */
function past(seed: number): PriceTable {
  const draws = philoxDraws(seed, 0, 'past')
  let level = 0
  const column = Float64Array.from({ length: 6001 }, (_, k) => {
    const scale = Math.sqrt(3 / (draws.normal(k, 1) ** 2 + draws.normal(k, 2) ** 2 + 1))
    level += k === 0 ? 0 : 0.005 * scale * draws.normal(k, 0)
    return Math.exp(level)
  })
  const time = Float64Array.from({ length: 6001 }, (_, k) => k * 3600)
  return { time, assets: ['A1'], prices: [column] }
}

/** A known process, how to draw from it, and the parameters that its fit should give. */
export type Known = {
  readonly process: ProcessName
  draw(rows: number, seed: number): PriceTable
  readonly truth: Readonly<Record<string, number>>
}

/** Names of the known processes. */
export type KnownName =
  | 'gbm'
  | 'jumpDiffusion'
  | 'regimes'
  | 'jumpingRegimes'
  | 'ou'
  | 'breakingPeg'
  | 'bootstrap'
  | 'heston'

function laws(n: number, value: object): readonly object[] {
  return Array.from({ length: n }, (_, i) => ({ asset: i + 1, value }))
}

/** Processes with known parameters, hourly. */
export const KNOWN: Readonly<Record<KnownName, Known>> = {
  gbm: {
    process: 'gbm',
    draw: (rows, seed) => simulate(gbm, 2, { vol: 0.8, correlation: 0.6, drift: 0.5 }, rows, seed),
    truth: { 'A1.vol': 0.8, 'A2.vol': 0.8, 'A1.drift': 0.5, 'A1.A2.correlation': 0.6 },
  },
  jumpDiffusion: {
    process: 'jumpDiffusion',
    draw: (rows, seed) => {
      const law = { perYear: 300, mean: -0.005, sd: 0.02 }
      return simulate(jumpDiffusion, 2, { vol: 0.5, correlation: 0.6, ...law }, rows, seed)
    },
    truth: {
      ...{ 'A1.vol': 0.5, 'A1.jumpsPerYear': 300, 'A1.jumpMean': -0.005, 'A1.jumpSd': 0.02 },
      ...{ 'A2.vol': 0.5, 'A2.jumpsPerYear': 300, 'A2.jumpMean': -0.005, 'A2.jumpSd': 0.02 },
      'A1.A2.correlation': 0.6,
    },
  },
  regimes: {
    process: 'regimes',
    draw: (rows, seed) => simulate(regimes, 2, { regimes: [calm, stress] }, rows, seed),
    truth: {
      ...{ 'calm.leaving': 150, 'stress.leaving': 400, 'calm.degrees': 6, 'stress.degrees': 8 },
      ...{ 'calm.A1.vol': 0.4, 'calm.A2.vol': 0.4, 'stress.A1.vol': 1.3, 'stress.A2.vol': 1.3 },
      ...{ 'calm.A1.A2.correlation': 0.5, 'stress.A1.A2.correlation': 0.9 },
    },
  },
  jumpingRegimes: {
    process: 'regimes',
    draw: (rows, seed) => {
      const jumping = { ...stress, vol: 1, jumpsPerYear: 300 }
      const sizes = { jumpMean: -0.1, jumpSd: 0.04, jumpCorrelation: 0.8 }
      return simulate(regimes, 2, { regimes: [calm, jumping], ...sizes }, rows, seed)
    },
    truth: {
      ...{ jumpsPerYear: 300, 'A1.jumpMean': -0.1, 'A2.jumpMean': -0.1, 'A1.jumpSd': 0.04 },
      ...{ 'A2.jumpSd': 0.04, jumpCorrelation: 0.8, 'stress.A1.vol': 1, 'calm.A1.vol': 0.4 },
      ...{ 'calm.leaving': 150, 'stress.leaving': 400 },
    },
  },
  ou: {
    process: 'ou',
    draw: (rows, seed) => simulate(pegs, 1, { pegs: laws(1, peg) }, rows, seed),
    truth: { 'A1.level': 0, 'A1.speed': 1500, 'A1.vol': 0.06 },
  },
  breakingPeg: {
    process: 'ou',
    draw: (rows, seed) => {
      const loose = { brokenSpeed: 200, brokenVol: 0.2, repairsPerYear: 400 }
      return simulate(pegs, 1, { pegs: laws(1, { ...peg, ...breaks, ...loose }) }, rows, seed)
    },
    truth: {
      ...{ 'A1.speed': 1500, 'A1.vol': 0.06, 'A1.breaksPerYear': 100, 'A1.breakMean': -0.01 },
      ...{ 'A1.breakSd': 0.02, 'A1.brokenSpeed': 200, 'A1.brokenVol': 0.2 },
      'A1.repairsPerYear': 400,
    },
  },
  bootstrap: {
    process: 'bootstrap',
    draw: (rows, seed) =>
      simulate(bootstrap, 1, { prices: past(seed), laws: laws(1, garch) }, rows, seed),
    truth: { 'A1.vol': 0.8, 'A1.alpha': 0.1, 'A1.persistence': 0.95 },
  },
  heston: {
    process: 'heston',
    draw: (rows, seed) => simulate(heston, 1, { laws: laws(1, variance) }, rows, seed),
    truth: { 'A1.vol': 0.7, 'A1.speed': 25, 'A1.volOfVariance': 4, 'A1.leverage': -0.5 },
  },
}
