import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createFiles } from '../sources/index.ts'
import type { Loaded } from '../world/index.ts'
import { ScenarioError } from './errors.ts'
import { parseScenarioWith } from './load.ts'
import { type ResolvedScenario, type ResolveOptions, resolveScenarioWith } from './resolve.ts'
import { TOY, toyCatalog } from './testing.ts'

const catalog = toyCatalog()

async function resolveText(text: string, options: ResolveOptions = {}): Promise<ResolvedScenario> {
  return resolveScenarioWith(parseScenarioWith(text, 'dir/toy.yaml', catalog), catalog, options)
}

/** The toy with some of its text replaced. */
function toy(...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the toy has no ${from}`)
    return text.replace(from, to)
  }, TOY)
}

async function problems(text: string, options?: ResolveOptions): Promise<readonly string[]> {
  const error = await resolveText(text, options).catch((e: unknown) => e)
  if (!(error instanceof ScenarioError)) throw error
  return error.problems.map((p) => `${p.line}:${p.col} ${p.message}${p.remedy && ` | ${p.remedy}`}`)
}

function params(resolved: ResolvedScenario, name: string): Readonly<Record<string, unknown>> {
  return resolved.spec.instances.find((i) => i.name === name)?.params ?? {}
}

describe('a resolved scenario', () => {
  test('holds a world with names as indices and groups as members', async () => {
    const resolved = await resolveText(TOY)
    const { assets, tickSeconds, ticks, chains } = resolved.spec
    expect(assets).toEqual([
      { name: 'USD', price: 1, kind: 'numeraire' },
      { name: 'ETH', price: 2000, kind: 'volatile' },
      { name: 'DAI', price: 1, kind: 'stable' },
      { name: 'X.0', price: 2, kind: 'volatile', group: 'X' },
      { name: 'X.1', price: 2, kind: 'volatile', group: 'X' },
      { name: 'X.2', price: 2, kind: 'volatile', group: 'X' },
    ])
    expect([tickSeconds, ticks]).toEqual([12, (6.5 * 3600) / 12])
    expect(chains).toEqual([
      { name: 'main', kind: 'chain', chain: 'main', params: { blockSeconds: 0, native: 1 } },
    ])
    expect(params(resolved, 'crash')).toEqual({ shocks: [{ assets: [1, 3, 4, 5], drop: 0.4 }] })
    expect(params(resolved, 'market').depth).toEqual([
      { asset: 1, value: 2000 },
      { asset: 3, value: 5 },
      { asset: 4, value: 5 },
      { asset: 5, value: 5 },
    ])
  })

  test('has defaults filled in at every level', async () => {
    const resolved = await resolveText(TOY)
    expect(params(resolved, 'market')).toMatchObject({ halfLife: 60, fee: 0, hops: 2 })
    expect(params(resolved, 'feed')).toEqual({
      source: 'market',
      fallback: '',
      base: 1,
      mode: 'fast',
      label: 'none',
    })
    expect(params(resolved, 'pool')).toMatchObject({
      defaults: { amount: 7 },
      markets: [{ asset: 1, value: { factor: 0.8, bonus: 0.05, cap: { amount: 7 } } }],
    })
  })

  test('is the same with Windows line ends and with its lines in another order', async () => {
    const { spec } = await resolveText(TOY)
    expect((await resolveText(TOY.replaceAll('\n', '\r\n'))).spec).toEqual(spec)
    const keeper = '  keeper: { kind: agents/keeper, lenders: [pool] }\n'
    const moved = toy([keeper, ''], ['instances:\n', `instances:\n${keeper}`])
    const byName = (s: ResolvedScenario['spec']) =>
      [...s.instances].sort((a, b) => (a.name < b.name ? -1 : 1))
    expect(byName((await resolveText(moved)).spec)).toEqual(byName(spec))
  })

  test('adds no tick to a duration that rounding pushes over', async () => {
    const ticks = async (tick: number, duration: number): Promise<number> =>
      (await resolveText(`time: { tick: ${tick}, duration: ${duration} }\ninstances: {}\n`)).spec
        .ticks
    expect(await ticks(0.15, 4.35)).toBe(29)
    expect(await ticks(0.1, 0.3)).toBe(3)
    expect(await ticks(12, 13)).toBe(2)
    expect(await ticks(60, 1)).toBe(1)
  })

  test('takes durations in parts, in seconds or from parameters', async () => {
    const half = async (value: string): Promise<unknown> =>
      params(await resolveText(toy(['[crash]', `[crash], halfLife: ${value}`])), 'market').halfLife
    expect(await half('90')).toBe(90)
    expect(await half('{ hours: 1, minutes: 2, seconds: 3 }')).toBe(3723)
    expect(await half('{ days: 0.5, hours: $hours }')).toBe(18 * 3600)
  })

  test('makes a plain asset of a group of one', async () => {
    const { spec } = await resolveText(toy(['count: 3', 'count: 1']))
    expect(spec.assets[3]).toEqual({ name: 'X', price: 2, kind: 'volatile' })
  })

  test('may have several chains', async () => {
    const text = toy(
      ['instances:', 'chains:\n  fast: { blockSeconds: 1, native: DAI }\n  main: {}\ninstances:'],
      ['oracles/feed,', 'oracles/feed, chain: fast,'],
    )
    const { spec } = await resolveText(text)
    expect(spec.chains.map((c) => [c.name, c.params.blockSeconds, c.params.native])).toEqual([
      ['fast', 1, 2],
      ['main', 0, 1],
    ])
    expect(spec.instances.map((i) => i.chain)).toEqual(['main', 'main', 'fast', 'main', 'main'])
  })

  test('warns of parameters and sources that nothing uses', async () => {
    const text = toy(
      ['time:', '  extra: { value: 1, unit: x }\ntime:'],
      ['  nums: {', '  idle: { kind: numbers }\n  nums: {'],
    )
    expect((await resolveText(text)).warnings).toEqual([
      'dir/toy.yaml:10:3: parameter "extra" is never used',
      'dir/toy.yaml:19:3: source "idle" is never used',
    ])
    expect((await resolveText(TOY)).warnings).toEqual([])
  })

  test('lists what is assumed or cited, and what sources assume, with the parameter behind', async () => {
    const text = toy(
      ['x: $price }', 'x: $price, at: { hours: $hours } }'],
      [
        'price: { value: 2000, unit: USD, doc: price of ETH, source: a paper }',
        'price: { value: 2000, unit: USD }',
      ],
    )
    expect((await resolveText(text, { set: { hours: 2 } })).assumptions).toEqual([
      { name: 'hours', value: 2, unit: 'h', source: 'assumed', parameter: 'hours' },
      { name: 'numbers.x', value: '2000', unit: 'u', source: 'toy', parameter: 'price' },
      { name: 'numbers.at', value: '7200', unit: 'u', source: 'toy' },
    ])
    // The scenario's own line about a parameter stands for the source's line about it.
    const names = (await resolveText(TOY)).assumptions.map((a) => a.name)
    expect(names).toEqual(['hours', 'price', 'numbers.at'])
  })
})

describe('overrides', () => {
  test('replace numbers, given as numbers or texts, and texts', async () => {
    const resolved = await resolveText(TOY, { set: { drop: '1e-1', price: 5, mode: 'slow' } })
    expect(resolved.parameters).toEqual({ drop: 0.1, hours: 6, mode: 'slow', price: 5 })
    expect(params(resolved, 'feed').mode).toBe('slow')
    expect(params(resolved, 'crash').shocks).toEqual([{ assets: [1, 3, 4, 5], drop: 0.1 }])
    expect(resolved.spec.assets[1]?.price).toBe(5)
  })

  test('are checked all at once, at the parameter they replace', async () => {
    const set = { dorp: 1, drop: 2, hours: 'six', mode: 'slwo', price: '' }
    expect(await problems(TOY, { set })).toEqual([
      '5:1 dorp=1: no parameter is named "dorp" | did you mean "drop"?',
      '6:18 drop=2: "drop" is 2, outside its range 0 to 0.99 | take a value from 0 to 0.99',
      '7:19 hours=six: "hours" must be a number (h), got "six" | write digits, such as 0.4 or 1e6',
      '8:18 mode=slwo: "mode" must be one of fast, slow, got "slwo" | did you mean "slow"?',
      '9:19 price=: "price" must be a number (USD), got "" | write digits, such as 0.4 or 1e6',
    ])
  })

  test('are named where their value does not fit', async () => {
    expect(await problems(TOY, { set: { price: -2 } })).toContain(
      '14:17 assets.ETH.price must be a number above 0 (USD), got -2 (from price=-2)'.replace(
        '13',
        '14',
      ),
    )
  })

  test('cannot be references', async () => {
    const text = toy(['mode: $mode', 'mode: $mode, label: $word'])
    const word = (value: string) => `  word: { value: ${value}, unit: text }\ntime:`
    const plain = text.replace('time:', word('a'))
    const resolved = await resolveText(plain, { set: { word: 'plain' } })
    expect(params(resolved, 'feed').label).toBe('plain')
    expect(await problems(plain, { set: { word: '@nums.x' } })).toEqual([
      '10:18 word=@nums.x: "word" must be a text, got the reference "@nums.x" | write the value itself',
    ])
    const chained = (await problems(text.replace('time:', () => word('$mode'))))[0]
    expect(chained).toMatch(/"word" must be a text, got the reference "\$mode"/)
  })
})

describe('sources', () => {
  test('may use each other, and parameters may take their value from them', async () => {
    const text = toy(
      ['  nums: {', "  first: { kind: numbers, x: '@nums.deep.list.2.three' }\n  nums: {"],
      ['time:', "  third: { value: '@first.x', unit: USD, range: [0, 5] }\ntime:"],
      ['price: 1,', 'price: $third,'],
    )
    const resolved = await resolveText(text)
    expect(resolved.spec.assets[2]?.price).toBe(3)
    expect(resolved.parameters.third).toBe(3)
    expect(Object.keys(resolved.loaded)).toEqual(['nums', 'first'])
    expect((await resolveText(text, { set: { third: 4 } })).spec.assets[2]?.price).toBe(4)
    expect(await problems(text.replace('[0, 5]', '[0, 2]'))).toEqual([
      '10:19 "third" is 3, outside its range 0 to 2 (from @first.x) | take a value from 0 to 2',
    ])
  })

  test('must give what is asked of them', async () => {
    expect(await problems(toy(["'@nums.x'", "'@nums.depp'"]))).toEqual([
      '24:72 "@nums.depp": "nums" has no "depp" | did you mean "deep"?',
    ])
    expect(await problems(toy(["'@nums.x'", "'@nums.deep.list.9'"]))).toEqual([
      '24:72 "@nums.deep.list.9": "nums.deep.list" has no "9" | known: 0, 1, 2',
    ])
  })

  test('that give something of another shape are told from each other', async () => {
    expect(await problems(toy(["'@nums.x'", "'@nums.deep'"]))).toEqual([
      '24:72 instances.market.depth.ETH must be a number of at least 0 (USD), got a map (from @nums.deep)',
    ])
    expect(await problems(toy(["'@nums.positions'", "'@nums.markets'"]))).toEqual([
      '30:16 instances.pool.positions must be positions; what was loaded has no accounts (from @nums.markets) | take another output of the source',
    ])
    expect(await problems(toy(["'@nums.markets'", "'@nums.positions'"]))).toContain(
      '29:14 instances.pool.markets names 4 assets that the scenario does not have (from @nums.positions) | add to assets: accounts, assets, start, amount',
    )
  })

  test('are loaded once per kind and parameters', async () => {
    const count = { loads: 0 }
    const counted = toyCatalog(count)
    const scenario = parseScenarioWith(TOY, 'dir/toy.yaml', counted)
    const cache = new Map<string, Loaded>()
    const run = (set: ResolveOptions['set'] = {}) =>
      resolveScenarioWith(scenario, counted, { cache, set })
    const first = await run()
    const second = await run({ drop: 0.2 })
    expect(count.loads).toBe(1)
    expect(second.loaded.nums).toBe(first.loaded.nums)
    await run({ price: 3 })
    expect(count.loads).toBe(2)
  })

  test('depend on what their upstream sources were asked for', async () => {
    const count = { loads: 0 }
    const counted = toyCatalog(count)
    const text = toy(['  nums: {', "  next: { kind: numbers, x: '@nums.x' }\n  nums: {"])
    const scenario = parseScenarioWith(text, 'dir/toy.yaml', counted)
    const cache = new Map<string, Loaded>()
    await resolveScenarioWith(scenario, counted, { cache })
    await resolveScenarioWith(scenario, counted, { cache, set: { price: 3 } })
    expect(count.loads).toBe(4)
  })

  test('read files relative to the scenario', async () => {
    const text = toy(['  nums: {', '  t: { kind: table, path: ../data/x.csv }\n  nums: {'])
    const path = resolve('data/x.csv')
    const files = createFiles((p) => {
      expect(p).toBe(path)
      return new TextEncoder().encode('hello')
    })
    const { loaded } = await resolveText(text, { files })
    expect(loaded.t?.outputs).toMatchObject({ path, price: 5, text: 'hello' })
  })

  test('with a missing file are reported at its name, before anything is read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'scenario-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'accounts.csv'), 'x')
    const text = toy(['  nums: {', `  t: { kind: table, path: ${folder}/acounts.csv }\n  nums: {`])
    const [problem] = await problems(text)
    expect(problem).toMatch(
      /^18:27 there is no file ".*acounts.csv" \| did you mean "accounts.csv"/,
    )
  })
})
