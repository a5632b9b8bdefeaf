import type { CliffDocument, SweepDocument } from '../../experiments/index.ts'
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
  order: { measure: 'badDebtShare', unit: 'fraction', shock: 'ethDrop' },
  measures: [
    {
      ...{ name: 'cliff', unit: 'unit of ethDrop', value: 0.6213, low: 0.6051, high: 0.6402 },
      note: 'the response peaks here',
    },
    { name: 'kind', unit: '1 jump, 0 continuous', value: 0, low: 0, high: 0, note: '' },
    { name: 'cliffAtSize', unit: 'unit of ethDrop', ...NONE, note: 'none' },
  ],
  ...{ growth: null, jump: null, loopGain: { below: 0.4, above: 1.7 } },
  hysteresis: { width: null, gap: null, note: 'not applicable', ways: [] },
  curve: Array.from({ length: 15 }, (_, k) => {
    const x = 0.2 + 0.05 * k
    const s = step(x, 0.62)
    return {
      ...{ x, order: around(0.12 * s), relativeSd: 0.1 },
      susceptibility: around(s * (1 - s)),
    }
  }),
  ...{ paths: 8, runs: 400 },
}

/** No cliff, of one path, some of which has no value. */
export const NO_CLIFF: CliffDocument = {
  ...FOUND_CLIFF,
  measures: [
    { name: 'cliff', unit: 'unit of ethDrop', ...NONE, note: 'the response has no peak inside' },
    { name: 'kind', unit: '1 jump, 0 continuous', ...NONE, note: '' },
  ],
  loopGain: { below: null, above: null },
  curve: [0.2, 0.4, 0.9].map((x, k) => ({
    x,
    order: k === 1 ? UNKNOWN : { value: 0, low: Number.NaN, high: Number.NaN },
    ...{ relativeSd: Number.NaN, susceptibility: UNKNOWN },
  })),
  paths: 1,
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
