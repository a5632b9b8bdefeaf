import { describe, expect, it } from 'vitest'
import { type RunOutcome, runScenario } from '../src/experiments/index.ts'
import { interactionText } from '../src/report/interaction.ts'
import { storyOf } from '../src/report/story.ts'
import { loadScenario, parseScenario, type SourceCache } from '../src/scenario/index.ts'

const scenario = loadScenario(new URL('../scenarios/dealer-gamma.yaml', import.meta.url).pathname)
const cache: SourceCache = new Map()

type Set = Readonly<Record<string, number>>

/** A small fall of one path, near the strikes, with nothing but the fall moving the price. */
const NEAR: Set = { ethDrop: 0.1, hours: 2, vol: 0, jumpsPerYear: 0, blockSeconds: 60 }

const runWith = (set: Set, options: { readonly paths?: number; readonly checked?: boolean } = {}) =>
  runScenario(scenario, { set: { ...NEAR, ...set }, paths: 1, cache, workers: 1, ...options })

const one = (run: RunOutcome, name: string): number => run.values(name)[0]!

describe('dealers who are short of gamma beside real lending books', () => {
  it('lose together what each loses alone and their interaction, path by path', async () => {
    const set = { vol: 0.5, ethDrop: 0.25, jumpsPerYear: 0 }
    const run = await runWith(set, { paths: 4, checked: true })
    const of = (name: string) => [...run.values(name)]
    const alone = of('lossWithoutDealers')
    const dealers = of('dealerLossWithoutLending')
    of('jointLoss').forEach((joint, k) => {
      expect(joint).toBeCloseTo(alone[k]! + dealers[k]! + of('interactionLoss')[k]!, 2)
      expect(of('loss')[k]! - of('lossByDealers')[k]!).toBeCloseTo(alone[k]!, 2)
      expect(of('dealerLoss')[k]! - of('dealerLossByLending')[k]!).toBeCloseTo(dealers[k]!, 2)
    })
    // Sellers of both kinds find a lower price than either would alone.
    for (const name of ['lossByDealers', 'interactionLoss']) {
      const { low } = run.document.measures.find((m) => m.name === name)!
      expect(low, name).toBeGreaterThan(0)
    }
    const table = interactionText(run.document.measures).join('\n')
    for (const world of ['both', 'dealers absent', 'lending absent', 'interaction'])
      expect(table).toContain(world)
  })

  it('change nothing when they hold nothing', async () => {
    const none = await runWith({ gammaNotional: 0 })
    const without = parseScenario(
      scenario.text
        .replace(/\n {2}dealers:\n(?: {4}.*\n)+/, '\n')
        .replace(/measures:[\s\S]*$/, 'measures: [loss]\n'),
      scenario.path,
    )
    const bare = await runScenario(without, {
      ...{ set: NEAR, paths: 1, cache, workers: 1, measures: ['lossWithoutDealers'] },
    })
    for (const name of ['loss', 'badDebt', 'liquidatedDebt', 'maxPriceImpact'])
      expect(one(none, name), name).toBe(one(bare, name))
    expect(one(none, 'lossWithoutDealers')).toBe(one(bare, 'loss'))
    expect([one(none, 'dealerLoss'), one(none, 'interactionLoss')]).toEqual([0, 0])
    // Nobody's loss without dealers is told where there are no dealers.
    expect(one(bare, 'lossWithoutDealers')).toBeNaN()
    expect(interactionText(bare.document.measures)).toEqual([])
  })

  it('deepen the fall when short, dampen it when long, and more so with more of it', async () => {
    const runs = [-5e6, 0, 5e6, 1e7].map((gammaNotional) => runWith({ gammaNotional }))
    const settled = await Promise.all(runs)
    for (const name of ['loss', 'maxPriceImpact', 'hedgingLoopGain']) {
      const values = settled.map((run) => one(run, name))
      expect(values, name).toEqual([...values].sort((a, b) => a - b))
      expect(new Set(values).size, name).toBe(4)
    }
    expect(one(settled[0]!, 'lossByDealers')).toBeLessThan(0)
    expect(one(settled[2]!, 'dealerLoss')).toBeGreaterThan(0)
  })

  it('lose more the nearer the expiry, where the price ends near a strike', async () => {
    const days = [7, 3, 1, 0.25]
    const runs = await Promise.all(days.map((daysToExpiry) => runWith({ daysToExpiry })))
    for (const name of ['dealerLoss', 'maxPriceImpact', 'hedgingLoopGain']) {
      const values = runs.map((run) => one(run, name))
      expect(values, name).toEqual([...values].sort((a, b) => a - b))
    }
    const [week, , , last] = runs
    expect(one(last!, 'lossByDealers')).toBeGreaterThan(one(week!, 'lossByDealers'))
    // On the last day the hedges feed themselves: no price is an equilibrium, and the run says so.
    expect(one(week!, 'hedgingGaps')).toBe(0)
    expect(one(last!, 'hedgingLoopGain')).toBeGreaterThan(1)
    expect(one(last!, 'hedgingGaps')).toBeGreaterThan(0)
    const told = (run: RunOutcome) =>
      storyOf(run).find(({ text }) => text.startsWith('Hedging:'))!.text
    expect(told(week!)).toMatch(/sold [\d,]+ and bought [\d.,]+ ETH in \d+ trades, .* and lost \$/)
    expect(told(week!)).not.toContain('no finite price')
    expect(told(last!)).toContain('no finite price was an equilibrium')
  })

  it('move the price less in a deeper market', async () => {
    const shallow = await runWith({ impact: 2e-9 })
    const deep = await runWith({ impact: 2e-10 })
    expect(one(deep, 'maxPriceImpact')).toBeLessThan(one(shallow, 'maxPriceImpact'))
    expect(one(deep, 'interactionLoss')).toBeLessThan(one(shallow, 'interactionLoss'))
    // The same book: its gain is in proportion to the impact until the price moves.
    const gain = (run: RunOutcome) => one(run, 'hedgingLoopGain')
    expect(gain(deep)).toBeLessThan(gain(shallow) / 5)
  })

  it('can be cut from any scenario that has them', async () => {
    const run = await runScenario(scenario, {
      ...{ set: NEAR, paths: 1, cache, workers: 1, cuts: ['hedging', 'lending'] },
    })
    const [hedging, lending] = run.document.channels
    expect(hedging!.value).toBe(one(run, 'lossByDealers'))
    expect(lending!.value).toBe(one(run, 'dealerLossByLending'))
  })
})
