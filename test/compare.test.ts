import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { readEach } from '../src/cli/compare.ts'
import { main } from '../src/cli/main.ts'
import {
  type ArmResult,
  type Compared,
  CompareError,
  type CompareOptions,
  compareDefences,
  compareDocument,
} from '../src/experiments/index.ts'
import { compareText } from '../src/report/compareText.ts'
import { parseScenario, type Scenario } from '../src/scenario/index.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const SPIRAL = at('../scenarios/papers/toxic-spiral.yaml')
const FROZEN = at('../scenarios/frozen-too-late.yaml')

/** X falls, and then moves again; `pause` halts liquidations from the fall on. */
const TEXT = `
name: fall
parameters:
  drop: { value: 0.25, unit: fraction, doc: fall of X, range: [0, 0.99] }
  later: { value: 0.35, unit: fraction, doc: what follows an hour later, range: [-1, 0.99] }
  vol: { value: 0.5, unit: 1/sqrt(year), doc: noise }
  bonus: { value: 0.08, unit: fraction, doc: liquidation bonus, range: [0, 1] }
  capital: { value: 1000000, unit: USD, doc: money of the liquidators, range: [0, 1000000000] }
time: { tick: 120, duration: { hours: 2 } }
assets: { X: { price: 100 }, Y: { price: 100 } }
chains: { main: { gasPrice: 20, native: X } }
sources:
  book:
    kind: accounts
    accounts:
      - { name: low, n: 5, collateral: [{ asset: X, amount: 10 }], debt: [{ asset: USD, amount: 620 }] }
      - { name: high, n: 5, collateral: [{ asset: X, amount: 10 }], debt: [{ asset: USD, amount: 720 }] }
      - { name: both, collateral: [{ asset: X, amount: 5 }, { asset: Y, amount: 5 }], debt: [{ asset: USD, amount: 500 }] }
      - { name: supplier, collateral: [{ asset: USD, amount: 20000 }] }
instances:
  path:
    kind: prices/schedule
    shocks:
      - { assets: [X], drop: $drop, at: { minutes: 20 }, over: { minutes: 10 } }
      - { assets: [X], drop: $later, at: { minutes: 70 }, over: { minutes: 10 } }
  noise: { kind: prices/gbm, assets: [X], vol: $vol }
  market: { kind: prices/referenceMarket, drivers: [path, noise], depth: { X: 100000, Y: 100000 } }
  lender:
    kind: lending/compoundV2
    oracle: market
    closeFactor: 1
    liquidationBonus: $bonus
    protocolSeizeShare: 0
    positions: '@book.positions'
    markets:
      X: { collateralFactor: 0.8, exchangeRate: 1, cash: 105 }
      Y: { collateralFactor: 0.8, exchangeRate: 1, cash: 5 }
      USD: { collateralFactor: 0, exchangeRate: 1, cash: 20000 }
  liquidators: { kind: agents/liquidator, lenders: [lender], venue: market, capital: $capital, minProfit: 0, gas: 0 }
defences:
  pause:
    { kind: controls/breaker, source: market, watched: [X], move: 0.05, window: 900, targets: [lender], flags: [liquidating], assets: [X] }
  idle:
    { kind: controls/breaker, source: market, watched: [Y], move: 0.1, window: 900, targets: [lender], flags: [liquidating], assets: [X] }
  isolation: { kind: controls/isolation, lenders: [lender] }
order: { measure: badDebt, shock: drop, asset: X, source: market }
`

/** Falls below every trigger, then rises back above. */
const REBOUND = { drop: 0.25, later: -0.34 }

/** Falls near the first triggers, with so much noise that waiting may do either. */
const TOSS = { drop: 0.1, later: 0.29, vol: 3 }

let folder = ''
let file = ''
let scenario: Scenario
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-compare-'))
  file = join(folder, 'fall.yaml')
  writeFileSync(file, TEXT)
  scenario = parseScenario(TEXT, file)
})
afterAll(() => rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())

const compare = (options: CompareOptions): Promise<Compared> =>
  compareDefences(scenario, { workers: 1, ...options })

function armOf(found: Compared, name: string): ArmResult {
  const arm = found.arms.find((own) => own.name === name)
  if (!arm) throw new Error(`no arm ${name}`)
  return arm
}

async function effectOf(set: CompareOptions['set'], name = 'pause', paths = 8) {
  return armOf(await compare({ defences: [name], ...(set ? { set } : {}), paths }), name).avoided!
}

describe('halting liquidations', () => {
  it('certainly helps where the price comes back: nobody pays the bonus', async () => {
    const { verdict, low, value, high } = await effectOf(REBOUND)
    expect(verdict).toBe('helps')
    // All that is paid without it: 8 % of the debts of the ten accounts that are liquidated.
    expect(value).toBeCloseTo(0.08 * (620 + 720), 6)
    expect(low).toBeGreaterThan(0)
    expect(low).toBeLessThanOrEqual(value!)
    expect(high).toBeGreaterThanOrEqual(value!)
  })

  it('certainly harms where the fall goes on: debts are not repaid in time', async () => {
    const found = await compare({ defences: ['pause'], paths: 8 })
    const { avoided, payers } = armOf(found, 'pause')
    expect(avoided!.verdict).toBe('harms')
    expect(avoided!.high).toBeLessThan(0)
    const depositors = payers.find(({ who }) => who === 'depositors of lender')!
    const borrowers = payers.find(({ who }) => who === 'borrowers')!
    expect(depositors.low).toBeGreaterThan(0)
    expect(borrowers.high).toBeLessThan(0)
    // Loss is what depositors and borrowers pay together.
    expect(depositors.value! + borrowers.value! + avoided!.value!).toBeCloseTo(0, 6)
    expect(found.ranking.map(({ name, rank }) => [name, rank])).toEqual([
      ['no defence', 1],
      ['pause', 2],
    ])
  })

  it('cannot be told from a few paths where chance decides, nor is it then ranked', async () => {
    const found = await compare({ defences: ['pause'], set: TOSS, paths: 8 })
    const { avoided } = armOf(found, 'pause')
    expect(avoided!.low).toBeLessThan(0)
    expect(avoided!.high).toBeGreaterThan(0)
    expect(avoided!.value).not.toBe(0)
    expect(avoided!.verdict).toBe('cannot tell')
    expect(found.ranking.map(({ rank }) => rank)).toEqual([1, 1])
    expect(found.ranking[0]!.cannotTell).toHaveLength(1)
    expect(found.ranking.map(({ worst }) => worst)).toEqual([2, 2])
    expect(compareText(found)).toContain('cannot be told from')
    expect(compareText(found)).toContain('pause may lower or raise loss: it cannot be told')
    expect(compareText(found)).toContain('no order can be told from so few paths')
  })

  it('cannot be told from one path at all', async () => {
    const { verdict, low } = await effectOf(TOSS, 'pause', 1)
    expect([verdict, low]).toEqual(['cannot tell', null])
  })
})

describe('a defence that watches another asset', () => {
  it('does exactly nothing, and is ranked with doing nothing', async () => {
    const few = await compare({ defences: ['idle'], paths: 8 })
    expect(armOf(few, 'idle').avoided).toMatchObject({ value: 0, verdict: 'cannot tell' })
    // So many paths show a share of 5 % with 95 %.
    const found = await compare({ defences: ['idle'], paths: 60 })
    const { avoided, payers, costs } = armOf(found, 'idle')
    expect([avoided!.value, avoided!.low, avoided!.high]).toEqual([0, 0, 0])
    expect(avoided!.verdict).toBe('no effect')
    expect(payers.every(({ value }) => value === 0)).toBe(true)
    expect(costs!.every(({ value }) => value === 0)).toBe(true)
    expect(found.ranking.map(({ rank, same }) => [rank, same.length])).toEqual([
      [1, 1],
      [1, 1],
    ])
  })

  it('adds up with any other', async () => {
    const found = await compare({ defences: ['pause', 'idle'], paths: 60 })
    expect(found.arms.map(({ name }) => name)).toEqual([
      'no defence',
      'pause',
      'idle',
      'pause + idle',
    ])
    expect(found.interactions).toHaveLength(1)
    expect(found.interactions[0]).toMatchObject({ verdict: 'add up', extra: { value: 0 } })
  })
})

describe('the cost of a defence in calm weather', () => {
  it('is measured without the shock: nobody falls, so nobody is halted', async () => {
    const found = await compare({ defences: ['pause'], set: { later: 0 }, paths: 4 })
    expect(found.calm).toEqual({ drop: 0 })
    const costs = armOf(found, 'pause').costs!
    expect(costs.map(({ measure }) => measure)).toEqual([
      'loss',
      'capitalCost',
      'fundsTrapped',
      'falseAlarms',
      'controlGas',
    ])
    expect(costs.every(({ value }) => value === 0)).toBe(true)
  })

  it('shows false alarms and gas where calm weather is wild', async () => {
    const wild = parseScenario(`${TEXT}calm: { drop: 0, later: 0, vol: 12 }\n`, file)
    const found = await compareDefences(wild, { workers: 1, defences: ['pause'], paths: 8 })
    const costs = new Map(armOf(found, 'pause').costs!.map((cost) => [cost.measure, cost]))
    expect(costs.get('controlGas')!.low).toBeGreaterThan(0)
    expect(costs.get('falseAlarms')!.value).toBeGreaterThan(0)
    expect(costs.get('haltedTime')!.value).toBeGreaterThan(0)
    expect(compareText(found)).toMatch(/controlGas \$[^(]*\(cost/)
  })

  it('is unknown where a scenario has no calm weather', async () => {
    const stuck = TEXT.replace('range: [0, 0.99] }\n  later', 'range: [0.1, 0.99] }\n  later')
    const found = await compareDefences(parseScenario(stuck, file), {
      ...{ workers: 1, defences: ['idle'], paths: 2 },
    })
    expect(found.calm).toBeNull()
    expect(armOf(found, 'idle').costs).toBeNull()
    expect(compareText(found)).toContain('no calm weather')
  })
})

describe('isolated against shared pools', () => {
  it('adds the cells of a lender up, and tells what taking it apart costs', async () => {
    const found = await compare({
      defences: ['isolation'],
      set: { later: 0.6, capital: 1 },
      paths: 4,
    })
    const { costs, payers, level } = armOf(found, 'isolation')
    const depositors = payers.find(({ who }) => who === 'depositors of lender')!
    const borrowers = payers.find(({ who }) => who === 'borrowers')!
    const change = level.value! - found.arms[0]!.level.value!
    expect(depositors.value! + borrowers.value!).toBeCloseTo(change, 6)
    expect(costs!.find(({ measure }) => measure === 'isolationCost')!.value).toBeGreaterThan(0)
  })
})

describe('alternatives', () => {
  it('are exact where there is no chance: the toxic spiral with and without its frontier', async () => {
    const found = await compareDefences(SPIRAL, {
      alternative: { stopAtFrontier: 1 },
      measure: 'badDebt',
    })
    const [base, stop] = found.arms
    const lost = 0.96 - 1 / 1.045
    expect(found.isCertain).toBe(true)
    expect(base!.level.value).toBeCloseTo(lost, 9)
    // Debt of 0.96 against collateral of 1 at a constant price.
    expect(stop!.avoided).toMatchObject({ verdict: 'helps', approximate: false })
    expect(stop!.avoided!.value).toBeCloseTo(lost, 9)
    expect(stop!.avoided!.low).toBe(stop!.avoided!.high)
    expect(stop!.name).toBe('stopAtFrontier=1')
  })

  it('are the options of a parameter, or the values given', async () => {
    const each = await compareDefences(SPIRAL, {
      ...{ each: { name: 'bonus', values: [0.02, 0.045, 0.1] }, measure: 'badDebt' },
    })
    expect(each.arms.map(({ name }) => name)).toEqual(['as it is', 'bonus=0.02', 'bonus=0.1'])
    for (const { name, level } of each.arms.slice(1)) {
      const bonus = Number(name.slice('bonus='.length))
      expect(level.value).toBeCloseTo(Math.max(0, 0.96 - 1 / (1 + bonus)), 9)
    }
    expect(each.ranking.map(({ name }) => name)).toEqual(['bonus=0.02', 'as it is', 'bonus=0.1'])
  })

  it('are a knob that every world has, beside defences', async () => {
    const each = { name: 'marginRequirement', values: [0.5] }
    const found = await compare({ each, defences: ['idle'], set: { later: 0 }, paths: 2 })
    // Thresholds of 0.9 in the place of 0.8: who owes 62 of what is worth 75 is still sound.
    const { avoided, costs, set } = armOf(found, 'marginRequirement=0.5')
    expect(set).toEqual({ defences: 'none', marginRequirement: 0.5 })
    expect(avoided!.value).toBeCloseTo(0.08 * 620, 6)
    // A tenth of 25 X and 5 Y at about 100 USD counts more than before.
    const power = costs!.find(({ measure }) => measure === 'borrowingPower')!
    expect(power.value! / (0.1 * (25 + 5) * 100)).toBeCloseTo(1, 1)
    expect(compareText(found)).toMatch(/borrowingPower \$[^,]* \(gain/)
  })

  it('are another scenario on the same draws: nothing where it is the same', async () => {
    const other = join(folder, 'other.yaml')
    writeFileSync(other, TEXT.replace('name: fall', 'name: other'))
    const same = await compare({ with: other, paths: 60 })
    expect(armOf(same, 'other').avoided).toMatchObject({ value: 0, verdict: 'no effect' })
    const richer = TEXT.replace('name: fall', 'name: richer').replace('value: 0.08', 'value: 0.12')
    const asked = { with: parseScenario(richer, other) }
    const found = await compare({ ...asked, paths: 6 })
    expect(armOf(found, 'richer').avoided!.verdict).toBe('harms')
    // The same on every path but for rounding: four paths are four tosses of a coin.
    const few = armOf(await compare({ ...asked, paths: 4 }), 'richer').avoided!
    expect(few).toMatchObject({ verdict: 'cannot tell', low: null, high: null })
    expect(few.value).toBeCloseTo(-0.04 * (620 + 720), 6)
  })
})

describe('short forms', () => {
  it('are of each scenario its own', async () => {
    const lag = 'scenarios/papers/oracle-latency.yaml'
    const asked = { with: lag, measure: 'badDebt', paths: 1, workers: 1 } as const
    const found = await compareDefences('scenarios/papers/leveraged-loop.yaml', asked)
    const short = await compareDefences(lag, {
      ...{ with: 'scenarios/papers/leveraged-loop.yaml', measure: 'badDebt', paths: 1, workers: 1 },
      form: 'short',
    })
    // Of oracle-latency alone: fewer positions are not a parameter of the other.
    expect(short.set).toEqual({ positions: 200 })
    expect(armOf(short, 'leveraged-loop').level).toEqual(armOf(found, 'as it is').level)
  })
})

describe('a number that is none where nothing happens', () => {
  it('counts as the best, and not as a path to leave out', async () => {
    const { arms, compared } = await compare({
      ...{ defences: ['pause'], set: REBOUND, measure: 'overshoot', paths: 8 },
    })
    // Nobody is liquidated while liquidations are halted.
    expect([compared, arms[1]!.level.value]).toEqual([8, 0])
    expect(arms[1]!.avoided).toMatchObject({ verdict: 'helps', value: arms[0]!.level.value })
  })
})

describe('what is compared', () => {
  it('may be the tail', async () => {
    const few = await compare({ defences: ['pause'], measure: 'badDebt.es75', paths: 8 })
    expect(armOf(few, 'pause').avoided).toMatchObject({ low: null, verdict: 'cannot tell' })
    const found = await compare({ defences: ['pause'], measure: 'badDebt.es75', paths: 24 })
    expect(found.statistic).toBe('es75')
    const { avoided, level } = armOf(found, 'pause')
    expect(avoided!.value).toBeCloseTo(found.arms[0]!.level.value! - level.value!, 6)
    expect(avoided!.verdict).toBe('harms')
    expect(avoided!.approximate).toBe(true)
  })

  it.each([
    ['no such defence', { defences: ['pauze'] }, /no defence "pauze"; it has pause, idle/],
    ['no such measure', { measure: 'badDept' }, /"badDept" is no measure/],
    ['no such statistic', { measure: 'loss.sd' }, /"sd" cannot be compared/],
    ['no such parameter', { each: { name: 'oracle' } }, /no parameter "oracle"/],
    ['a number without values', { each: { name: 'bonus' } }, /say which values/],
    ['the value that it has', { each: { name: 'bonus', values: [0.08] } }, /no other value/],
    ['twice the same', { each: { name: 'bonus', values: [0.1, 0.1] } }, /compared twice/],
    ['a number of nobody', { defences: ['idle'], measure: 'dealerLoss', paths: 2 }, /no number/],
  ] as const)('must exist: %s', async (_, options: CompareOptions, message) => {
    const error = await compare(options).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(CompareError)
    expect(String(error)).toMatch(message)
  })

  it('is something: a scenario without defences has nothing of its own', async () => {
    await expect(compareDefences(SPIRAL)).rejects.toThrow(/nothing to compare/)
    await expect(compareDefences(SPIRAL, { defences: 'all' })).rejects.toThrow(/has no defences/)
  })
})

describe('breakwater compare', () => {
  const printed = (): string => {
    const write = vi.mocked(process.stdout.write)
    return write.mock.calls.map(([text]) => String(text)).join('')
  }
  const call = async (...args: readonly string[]): Promise<string> => {
    vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await main(['compare', ...args])).toBe(0)
    const text = printed()
    vi.restoreAllMocks()
    return text
  }

  it('gives the library’s numbers, on any number of workers, and again from its journal', async () => {
    const out = join(folder, 'out')
    const args = [file, '--defences', 'pause,idle', '--paths', '6', '--json']
    const own = compareDocument(await compare({ defences: ['pause', 'idle'], paths: 6 }))
    const plain = JSON.parse(JSON.stringify(own))
    expect(JSON.parse(await call(...args, '--workers', '1'))).toEqual(plain)
    expect(JSON.parse(await call(...args, '--workers', '2', '--out', out))).toEqual(plain)
    const again = JSON.parse(await call(...args, '--workers', '1', '--out', out))
    expect(again).toEqual(plain)
    expect(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))).toEqual(again)
    expect(plain.measures.map((m: { name: string }) => m.name)).toEqual([
      ...['avoided[pause]', 'avoided[idle]', 'avoided[pause + idle]'],
      'interaction[pause + idle]',
    ])
  })

  it('takes what is set alone as the alternative, and beside others for all worlds', async () => {
    const alone = JSON.parse(await call(SPIRAL, '--set', 'bonus=0.02', '--json'))
    expect(alone.arms.map((arm: ArmResult) => arm.name)).toEqual(['as it is', 'bonus=0.02'])
    const args = ['--each', 'stopAtFrontier=1', '--set', 'bonus=0.1', '--measure', 'badDebt']
    const beside = JSON.parse(await call(SPIRAL, ...args, '--json'))
    expect(beside.arms[0].level.value).toBeCloseTo(0.96 - 1 / 1.1, 9)
  })

  it('ranks the defences of the frozen lender on a terminal', async () => {
    const text = await call(FROZEN, '--short', '--defences', 'guardian,mintLimit')
    expect(text).toMatch(
      /^loss in frozen-too-late, lower is better\nguardian \+ mintLimit avoids most: /,
    )
    expect(text).toMatch(/\n1 +guardian \+ mintLimit .* helps/)
    expect(text).not.toContain('surely')
    expect(text).not.toMatch(/ {2}\S.* {2}nothing\n/)
    expect(text).toContain('looked at: loss, capitalCost, fundsTrapped, falseAlarms, controlGas')
    expect(text).toContain('cost in calm weather (forged=0, valueLost=0)')
    expect(text).toContain('guardian + mintLimit  depositors of lender -$')
    expect(text).toContain('overlap')
    expect(text).toContain('no chance: 1 path of each tells all')
    expect(text).not.toContain('95 %')
  })

  it('exits with 2 where the user can mend it', async () => {
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    expect(await main(['compare', file, '--defences', 'pauze'])).toBe(2)
    expect(await main(['compare', file, '--each', '=3'])).toBe(2)
    expect(await main(['compare', file, '--paths', '0'])).toBe(2)
    expect(write.mock.calls.join('')).toContain('no defence "pauze"')
  })

  it('reads parameters with and without values', () => {
    expect(readEach('oracle')).toEqual({ name: 'oracle' })
    expect(readEach('mode=a, b')).toEqual({ name: 'mode', values: ['a', 'b'] })
    expect(readEach('closeFactor = 0.25,1e0')).toEqual({ name: 'closeFactor', values: [0.25, 1] })
    for (const wrong of ['', '=1', 'a=', 'a=1,,2'])
      expect(() => readEach(wrong)).toThrow(CompareError)
  })
})
