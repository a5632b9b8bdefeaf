import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { buildWorld, createStepper } from '../src/engine/index.ts'
import { run } from '../src/experiments/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import { EVENT_NAMES } from '../src/world/index.ts'

const FILE = fileURLToPath(new URL('../scenarios/drained-pool-oracle.yaml', import.meta.url))
const scenario = loadScenario(FILE)

type Values = Readonly<Record<string, number | string>>

const TAKEN = { crvDrained: 7193401.77, ethDrained: 10560.14, poolCrv: 30_860_000 }
const PRICES = { crvPrice: 0.72, ethPrice: 1860 }
/** The exploit comes ten minutes into the run. */
const EXPLOIT = 600

async function outcome(set: Values) {
  const { measures, failedPaths } = await run(scenario, { set: { minutes: 20, ...set } })
  expect(failedPaths).toBe(0)
  return (name: string) => measures.find((m) => m.name === name)!.value ?? Number.NaN
}

/** Price of CRV in a pool that held as much of both by value, once some of both is gone. */
function priceLeft({ crvDrained, ethDrained, poolCrv }: typeof TAKEN): number {
  const { crvPrice, ethPrice } = PRICES
  const eth = (poolCrv * crvPrice) / ethPrice
  return ((eth - ethDrained) * ethPrice) / (poolCrv - crvDrained)
}

/** Seconds from the exploit to the first liquidation; NaN when there is none. */
async function delay(set: Values): Promise<number> {
  const { spec } = await resolveScenario(scenario, { set })
  const world = buildWorld(spec, MODELS, { seed: 1, checked: true })
  const step = createStepper(world)
  for (let tick = 0; tick < spec.ticks; tick++) {
    step()
    for (let e = 0; e < world.trace.length; e++)
      if (EVENT_NAMES[world.trace.columns.kind[e]!] === 'liquidation')
        return world.trace.columns.tick[e]! * spec.tickSeconds - EXPLOIT
  }
  return Number.NaN
}

describe('an oracle that reads a drained pool', () => {
  it('liquidates the founder at the price that was seen on the chain; a median does not', async () => {
    // validation.md J9: 0.109 on the chain, liquidation at 0.38. The size of the pool is chosen so that
    // this price comes out; what follows from it is not.
    expect(priceLeft(TAKEN)).toBeCloseTo(0.109, 3)
    const drained = await outcome({ oracle: 'drainedPool' })
    // All collateral goes at the drained price with its bonus, and does not pay the debt.
    const debt = 290e6 * 0.38 * 0.55
    const repaid = (290e6 * priceLeft(TAKEN)) / 1.1
    expect(drained('liquidations')).toBe(1)
    expect(drained('liquidatedDebt') / repaid).toBeCloseTo(1, 6)
    expect(drained('badDebt') / (debt - repaid)).toBeCloseTo(1, 6)
    for (const oracle of ['aggregated', 'twap']) {
      const other = await outcome({ oracle, minutes: 120 })
      expect(other('liquidations'), oracle).toBe(0)
      expect(other('badDebt'), oracle).toBe(0)
    }
  })

  it.each([
    { crvDrained: 0, ethDrained: 5000, poolCrv: 30_860_000 },
    { crvDrained: 3e6, ethDrained: 2500, poolCrv: 12e6 },
    { crvDrained: 1e6, ethDrained: 9000, poolCrv: 60e6 },
  ])('follows the ratio of what is left: %o', async (taken) => {
    const price = priceLeft(taken)
    const set = { ...taken, oracle: 'drainedPool', fallMinutes: 1440 }
    const below = await outcome({ ...set, liquidationPrice: price * 0.999 })
    const above = await outcome({ ...set, liquidationPrice: price * 1.001 })
    expect(below('liquidations')).toBe(0)
    expect(above('liquidations')).toBeGreaterThan(0)
  })

  it('does nothing when both are taken in proportion', async () => {
    const set = { crvDrained: 30e6, ethDrained: (30e6 * 0.72) / 1860, oracle: 'drainedPool' }
    expect((await outcome({ ...set, liquidationPrice: 0.7 }))('liquidations')).toBe(0)
  })

  it('moves a median only when it moves the middle: at a price that the exchange has too', async () => {
    const set = { oracle: 'aggregated', minutes: 120 }
    expect((await outcome({ ...set, crvFall: 0.5 }))('liquidations')).toBeGreaterThan(0)
    expect((await outcome({ ...set, crvFall: 0.4 }))('liquidations')).toBe(0)
  })

  it('reaches a mean over time as late as its window says, if nobody arbitrages', async () => {
    const set = { oracle: 'twap', arbitrageCapital: 0, crvFall: 0 }
    for (const windowMinutes of [10, 30]) {
      // The share u of the window at which (1 - u) ln p0 + u ln p1 = ln liquidationPrice.
      const share = Math.log(0.72 / 0.38) / Math.log(0.72 / priceLeft(TAKEN))
      const expected = share * windowMinutes * 60
      const found = await delay({ ...set, windowMinutes })
      expect(found).toBeGreaterThanOrEqual(expected)
      // One block to be seen, one to be acted on.
      expect(found).toBeLessThan(expected + 24.1)
    }
    expect(await delay({ oracle: 'twap', crvFall: 0, minutes: 60 })).toBeNaN()
    expect(await delay({ oracle: 'drainedPool' })).toBe(12)
  })

  it('is defended by a guard that comes first, and not by one that comes second', async () => {
    const set = { oracle: 'drainedPool', defences: 'guard' }
    const first = await outcome(set)
    expect(first('liquidations')).toBe(0)
    expect(first('badDebt')).toBe(0)
    const second = await outcome({ ...set, guardBid: 1 })
    expect(second('badDebt')).toBe((await outcome({ oracle: 'drainedPool' }))('badDebt'))
  })

  it('leaves bad debt with the same guard when CRV really falls and nobody trades in the pool', async () => {
    const crash = { arbitrageCapital: 0, crvFall: 0.75, depth: 1e12, minutes: 90 }
    const set = { ...crash, oracle: 'aggregated' }
    expect((await outcome(set))('badDebt')).toBe(0)
    const guarded = await outcome({ ...set, defences: 'guard' })
    expect(guarded('liquidations')).toBe(0)
    expect(guarded('badDebt') / (290e6 * (0.38 * 0.55 - 0.25 * 0.72))).toBeCloseTo(1, 6)
  })
})
