import { expect, it } from 'vitest'
import { loadScenario, parseScenario, ScenarioError } from '../scenario/index.ts'
import type { PositionTable } from '../world/index.ts'
import { KnobError, resolveRun, settable, variableOf } from './knobs.ts'
import { openSurvey } from './survey.ts'

const ownBook = loadScenario('scenarios/own-book.yaml')
const cascade = loadScenario('scenarios/papers/constant-product-cascade.yaml')

const paramsOf = async (set: Record<string, number | string>) => {
  const { spec } = await resolveRun(ownBook, { set })
  return (name: string) => spec.instances.find((i) => i.name === name)!.params
}

it('one override turns the same component in every world, whatever it is called there', async () => {
  const params = await paramsOf({ liquidationDelay: 48, oracleLatency: '36' })
  expect(params('liquidator').detectionDelay).toBe(48)
  expect(params('feeds').latency).toBe(36)
})

it('a margin requirement 1.5 times as high puts every threshold 1.5 times as far from 1', async () => {
  const params = (await paramsOf({ marginRequirement: 1.5 }))('lender')
  const markets = params.markets as { value: { collateralFactor: number } }[]
  const factors = markets.map((m) => Number(m.value.collateralFactor.toFixed(6)))
  expect(factors).toEqual([0.73, 0.55, 0.775, 0.745, 0])
  const { threshold } = params.positions as PositionTable
  // alice states none; bob 0.8; carol 0.82 and 0.85; dave 0.86; erin none. Debts state none.
  expect([...threshold].filter((t) => t >= 0).map((t) => Number(t.toFixed(6)))).toEqual([
    0.7, 0.73, 0.775, 0.79,
  ])
})

it('knobs are part of what a run follows from', async () => {
  const { parameters } = await resolveRun(ownBook, { set: { concentration: 0.5, ethDrop: 0.3 } })
  expect(parameters).toMatchObject({ concentration: 0.5, ethDrop: 0.3 })
})

it('accounts are merged by their thresholds as found, whatever the order of the overrides', async () => {
  const one = (await paramsOf({ concentration: 2, marginRequirement: 1.3 }))('lender')
  const other = (await paramsOf({ marginRequirement: 1.3, concentration: 2 }))('lender')
  expect(one).toEqual(other)
})

it('a world without such a part says so, with what it has', async () => {
  await expect(resolveRun(cascade, { set: { oracleLatency: 60 } })).rejects.toThrow(KnobError)
  await expect(resolveRun(cascade, { set: { oracleLatency: 60 } })).rejects.toThrow(
    /nothing in this world has it.*it has liquidationDelay, concentration, marginRequirement/,
  )
})

it.each([-1, 'soon', '', 1e9])('refuses an oracleLatency of %j', async (value) => {
  await expect(resolveRun(ownBook, { set: { oracleLatency: value } })).rejects.toThrow(KnobError)
})

it('a name that is neither a parameter nor a knob stays an error of the scenario', async () => {
  await expect(resolveRun(ownBook, { set: { oracleLateness: 60 } })).rejects.toThrow(ScenarioError)
})

it('what can be varied are numbers and knobs; parameters come first', () => {
  expect(variableOf(ownBook, 'ethDrop')).toMatchObject({ value: 0.4, range: [0, 0.99] })
  expect(variableOf(ownBook, 'oracleLatency')).toMatchObject({ value: null, unit: 's' })
  expect(variableOf(ownBook, 'bookSize')).toMatchObject({ value: 1, unit: 'factor' })
  expect(variableOf(ownBook, 'book')).toBeNull()
  expect(variableOf(ownBook, 'nothing')).toBeNull()
  const own = { name: 'oracleLatency', value: 3, unit: 'blocks', doc: '' }
  const scenario = { ...ownBook, parameters: [...ownBook.parameters, own] }
  expect(variableOf(scenario, 'oracleLatency')).toMatchObject({ value: 3, unit: 'blocks' })
})

it('what counts takes whole numbers, wherever in the scenario it is used', () => {
  const isWhole = (name: string, scenario = cascade) => variableOf(scenario, name)!.isWhole
  expect(isWhole('positions')).toBe(true)
  expect(isWhole('r')).toBe(false)
  expect(isWhole('oracleLatency')).toBe(false)
  const twap = loadScenario('scenarios/papers/twap-attack.yaml')
  expect(isWhole('window', twap)).toBe(true)
  expect(isWhole('epsilon', twap)).toBe(false)
  const text = `
parameters:
  many: { value: 2, unit: assets }
  turns: { value: 9, unit: rounds }
time: { tick: 1, duration: 2 }
assets: { X: { price: 100, count: $many } }
chains: { main: { rounds: $turns } }
instances: { market: { kind: prices/referenceMarket, drivers: [] } }
`
  const other = parseScenario(text, 'counts.yaml')
  expect(isWhole('many', other)).toBe(true)
  expect(isWhole('turns', other)).toBe(true)
  expect([settable({ isWhole: true }, 2.6), settable({ isWhole: false }, 2.6)]).toEqual([3, 2.6])
})

it('an experiment sees a knob turned: later prices, more bad debt', async () => {
  const survey = openSurvey(ownBook, { set: ownBook.short, workers: 1 })
  const [now, late] = await survey.ask([{ oracleLatency: 0 }, { oracleLatency: 600 }], 4)
  const mean = (values: Float64Array): number => values.reduce((a, b) => a + b, 0) / values.length
  expect(mean(late!.values('loss'))).toBeGreaterThan(mean(now!.values('loss')))
  await survey.close()
})

it('a book half as large owes half as much at the same healths, and has half the cash', async () => {
  const [full, half] = [
    (await paramsOf({}))('lender'),
    (await paramsOf({ bookSize: 0.5 }))('lender'),
  ]
  const [whole, part] = [full!.positions, half!.positions] as PositionTable[]
  expect([...part!.amount]).toEqual([...whole!.amount].map((amount) => amount / 2))
  const cashOf = ({ markets }: typeof full) =>
    (markets as { value: { cash: number } }[]).map(({ value }) => value.cash)
  expect(cashOf(half!)).toEqual(cashOf(full!).map((cash) => cash / 2))
})

const free = { gasPrice: 0, liquidatorCapital: 1e12 }
/** By how much more a book of three times the size loses. */
async function growthOf(name: string, set: Record<string, number>): Promise<number> {
  const scenario = loadScenario(`scenarios/${name}.yaml`)
  const all = { ...free, ...set }
  const survey = openSurvey(scenario, { set: all, workers: 1, measures: ['loss'] })
  const [one, three] = await survey.ask([{ bookSize: 1 }, { bookSize: 3 }], 1)
  await survey.close()
  return three!.values('loss')[0]! / one!.values('loss')[0]!
}

it('books lose in proportion to their size in a deep market, and more in a thin one', async () => {
  expect(await growthOf('own-book', { depth: 1e12, hours: 0.3 })).toBeCloseTo(3, 2)
  expect(await growthOf('capo-misstep', { depth: 1e12 })).toBeCloseTo(3, 2)
  expect(await growthOf('own-book', { depth: 1e4, hours: 0.3 })).toBeGreaterThan(3.2)
})
