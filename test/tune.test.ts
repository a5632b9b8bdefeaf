import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  CliffError,
  ConditionError,
  InterruptedError,
  sizeCap,
  TuneError,
  type TuneOptions,
  tune,
} from '../src/experiments/index.ts'
import { capText, tuneText } from '../src/report/tuneText.ts'
import { loadScenario } from '../src/scenario/index.ts'

const LOOP = loadScenario(
  fileURLToPath(new URL('../scenarios/papers/leveraged-loop.yaml', import.meta.url)),
)
const { jump, healthFactor0, collateral } = { jump: 0.12, healthFactor0: 1.03635, collateral: 1e8 }
/** Largest threshold without bad debt after the jump (validation A6, solved for the threshold). */
const thresholdFor = (bonus: number): number => (healthFactor0 * (1 - jump)) / (1 + bonus)

const ASKED: TuneOptions = {
  objective: '-1*threshold',
  subjectTo: ['badDebt <= 1'],
  vary: [
    { name: 'threshold', low: 0.5, high: 0.95 },
    { name: 'bonus', low: 0.005, high: 0.1 },
  ],
  points: 80,
  cliffs: 'none',
  workers: 1,
}

describe('the leveraged loop', () => {
  it('is tuned to its largest threshold without loss, which is known in closed form', async () => {
    const found = await tune(LOOP, ASKED)
    const { threshold, bonus } = found.best!.at as { threshold: number; bonus: number }
    const most = thresholdFor(0.005)
    // 1 USD of bad debt is allowed: 1e-8 of the collateral.
    expect(threshold).toBeLessThanOrEqual(thresholdFor(bonus) + 2e-8)
    expect(threshold).toBeGreaterThan(most - 0.004)
    expect(found.best!.constraints[0]!.verdict).toBe('kept')
    expect(found.asItIs!.constraints[0]!.verdict).toBe('missed')
    // As many points at random are farther off.
    expect(found.atRandom!.more.value).toBeGreaterThan(most - threshold)
    // Beyond the boundary a point of threshold costs collateral / health factor / 100.
    const step = found.marginals.find(({ name }) => name === 'threshold')!
    const beyond = threshold + 0.01 - thresholdFor(bonus)
    expect(step.step).toBe(0.01)
    expect(step.change.value! / ((collateral * beyond) / healthFactor0)).toBeCloseTo(1, 6)
    expect(tuneText(found)).toContain('badDebt <= 1: holds')
  })

  it('is tuned to the best feasible point of all, those along the frontier and at random included', async () => {
    // With so few points the search alone stays behind, but for 12.
    for (const [points, note] of [
      [6, 'along the frontier'],
      [12, 'by the search'],
      [24, 'along the frontier'],
    ] as const) {
      const found = await tune(LOOP, {
        ...{ ...ASKED, vary: [ASKED.vary[0]!], points, efficiency: 'threshold' },
        workers: 1,
      })
      const { best, frontier, atRandom, bySearch } = found
      expect(best!.constraints[0]!.verdict).toBe('kept')
      const feasible = frontier!.points.filter(({ loss }) => loss.value! <= 1)
      for (const { efficiency } of feasible)
        expect(best!.fresh.value!).toBeLessThanOrEqual(-efficiency.value!)
      for (const rival of [atRandom, bySearch])
        if (rival) expect(rival.more.value).toBeGreaterThanOrEqual(0)
      expect(found.note.endsWith(`found ${note}`)).toBe(true)
      expect(bySearch === null).toBe(note === 'by the search')
      expect(frontier!.tuned.efficiency.value).toBe(best!.at.threshold)
      expect(frontier!.asItIs).toMatchObject({ efficiency: { value: 0.95 } })
    }
  })

  it('is tuned in all of its six parameters at once, and points at random are far off', async () => {
    const found = await tune(LOOP, {
      ...ASKED,
      vary: [
        { name: 'threshold', low: 0.5, high: 0.99 },
        { name: 'bonus', low: 0.005, high: 0.1 },
        { name: 'jump', low: 0.08, high: 0.2 },
        { name: 'staleGap', low: 0, high: 0.1 },
        { name: 'healthFactor0', low: 1, high: 1.05 },
        { name: 'collateral', low: 1e6, high: 1e8 },
      ],
      points: 180,
    })
    // The largest threshold without loss: the smallest jump, gap and bonus, the largest health.
    const most = (1.05 * (1 - 0.08)) / 1.005
    const regret = most + found.best!.fresh.value!
    expect(regret).toBeGreaterThan(-2e-8)
    expect(regret).toBeLessThan(0.04)
    expect(found.atRandom!.more.value).toBeGreaterThan(regret)
    expect(found.best!.constraints[0]!.verdict).toBe('kept')
  })

  it('is exact without chance, and calls a tie one', async () => {
    const found = await tune(LOOP, {
      ...{ objective: 'badDebt', subjectTo: ['badDebt <= 1e30'], points: 10, cliffs: 'none' },
      ...{ vary: [{ name: 'threshold', low: 0.5, high: 0.95 }], efficiency: 'threshold' },
      workers: 1,
    })
    const { best, asItIs, atRandom, marginals, frontier } = found
    const all = [
      ...[best!, asItIs!, atRandom!].flatMap((p) => [p.fresh, p.constraints[0]!.left]),
      ...[asItIs!.more, atRandom!.more, ...marginals.map(({ change }) => change)],
      ...frontier!.points.flatMap((p) => [p.efficiency, p.loss]),
    ]
    for (const { value, low, high, method } of all) {
      expect([low, high]).toEqual([value, value])
      expect(method).toBe('no chance: exact')
    }
    const text = tuneText(found)
    expect(text).toMatch(/at random: \$0\.00, more than tuned by \$0\.00: the same$/m)
    expect(text).toMatch(/as it is: \$4\.54M, more than tuned by \$4\.54M: tuned is better$/m)
    expect(text).not.toMatch(/no interval|95 %|fresh/)
  })

  it('compares with the world as it is where a knob is part of the objective', async () => {
    const own = { ...ASKED, points: 4, subjectTo: [] }
    const size = { name: 'bookSize', low: 0.5, high: 2 }
    const sized = await tune(LOOP, { ...own, objective: 'badDebt - 1e9*bookSize', vary: [size] })
    expect(sized.asItIs!.fresh.value! / (4.54e6 - 1e9)).toBeCloseTo(1, 5)
    expect(sized.asItIs!.more.value).toBeGreaterThan(0)
    // Every liquidator has a delay of its own: there is no one number for the world as it is.
    const delay = { name: 'liquidationDelay', low: 0, high: 60 }
    const late = await tune(LOOP, {
      ...own,
      objective: 'badDebt + liquidationDelay',
      vary: [delay],
    })
    expect(late.asItIs!.more.value).toBeNull()
    expect(tuneText(late)).toMatch(/scenario as it is: unknown.*: cannot tell/)
  })

  it('says none where a constraint cannot be met, and how near it came', async () => {
    const found = await tune(LOOP, { ...ASKED, points: 10, subjectTo: ['badDebt <= -5'] })
    expect(found.best).toBeNull()
    expect(found.note).toBe('none: no feasible point found among 20')
    expect(found.nearest!.missed).toEqual([{ text: 'badDebt <= -5', by: 5 }])
    expect(tuneText(found)).toMatch(/best violation: badDebt <= -5 by \$5\b/)
  })

  it('has a straight frontier, which has no knee', async () => {
    const found = await tune(LOOP, {
      ...{ ...ASKED, vary: [{ name: 'threshold', low: 0.92, high: 1 }], points: 24 },
      ...{ objective: 'badDebt', subjectTo: [], efficiency: 'threshold' },
    })
    const { points, knee, note } = found.frontier!
    expect(points.length).toBeGreaterThan(8)
    for (const { slope } of points.slice(0, -1))
      expect(slope! / (collateral / healthFactor0)).toBeCloseTo(1, 6)
    expect(knee).toBeNull()
    expect(note).toContain('no knee')
  })

  it('has its knee where losses begin', async () => {
    const found = await tune(LOOP, {
      ...{ ...ASKED, vary: [{ name: 'threshold', low: 0.8, high: 1 }], points: 24 },
      ...{ objective: 'badDebt - 1e3*threshold', subjectTo: [], efficiency: 'threshold' },
      loss: 'badDebt - 1e3*threshold + 2e3*threshold',
    })
    const { knee } = found.frontier!
    const truth = thresholdFor(0.01)
    expect(knee!.low).toBeLessThanOrEqual(truth)
    expect(knee!.high).toBeGreaterThanOrEqual(truth)
    expect(knee!.high - knee!.low).toBeLessThan(0.05)
  })

  it('bears the jump that its loss boundary says, as a cap', async () => {
    const vary = { name: 'jump', low: 0, high: 0.3 }
    const found = await sizeCap(LOOP, { vary, budget: 'badDebt <= 1', workers: 1 })
    // D* of validation A6.
    const boundary = Math.max(1 - 1 / healthFactor0, 1 - (1.01 * 0.95) / healthFactor0)
    expect(found.cap!.low).toBeLessThanOrEqual(boundary + 1e-8)
    expect(found.cap!.high).toBeGreaterThanOrEqual(boundary)
    expect(found.cap!.high - found.cap!.low).toBeLessThan(4e-5)
    expect(found.fresh!.verdict).toBe('kept')
    expect(capText(found)).toContain('jump = 0.0741')
    const none = await sizeCap(LOOP, { vary, budget: 'badDebt <= -1', workers: 1 })
    expect(none).toMatchObject({ cap: null, fresh: null })
    expect(capText(none)).toContain('none: at the lowest jump = 0')
  })
})

describe('a question that cannot be asked', () => {
  const refused: readonly (readonly [string, Partial<TuneOptions>, new (text: string) => Error])[] =
    [
      ['nothing is varied', { vary: [] }, TuneError],
      ['a parameter is varied twice', { vary: [ASKED.vary[0]!, ASKED.vary[0]!] }, TuneError],
      ['a range is empty', { vary: [{ name: 'bonus', low: 0.1, high: 0.1 }] }, CliffError],
      ['a parameter is unknown', { vary: [{ name: 'bonnus', low: 0, high: 0.1 }] }, CliffError],
      ['the objective is unknown', { objective: 'badDept' }, ConditionError],
      ['a constraint compares nothing', { subjectTo: ['badDebt'] }, ConditionError],
      ['no points may be asked for', { points: 0 }, TuneError],
    ]
  it.each(refused)('is refused where %s', async (_, wrong, failure) => {
    await expect(tune(LOOP, { ...ASKED, ...wrong })).rejects.toThrow(failure)
  })
})

const LATENCY = loadScenario(
  fileURLToPath(new URL('../scenarios/papers/oracle-latency.yaml', import.meta.url)),
)

describe('a scenario whose paths differ', () => {
  it('has a cap whose interval covers the closed form', async () => {
    const { cap, fresh, freshSeed, seed } = await sizeCap(LATENCY, {
      ...{ vary: { name: 'delaySeconds', low: 1500, high: 20_000 }, budget: 'overshoot <= 0.005' },
      ...{ set: { positions: 50, days: 9 }, paths: 12, workers: 1 },
    })
    // Mean overshoot 0.5826 vol sqrt(delay in years).
    const truth = (0.005 / (0.5826 * 0.8)) ** 2 * 31_536_000
    expect(cap!.low).toBeLessThan(truth)
    expect(cap!.high).toBeGreaterThan(truth)
    expect(cap!.value).toBeGreaterThanOrEqual(cap!.low)
    expect(cap!.value).toBeLessThanOrEqual(cap!.high)
    expect(cap!.high - cap!.low).toBeLessThan(14_000)
    expect(freshSeed).not.toBe(seed)
    expect(fresh!.left.n).toBeGreaterThan(40)
  })

  const asked: TuneOptions = {
    objective: 'overshoot + 1e-6*delaySeconds',
    subjectTo: ['triggerProbability.p75 <= 0.9'],
    vary: [
      { name: 'delaySeconds', low: 3600, high: 20_000 },
      { name: 'vol', low: 0.8, high: 1.5 },
    ],
    set: { positions: 30, days: 6 },
    ...{ points: 7, paths: 4, cliffs: 'none' },
  }

  it('is tuned alike on any number of workers, and goes on after an interruption', async () => {
    const whole = await tune(LATENCY, { ...asked, workers: 1 })
    const journal = mkdtempSync(join(tmpdir(), 'tune-'))
    onTestFinished(() => rmSync(journal, { recursive: true }))
    const stop = new AbortController()
    const stopped = tune(LATENCY, {
      ...{ ...asked, workers: 1, journal, signal: stop.signal },
      onProgress: ({ points }) => {
        if (points > 5) stop.abort()
      },
    })
    await expect(stopped).rejects.toThrow(InterruptedError)
    const kept = readdirSync(join(journal, 'points'))
    expect(kept.length).toBeGreaterThan(0)
    expect(await tune(LATENCY, { ...asked, workers: 2, journal })).toEqual(whole)
    expect(readdirSync(join(journal, 'points')).length).toBeGreaterThan(kept.length)
  })

  it('chooses between the best of the search and at random on paths of their own', async () => {
    const { best, atRandom, note } = await tune(LATENCY, {
      objective: 'overshoot - 1e-6*delaySeconds',
      vary: [
        { name: 'delaySeconds', low: 9000, high: 12_000 },
        { name: 'vol', low: 0.8, high: 0.9 },
      ],
      set: { positions: 30, days: 6 },
      ...{ points: 5, paths: 2, freshPaths: 8, cliffs: 'none', seed: 4, workers: 1 },
    })
    // On the two paths of the search a point at random looks better; on others it is not.
    expect(atRandom!.searched).toBeLessThan(best!.searched)
    expect(note).toContain('found by the search')
  })

  it('estimates what was found on paths that the search has not seen', async () => {
    const { best, atRandom, asItIs, freshPaths, paths } = await tune(LATENCY, {
      ...{ ...asked, workers: 1 },
    })
    expect(freshPaths).toBe(4 * paths)
    for (const place of [best, atRandom, asItIs]) {
      expect(place!.fresh.value).not.toBe(place!.searched)
      expect(place!.fresh.low).toBeLessThan(place!.fresh.value!)
    }
    // Differences on the same paths.
    expect(asItIs!.more.value).toBeCloseTo(asItIs!.fresh.value! - best!.fresh.value!, 12)
  })
})

it('warns where the optimum lies next to a cliff', async () => {
  const cascade = fileURLToPath(
    new URL('../scenarios/papers/constant-product-cascade.yaml', import.meta.url),
  )
  const found = await tune(cascade, {
    ...{ objective: '-1*r', subjectTo: ['logDrop <= 0.15'], points: 16, workers: 1 },
    ...{ vary: [{ name: 'r', low: 0.2, high: 0.9 }], set: { positions: 400 } },
  })
  const [near] = found.cliffs
  expect(near!.cliff!.low).toBeLessThan(0.52)
  expect(near!.cliff!.high).toBeGreaterThan(0.48)
  expect(near!.isNear).toBe(true)
  expect(Math.abs(near!.share!)).toBeLessThan(0.05)
  expect(tuneText(found)).toContain('WARNING: r: ')
})
