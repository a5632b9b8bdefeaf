import type {
  Checked,
  CliffDocument,
  CompareDocument,
  Estimate,
  SweepDocument,
  TuneDocument,
  Warned,
} from '../../experiments/index.ts'
import { exp } from '../../math/index.ts'
import { loadScenario } from '../../scenario/index.ts'
import type { About } from './about.ts'

/** What the pages of these documents say of their scenario. */
export function sampleAbout(): About {
  const scenario = loadScenario('scenarios/compound-v2-eth-crash.yaml')
  return {
    scenario: { ...scenario, title: 'a <title> & "more"' },
    command: "breakwater cliff 'a book.yaml' --vary ethDrop=0.2..0.9",
    set: { hours: 0.5, text: '<b>' },
  }
}

/** A smooth step from 0 to 1 around a place. */
function step(x: number, at: number): number {
  return 1 / (1 + exp(-(x - at) * 22))
}

function around(value: number): { value: number; low: number; high: number } {
  return { value, low: 0.9 * value, high: 1.1 * value }
}

const UNKNOWN = { value: Number.NaN, low: Number.NaN, high: Number.NaN }
const NONE = { value: null, low: null, high: null }

/** A cliff at 62 %. */
export const FOUND_CLIFF: CliffDocument = {
  ...{ breakwater: '0', experiment: 'cliff', scenario: 'compound-v2-eth-crash', seed: 1 },
  vary: { name: 'ethDrop', low: 0.2, high: 0.9 },
  order: { measure: 'badDebtShare', unit: 'fraction', shock: 'ethDrop', extra: 0.001 },
  measures: [
    {
      ...{ name: 'cliff', unit: 'fraction', value: 0.6213, low: 0.6051, high: 0.6402 },
      note: 'the response peaks here',
    },
    { name: 'kind', unit: '1 jump, 0 continuous', value: 0, low: 0, high: 0, note: '' },
    { name: 'cliffAtSize', unit: 'fraction', ...NONE, note: 'none' },
  ],
  ...{ growth: null, jump: null, loopGain: { below: 0.4, above: 1.7 } },
  hysteresis: { width: null, gap: null, note: 'not applicable', ways: [] },
  curve: Array.from({ length: 15 }, (_, k) => {
    const x = 0.2 + 0.05 * k
    const s = step(x, 0.62)
    return {
      ...{ x, order: around(0.12 * s), relativeSd: 0.1, gap: null },
      susceptibility: around(s * (1 - s)),
    }
  }),
  ...{ wider: null, paths: 8, runs: 400 },
}

/** No cliff, of one path, with a place without a value. */
export const NO_CLIFF: CliffDocument = {
  ...FOUND_CLIFF,
  measures: [
    { name: 'cliff', unit: 'fraction', ...NONE, note: 'the response has no peak inside' },
    { name: 'kind', unit: '1 jump, 0 continuous', ...NONE, note: '' },
  ],
  loopGain: { below: null, above: null },
  curve: [0.2, 0.4, 0.9].map((x, k) => ({
    x,
    order: k === 1 ? UNKNOWN : { value: 0, low: Number.NaN, high: Number.NaN },
    ...{ relativeSd: Number.NaN, susceptibility: UNKNOWN },
    gap: k === 1 ? 'every path failed: the feed <stopped>' : null,
  })),
  ...{ wider: { low: 0.2, high: 0.99 }, paths: 1 },
}

/** A mesh of 2 x 2 cells, one of them without a value at a corner, and a cliff in two rows of three. */
export const SWEEP: SweepDocument = {
  ...{ breakwater: '0', experiment: 'sweep', scenario: 'compound-v2-eth-crash', seed: 1 },
  vary: [
    { name: 'ethDrop', low: 0.2, high: 0.8, cells: 2 },
    { name: 'depth', low: 1e6, high: 4e7, cells: 2 },
  ],
  order: { measure: 'badDebt.es95', unit: 'USD', shock: 'ethDrop' },
  points: [0.2, 0.5, 0.8].flatMap((x) =>
    [1e6, 2.05e7, 4e7].map((y) => ({
      at: [x, y],
      ...(x === 0.8 && y === 1e6 ? NONE : around(8e6 * step(x, 0.4 + y / 1e8))),
      n: 8,
    })),
  ),
  cells: [0.2, 0.5].flatMap((x) =>
    [1e6, 2.05e7].map((y) => ({ from: [x, y], to: [x + 0.3, y + 1.95e7], depth: 0 })),
  ),
  line: [1e6, 2.05e7, 4e7].map((at, k) =>
    k === 1
      ? { at, ...NONE, kind: null, note: 'none' }
      : { at, value: 0.4 + at / 1e8, low: 0.38, high: 0.9, kind: 0, note: 'peak' },
  ),
  ...{ paths: 8, runs: 72 },
}

/** The same along one parameter. */
export const SWEEP_OF_ONE: SweepDocument = {
  ...SWEEP,
  vary: [SWEEP.vary[0]!],
  points: [0.2, 0.5, 0.8].map((x) => ({ at: [x], ...around(step(x, 0.5)), n: 8 })),
  cells: [0.2, 0.5].map((x) => ({ from: [x], to: [x + 0.3], depth: 0 })),
  line: [],
}

function told(value: number, method = 'mean'): Estimate {
  return { ...around(value), method, n: 64, approximate: false }
}

const AT = { ethDrop: 0.3, depth: 2e7 }

/** A tuning with a frontier of three points, next to a cliff. */
export const TUNED: TuneDocument = {
  ...{ breakwater: '0', experiment: 'tune', scenario: 'compound-v2-eth-crash', seed: 1 },
  ...{ freshSeed: 7, objective: 'badDebt.es99 + 0.1*capitalCost', subjectTo: ['badDebt < 4e5'] },
  vary: [
    { name: 'ethDrop', low: 0.2, high: 0.8 },
    { name: 'depth', low: 1e6, high: 4e7 },
  ],
  best: {
    ...{ at: AT, searched: 2e5, fresh: told(2.4e5) },
    constraints: [{ text: 'badDebt < 4e5', left: told(3e5), bound: 4e5, verdict: 'kept' }],
  },
  ...{ note: '', nearest: null },
  asItIs: { at: {}, searched: 9e5, fresh: told(9e5), constraints: [], more: told(6.6e5) },
  ...{ bySearch: null, atRandom: null, isRandom: true, lossMeasure: 'badDebt.es99' },
  marginals: [{ name: 'depth', step: 4e5, change: told(-1e4) }],
  cliffs: [
    {
      ...{ name: 'ethDrop', cliff: { value: 0.31, low: 0.3, high: 0.32 }, distance: 1 },
      ...{ share: 0.02, isNear: true, note: 'the response peaks there' },
    },
  ],
  frontier: {
    ...{ efficiency: 'totalDebt', loss: 'badDebt.es99' },
    points: [1e6, 2e6, 3e6].map((x, k) => ({
      ...{ at: AT, efficiency: told(x), loss: told(1e4 * 4 ** k) },
      slope: k < 2 ? 0.01 : null,
    })),
    ...{ tuned: { efficiency: told(1.2e6), loss: told(2e4) } },
    ...{ asItIs: { efficiency: told(2.5e6), loss: told(3e5) } },
    ...{ knee: { value: 2e6, low: 1.5e6, high: 2.5e6 }, note: 'farthest below the chord' },
  },
  ...{ points: 100, impossible: 2, paths: 64, freshPaths: 256, runs: 12_800 },
}

/** A tuning that found nothing. */
export const NOT_TUNED: TuneDocument = {
  ...TUNED,
  ...{ best: null, asItIs: null, frontier: null, marginals: [], cliffs: [] },
  note: 'no point met all constraints',
  nearest: { at: AT, missed: [{ text: 'badDebt < 4e5', by: 2e5 }] },
}

const EFFECT = { ...told(2e6), verdict: 'helps' } as const
const DOUBT = { ...told(0), low: -1e5, high: 1e5, verdict: 'cannot tell' } as const

/** Two defences: one helps and costs, of the other it cannot be told. */
export const COMPARED: CompareDocument = {
  ...{ breakwater: '0', experiment: 'compare', scenario: 'compound-v2-eth-crash', seed: 1 },
  measures: [],
  measure: { name: 'loss', unit: 'USD', better: 'lower' },
  ...{ statistic: 'mean', set: {}, calm: { ethDrop: 0 }, paths: 8, compared: 7, isCertain: false },
  arms: [
    {
      ...{ name: 'no defence', kind: 'base', parts: [], set: {}, level: told(5e6) },
      ...{ avoided: null, costs: [], payers: [] },
    },
    {
      ...{ name: 'breaker', kind: 'defence', parts: ['breaker'], set: {}, level: told(3e6) },
      ...{ avoided: EFFECT, costs: [{ ...told(1e4), measure: 'capitalCost', unit: 'USD' }] },
      payers: [{ ...told(-2e6), who: 'depositors', measure: 'badDebt', unit: 'USD' }],
    },
    {
      ...{ name: 'caps', kind: 'defence', parts: ['caps'], set: {}, level: told(5e6) },
      ...{ avoided: DOUBT, costs: [], payers: [] },
    },
  ],
  interactions: [{ pair: ['breaker', 'caps'], extra: told(-1e5), verdict: 'overlap' }],
  ranking: [
    { name: 'breaker', rank: 1, worst: 1, avoided: 2e6, cannotTell: [], same: [] },
    { name: 'caps', rank: 2, worst: 3, avoided: 0, cannotTell: ['no defence'], same: [] },
    { name: 'no defence', rank: 2, worst: 3, avoided: 0, cannotTell: ['caps'], same: [] },
  ],
  runs: 64,
}

const SHARES = { ar1: 0.2, phase: 0.3 }

/** No warning on two paths, of which one had nothing to look at; no cliff. */
export const WARNED: Warned = {
  ...{ breakwater: '0', experiment: 'warn', scenario: 'compound-v2-eth-crash', seed: 1 },
  ...{ asset: 'ETH', verdict: 'no warning', note: 'neither rose' },
  share: { value: 0, low: 0, high: 0.97, n: 1 },
  paths: [
    {
      ...{ path: 0, liquidations: 3, verdict: 'no warning', note: 'neither rose' },
      onset: { tick: 90, seconds: 1080, by: 'start of the <fall>' },
      indicators: [
        { name: 'variance', first: 1e-8, last: 2e-8, tau: 0.4, p: SHARES },
        { name: 'autocorrelation', first: 0.9, last: 0.9, tau: Number.NaN, p: SHARES },
      ],
      ...{ ticks: 90, window: 45, bandwidth: 9 },
    },
    {
      ...{ path: 1, liquidations: 0, verdict: 'cannot tell', note: 'only 3 ticks before it' },
      onset: { tick: 3, seconds: 36, by: 'start of the fall' },
      ...{ indicators: [], ticks: 3, window: 0, bandwidth: 0 },
    },
  ],
  failures: [{ path: 2, reason: 'a price is <0' }],
  lines: {
    path: 0,
    price: { seconds: [0, 600, 1200, 1800], values: [2000, 1990, 1700, 1650] },
    indicators: [
      { name: 'variance', seconds: [540, 800, 1080], values: [1e-8, 1.5e-8, 2e-8] },
      { name: 'autocorrelation', seconds: [540, 800, 1080], values: [0.9, Number.NaN, 0.9] },
    ],
  },
  branching: { likelihood: null, moment: null },
  distance: {
    ...{ shock: 'ethDrop', unit: 'fraction', measure: 'badDebt', asset: 'ETH' },
    ...{ jump: null, measureUnit: 'USD' },
    ...{ cliff: null, kind: null, move: null, low: 0, high: 0.8, note: 'no peak', runs: 80 },
  },
}

const CHECK_ROW = {
  unit: 'USD',
  better: 'lower',
  n: 16,
  lost: 0,
  gained: 0,
  isPaired: true,
  method: 'Student t',
} as const

/** One measure worsened, one improved from 0, one stayed and one has no number; more paths fail. */
export const CHECKED: Checked = {
  ...{ breakwater: '0', experiment: 'check', method: 'worse when chance is below 0.05', worse: 2 },
  scenarios: [
    {
      ...{ scenario: 'crash <b>', seed: 1, paths: 16, notes: ['the scenario file changed'] },
      ...{ failedBefore: 0, failedNow: 1 },
    },
    {
      ...{ scenario: 'calm', seed: 1, paths: 2, notes: [], failedBefore: 0, failedNow: 0 },
    },
  ],
  rows: [
    {
      ...{ ...CHECK_ROW, scenario: 'crash <b>', measure: 'badDebt', verdict: 'worse' },
      ...{
        before: 1e5,
        after: 2e5,
        worsening: 1e5,
        low: 8e4,
        high: 1.2e5,
        p: 1e-6,
        adjusted: 4e-6,
      },
    },
    {
      ...{ ...CHECK_ROW, scenario: 'crash <b>', measure: 'loss', verdict: 'better' },
      ...{ before: 0, after: -1e5, worsening: -1e5, low: -1e5, high: -1e5, p: 1, adjusted: 1 },
    },
    {
      ...{ ...CHECK_ROW, scenario: 'crash <b>', measure: 'trough', verdict: 'cannot tell' },
      ...{ before: null, after: null, worsening: null, low: null, high: null, p: 1, adjusted: 1 },
    },
    {
      ...{ ...CHECK_ROW, scenario: 'calm', measure: 'badDebt', verdict: 'same' },
      ...{ before: 0, after: 0, worsening: 0, low: 0, high: 0, p: 1, adjusted: 1 },
    },
  ],
}
