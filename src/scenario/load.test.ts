import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { ScenarioError } from './errors.ts'
import { loadScenarioWith, parseScenarioWith } from './load.ts'
import type { Scenario } from './scenario.ts'
import { TOY, toyCatalog } from './testing.ts'

const parse = (text: string): Scenario => parseScenarioWith(text, 'dir/toy.yaml', toyCatalog())

function failure(action: () => unknown): ScenarioError {
  try {
    action()
  } catch (error) {
    if (error instanceof ScenarioError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Problems of a text, as `line:col message | remedy`. */
function problems(text: string): string[] {
  return failure(() => parse(text)).problems.map(
    (p) => `${p.line}:${p.col} ${p.message}${p.remedy && ` | ${p.remedy}`}`,
  )
}

/** The toy with some of its text replaced. */
function toy(...edits: readonly (readonly [string, string])[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the toy has no ${from}`)
    return text.replace(from, to)
  }, TOY)
}

/** What the toy complains about after one edit. */
const edited = (from: string, to: string): string[] => problems(toy([from, to]))

describe('a scenario without fault', () => {
  test('becomes plain data', () => {
    const scenario = parse(TOY)
    expect(scenario).toMatchObject({
      name: 'toy',
      title: 'A toy',
      description: 'A toy scenario.',
      path: 'dir/toy.yaml',
      order: { measure: 'badDebt', shock: 'drop', asset: 'ETH', source: 'market' },
      paths: 3,
      seed: 7,
      measures: ['totalDebt'],
      short: { hours: 1 },
    })
    expect(scenario.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(scenario.parameters[0]).toEqual({
      name: 'drop',
      value: 0.4,
      unit: 'fraction',
      doc: 'fall of ETH',
      range: [0, 0.99],
    })
    expect(structuredClone(scenario)).toEqual(scenario)
  })

  test('has defaults for everything that may be left out', () => {
    const scenario = parse('time: { tick: 1, duration: 2 }\ninstances: {}\n')
    expect(scenario).toMatchObject({
      name: 'toy',
      title: 'toy',
      description: '',
      parameters: [],
      order: { measure: 'badDebtShare' },
      paths: 1,
      seed: 1,
      measures: [],
      short: {},
      calm: {},
    })
  })

  test('may have Windows line ends', () => {
    expect(parse(TOY.replaceAll('\n', '\r\n')).parameters).toEqual(parse(TOY).parameters)
  })
})

describe('problems', () => {
  test('are reported all at once, each at its place', () => {
    const text = `titel: x
parameters:
  drop: { value: 2, unit: fraction, range: [0, 1] }
  none: { unit: x }
time: { tick: $drp, duration: { hour: 1 } }
assets:
  ETH: { price: -5 }
instances:
  market: { kind: prices/markt }
  feed: { kind: oracles/feed, source: nobody, base: EHT, mode: fats }
short: { drop: 9 }
`
    expect(problems(text).map((p) => p.split(' |')[0])).toEqual([
      '1:1 unknown key "titel" in the scenario',
      '3:18 "drop" is 2, outside its range 0 to 1',
      '4:3 "value" is missing in parameters.none',
      '5:15 "$drp": no parameter is named "drp"',
      '5:33 unknown key "hour" in time.duration',
      '7:17 assets.ETH.price must be a number above 0 (USD), got -5',
      '9:19 unknown kind "prices/markt" in instances.market',
      '10:39 no instance is named "nobody"',
      '10:53 no asset is named "EHT"',
      '10:64 instances.feed.mode must be one of fast, slow, got "fats"',
      '11:16 "drop" is 9, outside its range 0 to 1',
    ])
  })

  test('print file, place, frame and remedy', () => {
    const { message } = failure(() => parse(toy(['mode: $mode', 'mode: $mod'])))
    expect(message).toBe(`dir/toy.yaml:25:64: "$mod": no parameter is named "mod"
  24 |   market: { kind: prices/market, drivers: [crash], depth: { X: 5, ETH: '@nums.x' } }
> 25 |   feed: { kind: oracles/feed, source: market, base: ETH, mode: $mod }
     |                                                                ^
  26 |   pool:
  did you mean "mode"?`)
  })

  test('keep their line and column with Windows line ends', () => {
    const text = toy(['mode: $mode', 'mode: $mod'])
    expect(problems(text.replaceAll('\n', '\r\n'))).toEqual(problems(text))
  })

  test('of syntax are reported alone', () => {
    expect(problems('a:\n\tb: 1\n')[0]).toMatch(/^2:1 YAML/)
    expect(problems('')).toHaveLength(1)
  })

  test('of duplicate keys come with the others', () => {
    const found = edited('seed: 7', 'seed: 7\nseed: 8\ntitel: x')
    expect(found).toEqual([
      '13:1 key "seed" is given twice | line 12 has it already; keep one',
      '14:1 unknown key "titel" in the scenario | did you mean "title"?',
    ])
  })
})

describe('what a section needs', () => {
  test('sections and values that are missing are named with their meaning', () => {
    const found = problems('name: x\n')
    expect(found[0]).toMatch(/"time" is missing in the scenario .* clock of the world/)
    expect(found[1]).toMatch(/"instances" is missing/)
    expect(edited('base: ETH, ', '')).toEqual([
      '25:3 "base" is missing in instances.feed | add "base": the name of an asset - asset',
    ])
  })

  test('empty values are not taken for defaults', () => {
    expect(edited('seed: 7', 'seed:')[0]).toMatch(
      /^12:1 seed must be a whole number .* got nothing/,
    )
    expect(edited('keeper: {', 'bare:\n  keeper: {')[0]).toMatch(/bare must be a map with a kind/)
  })

  test('numbers have limits, must be finite, and whole where it matters', () => {
    expect(edited('drivers: [crash]', 'drivers: [crash], fee: 1.5')[0]).toMatch(
      /fee must be a number from 0 to 1 \(fraction\), got 1.5/,
    )
    expect(edited('drivers: [crash]', 'drivers: [crash], hops: 1.5')[0]).toMatch(
      /hops must be a whole number of at least 1 \(hops\), got 1.5/,
    )
    expect(edited('paths: 3', 'paths: .inf')[0]).toMatch(/got Infinity/)
    expect(edited('tick: 12', 'tick: .nan')[0]).toMatch(/got NaN/)
  })

  test('near misses get a remedy', () => {
    expect(edited('price: 1,', 'price: "1_000",')[0]).toMatch(/\| write 1000 without quotes/)
    expect(edited('drivers: [crash]', 'drivers: [crash], fee: 3%')[0]).toMatch(/\| write 0.03/)
    expect(edited('drop: $drop', 'drop: drop')[0]).toMatch(/\| did you mean "\$drop"\?/)
    expect(edited('assets: [ETH, X]', 'assets: ETH')[0]).toMatch(/\| write a list: \[ETH\]/)
  })

  test('durations are seconds or sums of known parts', () => {
    const half = (value: string) =>
      edited('drivers: [crash]', `drivers: [crash], halfLife: ${value}`)
    expect(half('{ weeks: 1 }')[0]).toMatch(/unknown key "weeks" in instances.market.halfLife/)
    expect(half('{}')[0]).toMatch(/halfLife must be a number .* or a sum such as .* got a map/)
    expect(half('{ hours: -1 }')[0]).toMatch(/halfLife.hours must be a number of at least 0/)
    expect(half('{ days: 2 }')[0]).toMatch(/from 0 to 86400 .*, got 172800/)
    expect(half('-3')[0]).toMatch(/got -3/)
  })

  test('names have a form', () => {
    expect(edited('  nums: {', '  9nums: {')[0]).toMatch(/"9nums" cannot be a name here/)
    expect(edited('  hours: {', '  ho-urs: {').join()).toMatch(/"ho-urs" cannot be a name here/)
  })
})

describe('references', () => {
  test('to parameters are found at any depth', () => {
    expect(edited('drop: $drop', 'drop: $nope')).toEqual([
      '23:35 "$nope": no parameter is named "nope" | known: drop, hours, mode, price',
    ])
    expect(edited('hours: $hours', 'hours: $hour')[0]).toMatch(/^10:38 .*did you mean "hours"/)
  })

  test('stand alone, without arithmetic or interpolation', () => {
    expect(edited('drop: $drop', 'drop: $drop * 2')[0]).toMatch(/is not a parameter reference/)
    expect(edited('drop: $drop', 'drop: 2 * $drop').join()).toMatch(/parameter inside a text/)
    expect(edited("'@nums.x'", "'@nums'")[0]).toMatch(/"@nums" is not a source reference/)
  })

  test('say what they stand for when the value is wrong', () => {
    expect(edited('value: 2000', 'value: -1')).toEqual([
      '14:17 assets.ETH.price must be a number above 0 (USD), got -1 (from $price)',
    ])
  })

  test('mean nothing in texts and in literal sections', () => {
    expect(parse(toy(['A toy scenario.', 'costs $5, see @me'])).description).toBe(
      'costs $5, see @me',
    )
    expect(edited('paths: 3', 'paths: $hours')[0]).toMatch(/paths must be a whole number/)
    expect(edited('shock: drop', 'shock: $drop')[0]).toMatch(/\| write drop without \$/)
  })

  test('to sources that do not exist, or do not give that, are found', () => {
    expect(edited("'@nums.x'", "'@num.x'")).toEqual([
      '24:72 "@num.x": no source is named "num" | did you mean "nums"?',
    ])
    const catalog = toyCatalog()
    const sources = catalog.sources.map((s) => ({ ...s, outputs: { positions: '', markets: '' } }))
    const text = toy(["'@nums.x'", "'@nums.market'"])
    const { problems: found } = failure(() => parseScenarioWith(text, 'f', { ...catalog, sources }))
    expect(found[0]?.message).toBe('"@nums.market": "nums" has no "market"')
    expect(found[0]?.remedy).toBe('did you mean "markets"?')
  })

  test('of sources to each other must not form a circle', () => {
    const own = "nums: { kind: numbers, x: '@nums.x' }"
    expect(edited('nums: { kind: numbers, x: $price }', own)[0]).toMatch(
      /^18:3 sources need each other in a circle: nums -> nums/,
    )
    const two = "nums: { kind: numbers, x: '@b.x' }\n  b: { kind: numbers, x: $loop }"
    const text = toy(
      ['nums: { kind: numbers, x: $price }', two],
      ['time:', "  loop: { value: '@nums.x', unit: USD }\ntime:"],
    )
    expect(problems(text)[0]).toMatch(/circle: nums -> b -> nums/)
  })
})

describe('names', () => {
  test('of instances are checked, with what fits', () => {
    expect(edited('drivers: [crash]', 'drivers: [crsh]')).toEqual([
      '24:44 no instance is named "crsh" | did you mean "crash"?',
    ])
    expect(edited('lenders: [pool]', 'lenders: [feed]')).toEqual([
      '31:44 instances.keeper.lenders.0 needs an instance that offers lender; "feed" is oracles/feed | these may: pool',
    ])
    expect(edited('lenders: [pool]', 'lenders: [pool, pool]')[0]).toMatch(/"pool" is listed twice/)
  })

  test('of assets are checked; a group is not one asset', () => {
    expect(edited('base: ETH', 'base: X')[0]).toMatch(/"X" stands for 3 assets/)
    expect(edited('base: ETH', 'base: X.3')[0]).toMatch(/no asset is named "X.3"/)
    expect(edited('[ETH, X]', '[ETH, X, X.1]')[0]).toMatch(/^23:28 asset "X.1" is listed twice/)
    expect(edited('X: 5,', 'X: 5, X.0: 4,')[0]).toMatch(/^24:67 asset "X.0" has two values/)
    expect(edited('X: 5,', 'Y: 5,')[0]).toMatch(/^24:61 no asset is named "Y"/)
  })

  test('of assets may not collide, nor be USD', () => {
    expect(edited('DAI: {', 'USD: {')[0]).toMatch(/^15:3 USD is the numeraire/)
    expect(edited('DAI: { price: 1, kind: stable }', 'X.1: { price: 1 }')[0]).toMatch(
      /two assets are named "X.1"/,
    )
  })

  test('of chains are checked', () => {
    const chain = (text: string) => edited('instances:', `${text}\ninstances:`)
    expect(chain('chains: { main: { blockSecond: 1 } }')[0]).toMatch(/did you mean "blockSeconds"/)
    expect(chain('chains: { feed: {} }')[0]).toMatch(/"feed" is the name of a chain/)
    expect(chain('chains: { a: {}, b: {} }')[0]).toMatch(/"chain" is missing in instances.crash/)
    const own = toy(['kind: oracles/feed', 'kind: oracles/feed, chain: other'])
    expect(problems(own)[0]).toMatch(/no chain is named "other" \| known: main/)
  })

  test('in order, measures and short are checked', () => {
    expect(edited('measure: badDebt,', 'measure: badDept,')[0]).toMatch(/did you mean "badDebt"/)
    expect(edited('[totalDebt]', '[totalDept]')[0]).toMatch(/^33:12 .* did you mean "totalDebt"/)
    expect(edited('shock: drop', 'shock: dorp')[0]).toMatch(/^32:35 no parameter is named "dorp"/)
    expect(edited('shock: drop', 'shock: mode')[0]).toMatch(/"mode" is a text; a shock is a number/)
    const comparing = (name: string) => toy(['shock: drop', `shock: drop, compare: ${name}`])
    const compared = (name: string) => problems(comparing(name))
    expect(parse(comparing('mode')).order.compare).toBe('mode')
    expect(compared('moed')[0]).toMatch(/^32:50 no parameter is named "moed" .*"mode"/)
    expect(compared('$mode')[0]).toMatch(/no parameter is named "\$mode" .* write mode without/)
    expect(compared('hours')[0]).toMatch(/"hours" has no options; .* known: mode$/)
    expect(parse(comparing('hours, values: [1, 2]')).order.values).toEqual([1, 2])
    expect(compared('mode, values: [1]')[0]).toMatch(/"mode" is a text; `values` are of a number/)
    expect(compared('drop, values: [0.1, 2]')[0]).toMatch(/2 is outside the range of "drop"/)
    expect(edited('shock: drop', 'shock: drop, values: [1]')[0]).toMatch(/values without `compare`/)
    expect(edited('asset: ETH', 'asset: EHT')[0]).toMatch(/no asset is named "EHT"/)
    expect(edited('source: market }', 'source: keeper }')[0]).toMatch(/offers priceSource/)
    expect(edited('short: { hours: 1 }', 'short: { hour: 1 }')[0]).toMatch(/did you mean "hours"/)
    expect(parse(`${TOY}calm: { drop: 0 }\n`).calm).toEqual({ drop: 0 })
    expect(problems(`${TOY}calm: { dorp: 0 }\n`)[0]).toMatch(/did you mean "drop"/)
    expect(problems(`${TOY}calm: { drop: 2 }\n`)[0]).toMatch(/outside its range 0 to 0.99/)
  })
})

describe('parameters', () => {
  const given = (text: string): string[] => edited('time:', `  p: ${text}\ntime:`)

  test('are scalars within their range or among their options', () => {
    expect(given('{ value: [1], unit: x }')[0]).toMatch(/p.value must be a number or a text/)
    expect(given('0.4')[0]).toMatch(/parameters.p must be a map with value, unit/)
    expect(given('{ value: 1, unit: x, range: [2, 3] }')[0]).toMatch(
      /"p" is 1, outside its range 2/,
    )
    expect(given('{ value: a, unit: x, options: [ab, c] }')[0]).toMatch(/must be one of ab, c/)
  })

  test('have consistent ranges, options and distributions', () => {
    expect(given('{ value: 1, unit: x, range: [3, 2] }')[0]).toMatch(/runs from 3 down to 2/)
    expect(given('{ value: 1, unit: x, range: [1] }')[0]).toMatch(/a range is two numbers, got 1/)
    expect(given('{ value: a, unit: x, range: [1, 2] }')[0]).toMatch(
      /a text and cannot have a range/,
    )
    expect(given('{ value: 1, unit: x, options: [a] }')[0]).toMatch(/cannot have options/)
    const law = (text: string) => given(`{ value: 1, unit: x, distribution: ${text} }`)
    expect(law('{ kind: unifrom, low: 1, high: 2 }')[0]).toMatch(/did you mean "uniform"/)
    expect(law('{ kind: uniform, low: 1 }')[0]).toMatch(/"high" is missing/)
    expect(law('{ kind: uniform, low: 3, high: 2 }')[0]).toMatch(/out of order/)
  })
})

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scenario-'))
  afterAll(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'crash.yaml'), TOY)
  writeFileSync(join(folder, 'latin.yaml'), Uint8Array.of(0x61, 0x3a, 0x20, 0xe9))
  const load = (name: string): Scenario => loadScenarioWith(join(folder, name), toyCatalog())

  test('is read by path', () => {
    expect(load('crash.yaml')).toMatchObject({ name: 'toy', text: TOY })
  })

  test('that does not exist gets the close names of its folder', () => {
    const { message, cause } = failure(() => load('crahs.yaml'))
    expect(message).toContain('crahs.yaml: there is no such scenario file')
    expect(message).toContain(`did you mean "${join(folder, 'crash.yaml')}"?`)
    expect(cause).toBeInstanceOf(Error)
    expect(failure(() => load('no/where.yaml')).message).toContain('scenarios there: none')
  })

  test('that is a folder or not UTF-8 is refused', () => {
    expect(failure(() => load('.')).message).toMatch(/is a folder.*\n.*crash.yaml/)
    expect(failure(() => load('latin.yaml')).message).toContain('cannot be read')
  })
})
