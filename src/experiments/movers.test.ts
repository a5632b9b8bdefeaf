import { expect, test } from 'vitest'
import { loadScenario } from '../scenario/index.ts'
import { moverOf } from '../world/index.ts'
import { runPath } from './path.ts'
import { prepareRun } from './prepare.ts'

// Between them: feeds, medians, exchange rates, spot prices, means over time, caps, fallbacks, claims, markets.
const SCENARIOS = [
  'two-venue-median',
  'usdc-depeg',
  'steth-loops',
  'oracle-manipulation',
  'drained-pool-oracle',
  'capo-misstep',
]

/** Events that a walk from the newest on meets. */
function metOf(from: number, before: (event: number) => number): ReadonlySet<number> {
  const met = new Set<number>()
  for (let e = from; e >= 0; e = before(e)) met.add(e)
  return met
}

test.each(SCENARIOS)(
  '%s: no move of a price is left out when movers are followed',
  async (name) => {
    const scenario = { ...loadScenario(`scenarios/${name}.yaml`), measures: [] }
    const { seed, short: set } = scenario
    const plan = { scenario, seed, set, checked: false, measures: [], cuts: [] }
    const { world, focus } = await prepareRun(plan, new Map())
    await runPath(world, focus, seed, 0, () => {})
    const last = world.trace.length - 1
    let moves = 0
    let missed = 0
    let skipped = 0
    for (const { instance } of world.all('priceSource')) {
      const source = instance.ports!.priceSource!
      expect(source.moverBefore).toBeDefined()
      for (let a = 1; a < world.spec.assets.length; a++) {
        const met = metOf(last, (event) => moverOf(source, event, a))
        for (let event = 0; event <= last; event++) {
          if (source.moveOf(event, a) === 0) continue
          moves++
          if (!met.has(event)) missed++
        }
        skipped += last + 1 - met.size
      }
    }
    expect(missed).toBe(0)
    expect(moves).toBeGreaterThan(0)
    expect(skipped).toBeGreaterThan(moves)
  },
)
