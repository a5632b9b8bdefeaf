import { describe, expect, it } from 'vitest'
import { loadScenario } from '../../scenario/index.ts'
import { type Interval, SensitivityError } from './ranges.ts'
import { freedomOf, widened } from './replicates.ts'
import { type SensitivityOptions, sensitivityOf } from './scenario.ts'
import { shapleyEffects } from './shapley.ts'
import { sobolIndices } from './sobolIndices.ts'
import { variedIn } from './vary.ts'

const loop = loadScenario('scenarios/papers/leveraged-loop.yaml')
const ownBook = loadScenario('scenarios/own-book.yaml')

/** Bad debt of the loop, validation A6. */
const badDebt = (jump: number, bonus: number): number =>
  1e8 * Math.max(0, 0.95 / 1.03635 - (1 - jump) / (1 + bonus))

const JUMP = [0.1, 0.2] as const
const BONUS = [0, 0.05] as const
const PLAIN: SensitivityOptions = { trajectories: 0, workers: 1, seed: 3, measure: 'badDebt' }

function expectSame(got: readonly (Interval | null)[], want: readonly Interval[]): void {
  want.forEach(({ value, low, high }, k) => {
    expect(got[k]!.value).toBeCloseTo(value, 6)
    expect(got[k]!.low).toBeCloseTo(low, 6)
    expect(got[k]!.high).toBeCloseTo(high, 6)
  })
}

describe('sensitivity of a scenario', () => {
  it('is that of the closed form where there is one', async () => {
    const vary = { jump: JUMP, bonus: BONUS }
    const found = await sensitivityOf(loop, { ...PLAIN, vary, samples: 16 })
    const exact = sobolIndices((x) => badDebt(x[0]!, x[1]!), [JUMP, BONUS], {
      ...{ samples: 16, seed: 3 },
    })
    expectSame(
      found.parameters.map((p) => p.first),
      exact.first,
    )
    expectSame(
      found.parameters.map((p) => p.total),
      exact.total,
    )
    expect(found).toMatchObject({ method: 'sobol', evaluations: 64, paths: 1, notes: [] })
    expect(found.variance! / exact.variance).toBeCloseTo(1, 6)
  })

  it('with parameters that go together is that of the closed form', async () => {
    const vary = { jump: JUMP, bonus: BONUS }
    const correlations = [{ between: ['bonus', 'jump'], value: -0.6 }] as const
    const found = await sensitivityOf(loop, { ...PLAIN, vary, samples: 12, correlations })
    const exact = shapleyEffects((x) => badDebt(x[0]!, x[1]!), [JUMP, BONUS], {
      ...{ samples: 12, seed: 3 },
      correlations: [
        [1, -0.6],
        [-0.6, 1],
      ],
    })
    expectSame(
      found.parameters.map((p) => p.shapley),
      exact.effects,
    )
    expect(found.method).toBe('shapley')
    expect(found.parameters.map((p) => p.first)).toEqual([null, null])
  })

  it('leaves out before the analysis what a screening finds unimportant', async () => {
    const vary = { jump: JUMP, collateral: [0.999e8, 1.001e8] } as const
    const found = await sensitivityOf(loop, { ...PLAIN, vary, samples: 6, trajectories: 4 })
    const [jump, collateral] = found.parameters
    expect(jump!.isKept).toBe(true)
    expect(jump!.total!.value).toBeGreaterThan(0)
    // Effects per whole range; bad debt is proportional to collateral.
    expect(jump!.screening!.muStar.value).toBeGreaterThan(6e6)
    expect(collateral).toMatchObject({ isKept: false, first: null, total: null })
    expect(collateral!.screening!.muStar.high).toBeLessThan(2e5)
    expect(found.evaluations).toBe(4 * 3 + 6 * 3)
  })

  it('keeps what matters only through another that it goes with', async () => {
    const vary = { jump: JUMP, collateral: [0.999e8, 1.001e8] } as const
    const correlations = [{ between: ['jump', 'collateral'], value: 0.9 }] as const
    const options = { ...PLAIN, vary, correlations, samples: 6, trajectories: 2 }
    const { parameters } = await sensitivityOf(loop, options)
    expect(parameters[1]!.isKept).toBe(true)
    expect(parameters[1]!.shapley!.value).toBeGreaterThan(0.2)
  })

  it('of a measure that nothing moves cannot be told', async () => {
    const vary = { jump: [0, 0.001], bonus: [0, 0.001] } as const
    const screened = await sensitivityOf(loop, { ...PLAIN, vary, trajectories: 2, samples: 4 })
    expect(screened.parameters.map((p) => p.isKept)).toEqual([false, false])
    expect(screened.variance).toBeNull()
    expect(screened.notes[0]).toContain('no share can be told')
    const unscreened = await sensitivityOf(loop, { ...PLAIN, vary, samples: 4 })
    expect(unscreened.parameters[0]!.total!.value).toBeNaN()
    expect(unscreened.notes[0]).toContain('no share can be told')
  })

  it('says that one path does not tell how paths differ', async () => {
    const options = { set: ownBook.short, measure: 'loss', samples: 4, trajectories: 0, workers: 1 }
    const vary = { oracleLatency: [0, 600] } as const
    const one = await sensitivityOf(ownBook, { ...options, vary, paths: 1 })
    expect(one.notes[0]).toContain('one path')
    const two = await sensitivityOf(ownBook, { ...options, vary, paths: 2, measure: 'loss.max' })
    expect(two.notes).toEqual([])
    expect(two.measure).toBe('loss.max')
    expect(two.parameters[0]).toMatchObject({ name: 'oracleLatency', unit: 's', low: 0, high: 600 })
  })

  it.each([
    ['an unknown parameter', { vary: { jmp: JUMP } }, 'did you mean "jump"'],
    ['a range that the parameter does not allow', { vary: { bonus: [2, 3] } }, 'bonus: uniform'],
    ['an unknown measure', { vary: { jump: JUMP }, measure: 'harm' }, '"harm" is no measure'],
    ['an unknown statistic', { vary: { jump: JUMP }, measure: 'loss.often' }, 'no statistic'],
    [
      'correlations with Sobol indices',
      { method: 'sobol', correlations: [{ between: ['jump', 'bonus'], value: 0.5 }] },
      'use the method shapley',
    ],
    [
      'a correlation with what is not varied',
      { vary: { jump: JUMP }, correlations: [{ between: ['jump', 'bonus'], value: 0.5 }] },
      'both must be varied',
    ],
    ['a scenario that assumes nothing', {}, 'name a parameter and a range'],
    ['one trajectory', { vary: { jump: JUMP }, trajectories: 1 }, 'trajectories is 1'],
  ] as const)('refuses %s', async (_, options, message) => {
    const asked = sensitivityOf(loop, { workers: 1, ...options } as SensitivityOptions)
    await expect(asked).rejects.toThrow(SensitivityError)
    await expect(asked).rejects.toThrow(message)
  })
})

describe('what is varied by default', () => {
  const textOf = (name: string) => variedIn(loadScenario(name), undefined, {})

  it('is every number that is assumed, 20 % around its value', () => {
    const { varied, skipped } = textOf('scenarios/own-book.yaml')
    expect(varied.map(({ name }) => name)).toEqual([
      ...['volScale', 'depth', 'liquidatorCapital', 'gasPrice'],
    ])
    expect(varied[3]).toMatchObject({ law: [16, 24], unit: 'gwei', value: 20 })
    expect(skipped).toEqual([])
  })

  it('is around what an override sets, within what the parameter allows', () => {
    const { varied } = variedIn(ownBook, undefined, { volScale: 90 })
    expect(varied[0]!.law).toEqual([72, 100])
  })

  it('leaves out what has no width by itself, and says why', () => {
    const { skipped } = textOf('scenarios/compound-v2-eth-crash.yaml')
    expect(skipped).toContainEqual({
      name: 'borrowerActs',
      reason: 'it is 0, and 20 % of that is nothing',
    })
    expect(skipped.find(({ name }) => name === 'jumpsPerYear')!.reason).toContain('data')
  })

  it('draws whole numbers where something is counted', () => {
    const scenario = loadScenario('scenarios/papers/oracle-latency.yaml')
    const vary = { positions: [10, 20], vol: [0.5, 1] } as const
    const [positions, vol] = variedIn(scenario, vary, {}).varied
    expect(positions!.drawn.quantile(0.333)).toBe(13)
    expect(vol!.drawn.quantile(0.333)).toBeCloseTo(0.6665, 12)
  })
})

describe('an interval over samples and paths', () => {
  const at = { value: 0.5, low: 0.4, high: 0.6 }

  it('is that over samples when paths agree or there is one', () => {
    expect(widened(at, 15, [])).toEqual(at)
    expect(widened(at, 15, [0.5])).toEqual(at)
    const same = widened(at, 15, [0.5, 0.5, 0.5])
    expect(same.low).toBeCloseTo(0.4, 12)
  })

  it('adds the jackknife over paths', () => {
    // 16 replicates: t of 15 degrees is 2.13145, so the standard error is 0.1 / 2.13145 = 0.046917.
    expect(freedomOf(64)).toBe(15)
    // Left-out values 0.4 and 0.6: squared error (1/2) (0.01 + 0.01) = 0.01.
    const { low, high } = widened(at, 15, [0.4, 0.6])
    // Satterthwaite: 0.0122012^2 / (0.0022012^2 / 15 + 0.01^2 / 1) = 1.48415 degrees.
    expect((high - low) / 2 / Math.sqrt(0.0122012)).toBeGreaterThan(4.3)
    expect((high - low) / 2 / Math.sqrt(0.0122012)).toBeLessThan(12.7)
    expect((low + high) / 2).toBeCloseTo(0.5, 12)
  })

  it('is never narrower than that over samples, however few they were', () => {
    for (const freedom of [1, 2, 3, 7, 15])
      for (const spread of [1e-9, 0.001, 0.05, 1]) {
        const { low, high } = widened(at, freedom, [0.5 - spread, 0.5, 0.5, 0.5 + spread])
        expect(low).toBeLessThanOrEqual(at.low)
        expect(high).toBeGreaterThanOrEqual(at.high)
      }
  })

  it('has no ends where paths cannot be left out', () => {
    expect(widened(at, 15, [Number.NaN, 0.5, 0.5])).toEqual({ value: 0.5, low: NaN, high: NaN })
  })

  it('of a screening holds the error over paths from two trajectories on', async () => {
    const vary = { ethDrop: [0.3, 0.5], gasPrice: [10, 100] } as const
    const options = { set: ownBook.short, measure: 'loss', trajectories: 2, workers: 1, vary }
    const one = await sensitivityOf(ownBook, { ...options, method: 'morris', paths: 3 })
    for (const { screening } of one.parameters) {
      const { value, low, high } = screening!.muStar
      expect(low).toBeLessThanOrEqual(value)
      expect(high).toBeGreaterThanOrEqual(value)
    }
    // 2 trajectories have one degree of freedom: t is 12.7.
    const { low, high } = one.parameters[0]!.screening!.muStar
    expect(high - low).toBeGreaterThan(0)
  })
})
