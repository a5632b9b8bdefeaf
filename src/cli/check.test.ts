import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { checkScenarios, readBaseline } from '../experiments/index.ts'
import { queryResults } from '../stores/index.ts'
import { main } from './main.ts'

const LOOP = 'scenarios/papers/leveraged-loop.yaml'

/** Two noisy prices; X falls by `drop` in the middle of the path. */
const worldOf = (drop: number, extra = '', driver = 'noise') => `
name: noisy
title: a noisy price that falls
seed: 3
parameters:
  drop: { value: ${drop}, unit: log, doc: fall of the price, range: [0, 0.9] }
time: { tick: 60, duration: { minutes: 30 } }
assets: { X: { price: 100 } }
instances:
  ${driver}: { kind: prices/gbm, assets: [X], vol: 2 }
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $drop, over: { minutes: 20 } }] }
  market: { kind: prices/referenceMarket, drivers: [${driver}, fall], depth: { X: 2000 } }
order: { measure: logDrop, shock: drop, asset: X, source: market }
measures: [logDrop${extra}]
`

let folder = ''
let [out, err] = ['', '']
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-check-'))
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += text
    return true
  })
})
beforeEach(() => {
  ;[out, err] = ['', '']
})
afterAll(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const file = (name: string): string => join(folder, name)
const write = (name: string, text: string): string => {
  writeFileSync(file(name), text)
  return file(name)
}
const check = (scenarios: readonly string[], baseline: string, ...rest: readonly string[]) =>
  main(['check', ...scenarios, '--baseline', baseline, '--workers', '1', ...rest])

describe('breakwater check on a world without chance', () => {
  it('writes a baseline, agrees with itself, and exits with 1 when something worsens', async () => {
    const baseline = file('loop.json')
    expect(await check([LOOP], baseline, '--update')).toBe(0)
    expect(readFileSync(baseline, 'utf8').length).toBeLessThan(2000)
    expect(await check([LOOP], baseline)).toBe(0)
    expect(out).toContain('nothing worsened')
    expect(await check([LOOP], baseline, '--set', 'jump=0.2')).toBe(1)
    expect(out).toMatch(/WORSE +badDebt /)
    expect(out).toContain('set: {} is now {"jump":0.2}')
    expect(await check([LOOP], baseline, '--set', 'jump=0')).toBe(0)
  })

  it('watches the usual measures that have a number where the scenario lists none', async () => {
    const text = readFileSync(LOOP, 'utf8').replace(/^measures:.*$/m, '')
    const loop = write('plain.yaml', text)
    const baseline = file('plain.json')
    expect(await check([loop], baseline, '--update')).toBe(0)
    const [{ measures }] = Object.values<{ measures: object }>(
      JSON.parse(readFileSync(baseline, 'utf8')).scenarios,
    ) as [{ measures: object }]
    expect(Object.keys(measures)).toEqual(expect.arrayContaining(['loss', 'badDebt']))
    // Nobody keeps options there.
    expect(Object.keys(measures)).not.toContain('dealerLoss')
    expect(await check([loop], baseline, '--set', 'jump=0.2')).toBe(1)
    expect(out).toMatch(/WORSE +loss /)
  })

  it('passes a change after which nothing is left to measure', async () => {
    const baseline = file('lost.json')
    const names = ['overshoot', 'endogenousShare', 'timeToRecovery']
    const measures = ['--measures', names.join(',')]
    expect(await check([LOOP], baseline, '--update', ...measures)).toBe(0)
    const page = ['--out', file('lost')]
    expect(await check([LOOP], baseline, '--set', 'jump=0', ...page)).toBe(0)
    expect(out).toMatch(/better +overshoot .*; no number counts as 0 \(0 paths of the/)
    expect(out).not.toMatch(/WORSE|cannot tell|p 0/)
    expect(out).not.toContain('95 %')
    const html = readFileSync(join(file('lost'), 'report.html'), 'utf8')
    expect(html).toContain('<h1>Check of leveraged-loop</h1>')
    expect(html).not.toContain('95 %')
    // None on either side is no change.
    await check([LOOP], baseline, '--update', '--set', 'jump=0', ...measures)
    out = ''
    expect(await check([LOOP], baseline, '--set', 'jump=0')).toBe(0)
    expect(out).toMatch(/same +overshoot/)
  })

  it('says that numbers went from which nothing follows', async () => {
    // Without liquidators there is no profit of theirs, for better or worse.
    const text = readFileSync(LOOP, 'utf8')
    const scenario = write('loop.yaml', text)
    const baseline = file('profit.json')
    expect(await check([scenario], baseline, '--update', '--measures', 'liquidatorProfit')).toBe(0)
    write('loop.yaml', text.replace(/^ {2}liquidators?:.*\n(?: {4}.*\n)*/m, ''))
    const page = file('profit')
    expect(await check([scenario], baseline, '--out', page)).toBe(0)
    expect(out).toMatch(/cannot tell liquidatorProfit .* lost the number, from which nothing/)
    expect(out).toContain('warning: numbers that were lost are not judged: liquidatorProfit of ')
    expect(readFileSync(join(page, 'report.html'), 'utf8')).toContain('are not judged')
  })
})

describe('breakwater check on a world with chance', () => {
  it('sees a change by pairs that is far smaller than the scatter of paths', async () => {
    const scenario = write('noisy.yaml', worldOf(0.1))
    const baseline = file('noisy.json')
    expect(await check([scenario], baseline, '--update')).toBe(0)
    const entry = readBaseline(baseline)!.scenarios.noisy!
    expect(entry).toMatchObject({ paths: 16, seed: 3, isCertain: false })
    const drops = entry.measures.logDrop as number[]
    expect(Math.max(...drops) - Math.min(...drops)).toBeGreaterThan(0.01)
    write('noisy.yaml', worldOf(0.101))
    expect(await check([scenario], baseline, '--json')).toBe(1)
    const found = JSON.parse(out)
    expect(found.rows[0]).toMatchObject({ measure: 'logDrop', verdict: 'worse', isPaired: true })
    expect(found.rows[0].worsening).toBeCloseTo(Math.log(0.9 / 0.899), 6)
    expect(found.scenarios[0].notes).toEqual(['the scenario file changed'])
    // The library says the same.
    expect(await checkScenarios([scenario], readBaseline(baseline)!)).toEqual(found)
    const page = file('page')
    expect(await check([scenario], baseline, '--out', page)).toBe(1)
    expect(JSON.parse(readFileSync(join(page, 'report.json'), 'utf8'))).toEqual(found)
    expect(readFileSync(join(page, 'report.html'), 'utf8')).toContain('<b>1 worsened</b>')
    const { rows } = await queryResults(page, 'select measure, verdict, worsening from checks')
    expect(rows).toEqual([['logDrop', 'worse', found.rows[0].worsening]])
    write('noisy.yaml', worldOf(0.09))
    expect(await check([scenario], baseline)).toBe(0)
    expect(out).toContain('better')
  })

  it('compares unpaired, and says so, when paths meet other draws', async () => {
    const scenario = write('noisy.yaml', worldOf(0.1))
    const baseline = file('renamed.json')
    await check([scenario], baseline, '--update')
    write('noisy.yaml', worldOf(0.1, '', 'wind'))
    expect(await check([scenario], baseline)).toBe(0)
    expect(out).toContain('unpaired: "noise" of kind prices/gbm is gone')
    expect(out).toContain('Welch')
    write('noisy.yaml', worldOf(0.5, '', 'wind'))
    expect(await check([scenario], baseline)).toBe(1)
  })
})

describe('breakwater check refuses with 2', () => {
  it('what the baseline cannot answer, with a remedy', async () => {
    const scenario = write('noisy.yaml', worldOf(0.1))
    const baseline = file('refuse.json')
    expect(await check([scenario], baseline)).toBe(2)
    expect(err).toContain('there is no baseline')
    await check([scenario], baseline, '--update')
    const cases: readonly (readonly [readonly string[], string])[] = [
      [[LOOP], 'the baseline has no scenario "leveraged-loop"'],
      [[scenario, '--seed', '4'], 'made with seed 3, this is seed 4'],
      [[scenario, '--paths', '8'], 'has 16 paths, not 8'],
      [[scenario, '--short'], 'made without --short'],
      [[scenario, '--measures', 'trough'], 'has no measure "trough"'],
      [[scenario, scenario], 'two scenarios are named "noisy"'],
    ]
    for (const [args, text] of cases) {
      err = ''
      expect(await check(args, baseline), text).toBe(2)
      expect(err).toContain(text)
    }
    expect(await check([scenario], file('new.json'), '--update', '--measures', 'nope')).toBe(2)
  })

  it('a file that is no baseline, or one of another version', async () => {
    const scenario = write('noisy.yaml', worldOf(0.1))
    expect(await check([scenario], write('bad.json', '{'))).toBe(2)
    expect(err).toContain('is no JSON')
    expect(await check([scenario], write('old.json', '{"baseline":0}'))).toBe(2)
    expect(err).toContain('"baseline" is 0')
    for (const scenarios of ['null', '[]', '1', '"a"']) {
      err = ''
      const none = write('none.json', `{"baseline":1,"scenarios":${scenarios}}`)
      expect(await check([scenario], none), scenarios).toBe(2)
      expect(err).toContain('"scenarios" holds no scenarios by name; move it away')
    }
    expect(await check([scenario], folder)).toBe(2)
    expect(err).toContain(`the baseline "${folder}" cannot be read (EISDIR); name a file`)
    const broken = '{"baseline":1,"scenarios":{"noisy":{"hash":"","seed":3}}}'
    expect(await check([scenario], write('broken.json', broken))).toBe(2)
    expect(err).toContain('"noisy" cannot be read')
    const whole = file('whole.json')
    expect(await check([scenario], whole, '--update')).toBe(0)
    for (const part of ['draws', 'set', 'measures', 'failedPaths', 'short']) {
      const damaged = JSON.parse(readFileSync(whole, 'utf8'))
      damaged.scenarios.noisy[part] = null
      expect(await check([scenario], write('broken.json', JSON.stringify(damaged))), part).toBe(2)
    }
  })

  it('keeps the other scenarios of a baseline when one is made anew', async () => {
    const scenario = write('noisy.yaml', worldOf(0.1))
    const baseline = file('two.json')
    await check([scenario], baseline, '--update')
    await check([LOOP], baseline, '--update')
    expect(Object.keys(readBaseline(baseline)!.scenarios)).toEqual(['noisy', 'leveraged-loop'])
    expect(await check([LOOP, scenario], baseline)).toBe(0)
  })
})

describe('the example workflow', () => {
  it('is YAML whose commands and options exist', async () => {
    const text = readFileSync('docs/examples/breakwater-check.yml', 'utf8')
    type Job = { readonly steps: readonly { readonly run?: string }[] }
    const { jobs } = parse(text) as { readonly jobs: Readonly<Record<string, Job>> }
    const lines = Object.values(jobs)
      .flatMap(({ steps }) => steps.flatMap(({ run = '' }) => run.split('\n')))
      .filter((line) => line.includes('breakwater '))
    const commands = lines.map((line) => line.trim().split(/\s+/))
    expect(commands.length).toBeGreaterThan(0)
    for (const words of commands) {
      const [name, ...rest] = words.slice(words.indexOf('breakwater') + 1)
      out = ''
      expect(await main([name!, '--help']), words.join(' ')).toBe(0)
      for (const option of rest.filter((word) => word.startsWith('--')))
        expect(out, words.join(' ')).toContain(option)
    }
  })
})
