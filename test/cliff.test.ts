import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { main } from '../src/cli/main.ts'
import { ownerOf } from '../src/experiments/cliff/book.ts'
import { carryBothWays } from '../src/experiments/cliff/carry.ts'
import { intervalOf, steps } from '../src/experiments/cliff/curve.ts'
import { type OrderAlong, shockOf } from '../src/experiments/cliff/order.ts'
import { readingOf } from '../src/experiments/cliff/reading.ts'
import { scatterPeakOf } from '../src/experiments/cliff/scatter.ts'
import {
  type CliffDocument,
  CliffError,
  cliffDocument,
  findCliff,
  InterruptedError,
  openSurvey,
} from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

const paper = (name: string): string =>
  new URL(`../scenarios/papers/${name}.yaml`, import.meta.url).pathname
const CASCADE = paper('constant-product-cascade')

afterEach(() => {
  vi.restoreAllMocks()
})

/** Run the command line. */
async function cli(...args: readonly string[]) {
  const written = { out: '', error: '' }
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.error += text
    return true
  })
  const code = await main(args)
  vi.restoreAllMocks()
  return { code, ...written }
}

/** Find a cliff of the cascade by the command line. */
async function cliff(vary: string, set: readonly string[], ...more: readonly string[]) {
  const sets = set.flatMap((one) => ['--set', one])
  const args = ['--vary', vary, ...sets, '--cells', '8', '--workers', '1', '--json', ...more]
  const { code, out, error } = await cli('cliff', CASCADE, ...args)
  expect([code, error]).toEqual([0, expect.not.stringContaining('breakwater:')])
  const document = JSON.parse(out) as CliffDocument
  return { document, of: (name: string) => document.measures.find((m) => m.name === name)! }
}

/** Critical shock of the cascade whose density rises with slope a: where D = s + 2 ln(1 + a D^2 / 2) folds. */
function fold(a: number): number {
  const d = 2 - Math.sqrt(4 - 2 / a)
  return d - 2 * Math.log(1 + (a * d * d) / 2)
}

describe('the cliff of the constant-product cascade', () => {
  it('is at r = 1/2 and continuous (C1)', async () => {
    const { of, document } = await cliff('r=0.3..0.75', ['shock=0.02', 'positions=128'])
    const { value, low, high } = of('cliff')
    expect(of('kind').value).toBe(0)
    // validation.md C1: 0.50 +- 0.01; how far that goes with so few positions the interval says.
    expect(Math.abs(value! - 0.5)).toBeLessThan(0.01)
    expect([low! <= 0.5, high! >= 0.5]).toEqual([true, true])
    expect(document.loopGain.below!).toBeLessThan(document.loopGain.above!)
    expect(document.hysteresis).toMatchObject({
      width: null,
      note: expect.stringMatching(/^not app/),
    })
  })

  it('jumps at the fold of a rising density (C8), once it is carried to no end', async () => {
    const { of, document } = await cliff('shock=0.05..0.5', [
      'r=1',
      'density=rising',
      'positions=800',
    ])
    const { value, low, high } = of('cliff')
    expect(fold(1)).toBeCloseTo(0.26909207, 7)
    expect(of('kind').value).toBe(1)
    expect(Math.abs(value! - fold(1))).toBeLessThan(0.01)
    expect([low! <= fold(1), high! >= fold(1)]).toEqual([true, true])
    expect(document.growth!.sizes.map(({ size }) => size)).toEqual([200, 400, 800])
    // 800 positions jump later.
    expect(of('cliffAtSize').value! - fold(1)).toBeGreaterThan(0.01)
    expect(document.jump).toMatchObject({ of: 'system' })
    expect(document.jump!.accounts!.value).toBeGreaterThan(400)
  })

  it('jumps behind the fold in a small world, another slope', async () => {
    const { of, document } = await cliff('shock=0.05..0.5', [
      'r=1.4',
      'density=rising',
      'positions=250',
    ])
    expect([of('kind').value, document.growth]).toEqual([1, null])
    expect(of('cliff').value! - fold(1.4)).toBeGreaterThan(0)
    // Few positions near the start price lie far apart: the first ones fall alone.
    expect(of('cliff').value! - fold(1.4)).toBeLessThan(0.25)
  })

  it('is none below the critical density, with a reason', async () => {
    const { of } = await cliff('r=0.05..0.25', ['positions=100'])
    expect([of('cliff').value, of('kind').value]).toEqual([null, null])
    expect(of('cliff').note).toContain('widen it')
  })

  it('scatters most for its mean near the critical density (C2)', async () => {
    const survey = openSurvey(CASCADE, { set: { placement: 'random', positions: 300 }, workers: 1 })
    const x = steps(0.2, 0.9, 7)
    const samples = await survey.ask(
      [...x].map((r) => ({ r })),
      40,
    )
    await survey.close()
    const order = samples.map((sample) => sample.values('logDrop'))
    const peak = scatterPeakOf({ x, order, susceptibility: order })!
    expect(Math.abs(peak.value - 0.5)).toBeLessThan(0.1)
    expect([peak.low < 0.55, peak.high > 0.45]).toEqual([true, true])
  })

  it('goes on after an interruption, to the same end', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cliff-'))
    const vary = { name: 'r', low: 0.3, high: 0.8 }
    const options = { vary, cells: 4, workers: 1, set: { positions: 80 } }
    const whole = await findCliff(CASCADE, options)
    const stop = new AbortController()
    const onProgress = ({ paths }: { readonly paths: number }): void => {
      if (paths >= 20) stop.abort()
    }
    const cut = { ...options, journal: dir, signal: stop.signal, onProgress }
    await expect(findCliff(CASCADE, cut)).rejects.toThrow(InterruptedError)
    expect(readdirSync(join(dir, 'points')).length).toBeGreaterThan(4)
    const again = await findCliff(CASCADE, { ...options, journal: dir })
    expect(cliffDocument(again)).toEqual(cliffDocument(whole))
    rmSync(dir, { recursive: true })
  })
})

describe('what is read', () => {
  const scenario = loadScenario(CASCADE)

  it('is a mean by paths, or any other statistic with the error of its resamples', () => {
    const mean = readingOf(scenario, 'logDrop')
    expect(readingOf(scenario, 'logDrop.mean').text).toBe('logDrop')
    const values = Float64Array.from({ length: 400 }, (_, k) => k / 400)
    expect(mean.read(values)).toBe(values)
    const { read, summary, isStatistic } = readingOf(scenario, 'logDrop.p90')
    const { value, low, high } = summary(read(values))
    expect([isStatistic, value]).toEqual([true, 0.8975])
    // Standard error of a 90 % quantile of 400 uniform numbers: sqrt(.9 x .1 / 400) = .015.
    expect((high - low) / 2 / 1.96).toBeGreaterThan(0.008)
    expect((high - low) / 2 / 1.96).toBeLessThan(0.025)
  })

  it.each(['nothing', 'logDrop.middle', 'logDrop.p0', '2 * logDrop', ''])(
    'cannot be "%s"',
    (text) => {
      expect(() => readingOf(scenario, text)).toThrow(CliffError)
    },
  )

  it.each([
    ['r=0.9..0.2', /empty/],
    ['r=0.1..20', /leaves the range/],
    ['density=0..1', /no number/],
    ['what=0..1', /parameter/],
    ['r=0..', /write for example/],
  ])('is varied over a range, not %s', async (vary, told) => {
    const { code, error } = await cli('cliff', CASCADE, '--vary', vary)
    expect(code).toBe(2)
    expect(error).toMatch(told)
  })

  it('answers to a shock, not to none', async () => {
    const { code, error } = await cli('cliff', CASCADE, '--vary', 'r=0.2..0.9', '--set', 'shock=0')
    expect([code, error]).toEqual([2, expect.stringContaining('shock=0')])
  })
})

describe('the shock', () => {
  const scenario = loadScenario(paper('leveraged-loop'))

  it('is a parameter, or a knob that is given a value', () => {
    expect(shockOf(scenario, 'jump').value).toBe(0.12)
    expect(shockOf(scenario, 'jump', { jump: '0.2' }).value).toBe(0.2)
    const given = shockOf(scenario, 'marginRequirement', { marginRequirement: 1.1 })
    // As found a requirement is once itself, which is no shock; latencies are those of each oracle.
    expect(given).toMatchObject({ value: 1.1, calm: 1, range: [0, 10] })
    expect(shockOf(scenario, 'marginRequirement').value).toBe(1)
    const late = shockOf(scenario, 'oracleLatency', { oracleLatency: 60 })
    expect(late).toMatchObject({ value: 60, calm: 0 })
    expect(shockOf(scenario, 'oracleLatency', {}, ['oracleLatency']).value).toBeNaN()
  })

  it.each([
    ['oracleLatency', {}, /no number of its own.*--set oracleLatency=/],
    ['marginRequirement', { marginRequirement: 'much' }, /no number of its own/],
    ['marginRequirment', {}, /neither a parameter nor a knob.*marginRequirement/],
  ])('cannot be %s of %o', (name, set, told) => {
    expect(() => shockOf(scenario, name, set)).toThrow(CliffError)
    expect(() => shockOf(scenario, name, set)).toThrow(told)
  })

  it('may be a knob along another parameter, and along itself', async () => {
    // Bad debt from a jump of 1 - threshold (1 + bonus) / healthFactor0 on (the file's own formula).
    const jump = 1 - (0.95 * 1.01) / 1.03635
    const found = await findCliff(scenario, {
      ...{ vary: { name: 'jump', low: 0.02, high: 0.2 }, shock: 'marginRequirement' },
      ...{ set: { marginRequirement: 1.001 }, measure: 'accountsInsolvent', workers: 1, cells: 6 },
    })
    expect([found.shock, found.kind]).toEqual(['marginRequirement', 1])
    expect(found.cliff!.value).toBeCloseTo(jump, 4)
    const along = await findCliff(scenario, {
      ...{ vary: { name: 'marginRequirement', low: 0.5, high: 3 }, shock: 'marginRequirement' },
      ...{ measure: 'liquidations', workers: 1, cells: 6, set: { jump: 0.001 } },
    })
    // Liquidatable when the threshold 1 - 0.05 m is below 0.95 / 1.03635 times what the jump leaves.
    const m = (1 - 0.95 / 1.03635 / 0.999) / 0.05
    expect(along.kind).toBe(1)
    expect(along.cliff!.value).toBeCloseTo(m, 3)
  })
})

describe('a statistic of too few paths', () => {
  it('has a place, no interval, and says how many it needs', async () => {
    const found = await findCliff(CASCADE, {
      ...{ vary: { name: 'shock', low: 0.05, high: 0.6 }, cells: 8, paths: 4, workers: 1 },
      set: { density: 'rising', r: 1, placement: 'random', positions: 300 },
      measure: 'logDrop.es99',
    })
    const [written] = cliffDocument(found).measures
    expect(written).toMatchObject({ name: 'cliff', low: null, high: null })
    expect(Math.abs(written!.value! - fold(1))).toBeLessThan(0.15)
    expect(written!.note).toContain('too few paths: 4 of the 500')
  })
})

describe('a jump', () => {
  const step = { path: 0, from: 1, to: 1.001, below: 0, above: 100 }
  const along = (below: readonly number[], above: readonly number[]): OrderAlong => ({
    setOf: () => ({}),
    respond: async () => [],
    counts: null,
    samplesAt: async () =>
      [below, above].map((accounts) => ({
        failures: [],
        names: ['accountsLiquidated'],
        values: () => Float64Array.from(accounts),
      })),
  })

  it.each([
    [40, 41, 'accounts'],
    [0, 1, 'accounts'],
    [97, 99, 'accounts'],
    [3, 9, 'system'],
    [100, 1900, 'system'],
    [12, 12, null],
    [Number.NaN, 4, null],
  ])('from %d liquidated accounts to %d is of: %s', async (below, above, of) => {
    const own = ownerOf(along([below], [above]), [step], 1, { isStatistic: false })
    expect((await own).of).toBe(of)
  })

  it('is told by all paths that were followed to it, not by the first', async () => {
    const steps = [100, 50, 120, 90].map((above, path) => ({ ...step, path, above }))
    const there = along([4, 0, 8, 3], [7, 2, 13, 5])
    const { size, accounts, note, of } = await ownerOf(there, steps, 4, { isStatistic: false })
    expect(size).toEqual(intervalOf(Float64Array.of(100, 50, 120, 90)))
    expect([accounts!.value, accounts!.low < 3, accounts!.high > 3]).toEqual([3, true, true])
    expect([of, note]).toEqual(['system', expect.stringContaining('mean of 4 paths')])
  })

  it('of a statistic is of the path that changes most, whatever resample is looked at', async () => {
    const there = along([7, 3, Number.NaN, 50], [7, 4, 2, 150])
    expect(await ownerOf(there, [step], 4, { isStatistic: true })).toMatchObject({
      ...{ size: { value: 100 }, accounts: { value: 100 }, of: 'system' },
      note: expect.stringContaining('on path 3'),
    })
  })
})

describe('the way up and the way down', () => {
  it('agree where a world goes back: dealers who hedge', async () => {
    const scenario = loadScenario(paper('hedging-feedback'))
    const x = [0.1, 0.4, 0.7]
    const plan = { scenario, seed: 1, set: { steps: 1000 }, checked: false, measures: [], cuts: [] }
    const found = await carryBothWays({
      ...{ plan, name: 'g', x, paths: 2, measure: 'volRatioStep', cache: new Map() },
      sets: x.map((g) => ({ g })),
    })
    expect(found).toMatchObject({ width: 0, gap: 0 })
    expect(found.ways.map(({ up }) => up)[2]).toBeCloseTo(1 / 0.3, 3)
  })

  it('differ where dealers stop for good at a gap: 1 / (1 - g) on the way up, 1 on the way down', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ways-'))
    const file = join(dir, 'dealers-who-stop.yaml')
    const text = readFileSync(paper('hedging-feedback'), 'utf8')
    writeFileSync(file, text.replace('    minTrade: 10\n', '    minTrade: 10\n    maxGap: 0.1\n'))
    const x = [0.1, 0.3, 0.5, 0.97]
    const plan = {
      ...{ scenario: loadScenario(file), seed: 1, set: { steps: 1000 } },
      ...{ checked: false, measures: [], cuts: [] },
    }
    const found = await carryBothWays({
      ...{ plan, name: 'g', x, paths: 2, measure: 'volRatioStep', cache: new Map() },
      sets: x.map((g) => ({ g })),
    })
    rmSync(dir, { recursive: true })
    for (const { x: g, up, down } of found.ways.slice(0, 3)) {
      expect(up).toBeCloseTo(1 / (1 - g), 3)
      expect(down).toBeCloseTo(1, 6)
    }
    expect(found.gap).toBeCloseTo(1, 3)
    expect(found.width).toBeNull()
    expect(found.note).toContain('does not come back')
  })

  it('are not applicable to a path that is one event', async () => {
    const scenario = loadScenario(CASCADE)
    const x = [0.2, 0.3]
    const set = { positions: 80 }
    const plan = { scenario, seed: 1, set, checked: false, measures: [], cuts: [] }
    const { width, note } = await carryBothWays({
      ...{ plan, name: 'r', x, paths: 1, measure: 'logDrop', cache: new Map() },
      sets: x.map((r) => ({ r })),
    })
    expect([width, note]).toEqual([null, expect.stringMatching(/^not applicable/)])
  })

  it('cannot be told where the state that the parameter starts with matters', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ways-'))
    const file = join(dir, 'prices.yaml')
    const text = readFileSync(paper('hedging-feedback'), 'utf8')
      .replace('  steps:', '  start: { value: 3000, unit: USD, range: [1, 1.0e+6] }\n  steps:')
      .replace('X: { price: 3000 }', 'X: { price: $start }')
    const x = [2000, 3000]
    const waysOf = (scenario: string) => {
      writeFileSync(file, scenario)
      const plan = {
        ...{ scenario: loadScenario(file), seed: 1, set: { steps: 1000 } },
        ...{ checked: false, measures: [], cuts: [] },
      }
      return carryBothWays({
        ...{ plan, name: 'start', x, paths: 2, measure: 'volRatioStep', cache: new Map() },
        sets: x.map((start) => ({ start })),
      })
    }
    // Gamma at every price: the level of the price does not matter.
    expect(await waysOf(text)).toMatchObject({ width: 0, gap: 0 })
    // Gamma around the opening price, from which the price of the other world is far.
    const found = await waysOf(text.replace('    spread: constant\n', ''))
    rmSync(dir, { recursive: true })
    expect(found).toMatchObject({ width: null, gap: null, ways: [] })
    expect(found.note).toMatch(/^not applicable: the opening state depends on start \(.*market/)
  })
})
