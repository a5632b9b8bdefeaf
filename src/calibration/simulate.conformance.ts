import { smallWorld, stepWorld } from '../../test/conformance/model.ts'
import type { Model, PriceTable } from '../world/index.ts'

const HOUR = 3600

/** Hourly prices of assets A1, A2, ... that one price model moves, starting at 1 USD. */
export function simulate(
  model: Model,
  n: number,
  params: Readonly<Record<string, unknown>>,
  rows: number,
  seed: number,
): PriceTable {
  const all = Array.from({ length: n }, (_, i) => i + 1)
  const assets = [
    { name: 'USD', price: 1, kind: 'numeraire' as const },
    ...all.map((i) => ({ name: `A${i}`, price: 1, kind: 'volatile' as const })),
  ]
  const world = smallWorld(
    { driver: [model, { assets: all, ...params }] },
    { assets, tickSeconds: HOUR, seed },
  )
  const driver = world.port('driver', 'driver')
  const prices = all.map(() => new Float64Array(rows + 1).fill(1))
  for (let k = 1; k <= rows; k++) {
    stepWorld(world, 1)
    all.forEach((a, i) => {
      prices[i]![k] = Math.exp(driver.shift(a))
    })
  }
  return {
    time: Float64Array.from({ length: rows + 1 }, (_, k) => k * HOUR),
    assets: all.map((a) => `A${a}`),
    prices,
  }
}
