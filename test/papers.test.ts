import { describe, expect, it } from 'vitest'
import { run } from '../src/experiments/index.ts'
import { brent, normalCdf, studentQuantile } from '../src/math/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

type Values = Readonly<Record<string, number | string>>

/** Run a paper scenario and read its measures by name. */
async function measures(
  name: string,
  set: Values,
  options: { readonly paths?: number; readonly seed?: number } = {},
) {
  const scenario = loadScenario(
    new URL(`../scenarios/papers/${name}.yaml`, import.meta.url).pathname,
  )
  const { measures: all, failedPaths, warnings } = await run(scenario, { set, ...options })
  expect(failedPaths).toBe(0)
  expect(warnings).toEqual([])
  return (measure: string) => {
    const found = all.find((m) => m.name === measure)!
    return { ...found, value: found.value ?? Number.NaN }
  }
}

/** Smallest positive root of D = s + 2 ln(1 + mass(D)), by stepping up to the first change of sign. */
function smallestRoot(s: number, mass: (d: number) => number): number {
  const f = (d: number): number => s + 2 * Math.log1p(mass(d)) - d
  let low = s
  let high = s * 1.0005
  while (f(high) > 0) {
    low = high
    high *= 1.0005
  }
  return brent(f, low, high, { tolerance: 1e-14 })
}

describe('C1: a constant-product cascade with uniform thresholds', () => {
  // validation.md C1, (computed); the last two rows are not in the table.
  it.each([
    [0.2, 0.05, 0.08288038794],
    [0.4, 0.001, 0.004980184521],
    [0.5, 0.01, 0.2067214862],
    [0.6, 0.001, 0.7146866221],
    [1, 0.1, 2.736066801],
    [0.33, 0.02, smallestRoot(0.02, (d) => 0.33 * d)],
    [0.75, 0.2, smallestRoot(0.2, (d) => 0.75 * d)],
  ])('falls by the smallest root at r = %f, s = %f', async (r, shock, expected) => {
    const get = await measures('constant-product-cascade', { r, shock, positions: 100_000 })
    expect(Math.abs(get('logDrop').value / expected - 1)).toBeLessThan(1e-4)
  })

  it('has a loop gain of twice the threshold density before the shock', async () => {
    const set = { r: 0.35, shock: 0.05, positions: 50_000 }
    const get = await measures('constant-product-cascade', set)
    // Measured by a finite fall of 1 %, in a pool whose reserve the shock has yet to raise.
    expect(get('loopGain').value).toBeCloseTo(0.7 * Math.exp(0.025), 2)
  })

  // validation.md C2: mean and sd over 400 runs, tolerance 15 % on means; fewer runs here know the sd by a third.
  it.each([
    [0.3, 0.0256, 0.0127, 150],
    [0.5, 0.132, 0.137, 100],
    [0.7, 0.991, 0.565, 60],
  ])('scatters around the mean of C2 with randomly placed thresholds, r = %f', async (...row) => {
    const [r, mean, sd, paths] = row
    const set = { r, shock: 0.01, positions: 2000, placement: 'random' }
    const get = await measures('constant-product-cascade', set, { paths })
    const { value, low, high } = get('logDrop')
    expect(Math.abs(value / mean - 1)).toBeLessThan(0.15)
    const found = ((high! - low!) / 2 / studentQuantile(0.975, paths - 1)) * Math.sqrt(paths)
    expect(Math.abs(found / sd - 1)).toBeLessThan(0.33)
  })
})

describe('C8: a true jump with rising thresholds', () => {
  const root = (s: number): number => smallestRoot(s, (d) => (d * d) / 2)
  it.each([
    [0.2, 0.27337],
    [0.26, 0.46699],
    [0.27, 6.41049],
  ])('falls by the smallest root at s = %f', async (shock, printed) => {
    const set = { r: 1, shock, density: 'rising', positions: 100_000 }
    const get = await measures('constant-product-cascade', set)
    expect(root(shock)).toBeCloseTo(printed, 4)
    expect(Math.abs(get('logDrop').value / root(shock) - 1)).toBeLessThan(1e-4)
  })
})

describe('A3: the toxic spiral', () => {
  // validation.md A3, (computed).
  it.each([
    [0.045, 0.96, 9],
    [0.045, 0.97, 7],
    [0.045, 0.99, 5],
    [0.08, 0.93, 8],
    [0.08, 0.95, 6],
    [0.1, 0.92, 7],
  ])('ends with no collateral at bonus %f, LTV %f after %i steps', async (bonus, ltv0, steps) => {
    const get = await measures('toxic-spiral', { bonus, ltv0 })
    expect(get('badDebt').value).toBeCloseTo(Math.max(0, ltv0 - 1 / (1 + bonus)), 9)
    expect(get('steps').value).toBe(steps)
  })

  it('leaves nothing below the frontier, and the same bad debt whatever the close factor', async () => {
    expect((await measures('toxic-spiral', { bonus: 0.045, ltv0: 0.95 }))('badDebt').value).toBe(0)
    for (const closeFactor of [0.002, 0.1, 0.25, 1])
      expect(
        (await measures('toxic-spiral', { bonus: 0.06, ltv0: 0.98, closeFactor }))('badDebt').value,
      ).toBeCloseTo(0.98 - 1 / 1.06, 9)
  })

  it('does not touch a healthy position', async () => {
    const get = await measures('toxic-spiral', { ltv0: 0.7, threshold: 0.75 })
    expect(get('steps').value).toBe(0)
  })
})

describe('A6: the leveraged loop', () => {
  const formula = (lt: number, hf: number, g: number, l: number, b: number): number =>
    Math.max(0, lt / hf - ((1 - g) * (1 - l)) / (1 + b))

  it.each([
    [0.12, 0, 1.03635, 0.01, 0.95],
    [0.07, 0, 1.03635, 0.01, 0.95],
    [0.02, 0.15, 1.03635, 0.01, 0.95],
    [0.3, 0.05, 1.2, 0.05, 0.8],
  ])('loses what the formula says at jump %f, gap %f, health %f', async (g, l, hf, b, lt) => {
    const collateral = 100_000_000
    const set = { jump: g, staleGap: l, healthFactor0: hf, bonus: b, threshold: lt, collateral }
    const loss = formula(lt, hf, g, l, b) * collateral
    const get = await measures('leveraged-loop', set)
    expect(Math.abs(get('badDebt').value - loss)).toBeLessThan(1e-9 * collateral)
  })

  it('loses 4.54 M of 100 M at a jump of 12 %', async () => {
    // validation.md A6: Gatto 2026, reproduced; tolerance 0.01 M.
    expect(Math.abs((await measures('leveraged-loop', {}))('badDebt').value - 4.54e6)).toBeLessThan(
      1e4,
    )
  })
})

describe('B1, B2: oracle latency', () => {
  const BETA = 0.58259715793901
  const YEAR = 365 * 86400

  /** Chance that driftless GBM, checked every dt, is found below the barrier (B2). */
  function triggerProbability(vol: number, dt: number, barrier: number, days: number): number {
    const t = (days * 86400) / YEAR
    const level = Math.log(barrier) - BETA * vol * Math.sqrt(dt / YEAR)
    const drift = -(vol * vol) / 2
    const sd = vol * Math.sqrt(t)
    return (
      normalCdf((level - drift * t) / sd) +
      Math.exp((2 * drift * level) / (vol * vol)) * normalCdf((level + drift * t) / sd)
    )
  }

  it('reproduces the table of B2 in closed form', () => {
    expect(triggerProbability(0.8, 3600, 0.8, 365 / 12)).toBeCloseTo(0.3610485079, 9)
  })

  it('finds positions past the trigger by 0.5826 vol sqrt(dt), and as often as it should', async () => {
    const get = await measures('oracle-latency', {})
    const gap = BETA * 0.8 * Math.sqrt(3600 / YEAR)
    const { value, low, high } = get('overshoot')
    const se = (high! - low!) / 2 / 2.01
    expect(Math.abs(value - gap)).toBeLessThan(0.01 * gap + 3 * se)
    const hit = get('triggerProbability')
    const hitSe = (hit.high! - hit.low!) / 2 / 2.01
    expect(Math.abs(hit.value - triggerProbability(0.8, 3600, 0.8, 30))).toBeLessThan(3 * hitSe)
    // The intervals must be narrow enough for the comparison to mean something.
    expect(se / gap).toBeLessThan(0.01)
    expect(hitSe).toBeLessThan(0.003)
  })

  it('grows with the square root of the delay', async () => {
    const delays = [1800, 3600, 7200, 14400]
    const logs: (readonly [number, number])[] = []
    for (const delaySeconds of delays) {
      // The same number of checks each, so that only the step changes.
      const set = { delaySeconds, days: delaySeconds / 120, barrier: 0.85, vol: 0.6 }
      const get = await measures('oracle-latency', set, { paths: 12 })
      logs.push([Math.log(delaySeconds), Math.log(get('overshoot').value)])
    }
    const mx = logs.reduce((a, [x]) => a + x, 0) / logs.length
    const my = logs.reduce((a, [, y]) => a + y, 0) / logs.length
    const slope =
      logs.reduce((a, [x, y]) => a + (x - mx) * (y - my), 0) /
      logs.reduce((a, [x]) => a + (x - mx) ** 2, 0)
    expect(Math.abs(slope - 0.5)).toBeLessThan(0.02)
  })
})
