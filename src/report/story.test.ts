import { beforeAll, describe, expect, it } from 'vitest'
import type { RunOutcome } from '../experiments/index.ts'
import { runScenario } from '../experiments/index.ts'
import { loadScenario } from '../scenario/index.ts'
import type { EventName, Trace } from '../world/index.ts'
import { accountsOf } from './accounts.ts'
import { outlineEvents, outlineOf } from './outline.ts'
import { sayEvent } from './say.ts'
import { smallCrash } from './smallCrash.conformance.ts'
import { type Clause, storyOf } from './story.ts'
import { textOf } from './text.ts'
import { kindOf, pathTo, treesOf } from './tree.ts'

/** Kinds of events that may prove a clause, by how it begins. */
const PROOFS: readonly (readonly [RegExp, readonly EventName[]])[] = [
  [/^First to/, ['liquidation', 'answer', 'news', 'impact', 'swap']],
  [/liquidations? of .* repaid/, ['liquidation']],
  [/^Channel/, ['impact', 'swap', 'liquidation']],
  [/^Largest cascade/, ['news', 'impact', 'swap', 'answer', 'liquidation']],
  [/failed and lost/, ['failed']],
  [/^Borrowers lost/, ['liquidation']],
  [/^Lenders lose/, ['insolvent', 'deficit', 'liquidation', 'borrow', 'news', 'impact', 'swap']],
]

function expectProven(clause: Clause, trace: Trace): void {
  const kinds = PROOFS.find(([start]) => start.test(clause.text))?.[1] ?? []
  for (const e of clause.events) {
    expect(e).toBeGreaterThanOrEqual(0)
    expect(e).toBeLessThan(trace.length)
    expect(kinds, clause.text).toContain(kindOf(trace, e))
  }
}

describe('the story of a crash', () => {
  let outcome: RunOutcome
  beforeAll(async () => {
    outcome = await smallCrash()
  })

  it('proves every clause about events by events of the right kinds', () => {
    const story = storyOf(outcome)
    const { trace } = outcome.view!.world
    for (const clause of story) expectProven(clause, trace)
    const needed = story.filter(({ text }) =>
      /^First|repaid|^Channel|^Largest|^Borrowers|^Lenders lose/.test(text),
    )
    expect(needed).toHaveLength(6)
    for (const clause of needed) expect(clause.events.length, clause.text).toBeGreaterThan(0)
  })

  it('names as first to break the account of the first liquidation that a price move caused', () => {
    const clause = storyOf(outcome).find(({ text }) => text.startsWith('First'))!
    const { trace } = outcome.view!.world
    const last = clause.events.at(-1)!
    expect(kindOf(trace, last)).toBe('liquidation')
    expect(clause.events).toEqual(pathTo(trace, last))
  })

  it('says the sums that the measures say', () => {
    const measure = (name: string): number =>
      outcome.document.measures.find((m) => m.name === name)!.value!
    const text = storyOf(outcome)
      .map((clause) => clause.text)
      .join('\n')
    expect(text).toContain(`${measure('liquidations')} liquidations of`)
    expect(measure('badDebt')).toBeGreaterThan(0)
    expect(text).toContain(`Lenders lose $${(measure('badDebt') / 1e3).toFixed(2)}k`)
  })

  it('draws the largest tree with all its liquidations accounted for', () => {
    const { world } = outcome.view!
    const tree = treesOf(world.trace)[0]!
    const root = outlineOf(world, tree)
    const nodes = outlineEvents(root)
    const hidden = nodes.reduce((sum, node) => sum + node.rest.liquidations, 0)
    const drawn = nodes.filter((node) => node.kind === 'liquidation').length
    expect(drawn + hidden).toBe(tree.liquidations)
    expect(root.caused).toBeCloseTo(tree.repaid)
    expect(nodes.every((node) => node.liquidations > 0)).toBe(true)
  })

  it('says every event of the trace in words', () => {
    const { world } = outcome.view!
    for (let e = 0; e < world.trace.length; e++)
      expect(sayEvent(world, e)).not.toMatch(/undefined|NaN|\?/)
  })
})

describe('text for the terminal', () => {
  it('is about a dozen lines and the measures, and ends with the replay command', async () => {
    const scenario = loadScenario('scenarios/compound-v2-eth-crash.yaml')
    const outcome = await runScenario(scenario, { set: { ...scenario.short } })
    const lines = textOf(outcome).split('\n')
    // What the data say of themselves is the scenario's; it may be long.
    expect(lines.filter((line) => !line.startsWith('note: ')).length).toBeLessThanOrEqual(20)
    const story = lines.slice(2, lines.indexOf('', 2))
    expect(story.length).toBeGreaterThan(5)
    expect(story.length).toBeLessThan(13)
    expect(lines.at(-1)).toBe(`replay: ${outcome.document.replay}`)
    for (const clause of storyOf(outcome)) expectProven(clause, outcome.view!.world.trace)
  })

  it('says that nobody was liquidated', async () => {
    const text = textOf(await smallCrash({ drop: 0 }))
    expect(text).toContain('Nobody was liquidated. X went from $100.00 to $100.00.')
    expect(text).toContain('No bad debt')
  })

  it('tells intervals instead of a story for many paths', async () => {
    const text = textOf(await smallCrash({ vol: 2 }, { paths: 3 }))
    expect(text).toContain('3 paths; mean [95 % interval of the mean].')
    expect(text).toMatch(/liquidations +[\d.]+ {2}\[[\d.]+ \.\. [\d.]+\]/)
  })
})

describe('bad debt that a protocol writes off', () => {
  it('is told as a loss of lenders, though every account that is left can pay', async () => {
    const file = new URL('../../parity/vectors/endToEnd/morphoBlue.yaml', import.meta.url).pathname
    const outcome = await runScenario(loadScenario(file), { paths: 1 })
    const text = storyOf(outcome).map((clause) => clause.text)
    const { value } = outcome.document.measures.find((m) => m.name === 'badDebt')!
    expect(value).toBeGreaterThan(1e5)
    expect(text).toContainEqual(
      expect.stringMatching(/^Lenders lose \$578\.13k: bad debt written off/),
    )
    const { trace } = outcome.view!.world
    const told = storyOf(outcome).find((clause) => clause.text.startsWith('Lenders lose'))!
    expect(told.events.map((e) => kindOf(trace, e))).toContain('deficit')
  })
})

describe('what lenders lose', () => {
  const lossOf = async (outcome: RunOutcome) => {
    const { world } = outcome.view!
    const told = storyOf(outcome).find((clause) => clause.text.startsWith('Lenders lose'))!
    return { world, events: told.events, said: told.events.map((e) => sayEvent(world, e)) }
  }

  it('is proven by the loan of an attack that nobody liquidated', async () => {
    const scenario = loadScenario('scenarios/oracle-manipulation.yaml')
    const { world, events, said } = await lossOf(await runScenario(scenario, { paths: 1 }))
    expect(events.map((e) => kindOf(world.trace, e))).toEqual(['borrow'])
    expect(said[0]).toContain('borrows $116.00M of USD')
  })

  it('is proven by what was done last to the accounts that owe most of it', async () => {
    const { world, events } = await lossOf(await smallCrash())
    const bad = accountsOf(world).filter((a) => a.badDebt > 0)
    const rows = bad.sort((a, b) => b.badDebt - a.badDebt).map(({ row }) => row)
    const proven = events.map((e) => world.trace.columns.row[e]!)
    expect(new Set(proven)).toEqual(new Set(rows.slice(0, 3)))
  })

  it('is proven by the price move where nobody acted', async () => {
    const outcome = await smallCrash({}, { set: { prices: 'slowFeed' } })
    const { world, events } = await lossOf(outcome)
    expect(events.length).toBeGreaterThan(0)
    for (const e of events) {
      expect(['news', 'impact']).toContain(kindOf(world.trace, e))
      expect(world.trace.columns.y[e]!).toBeLessThan(0)
    }
  })
})
