import { instanceOf } from '../../../test/conformance/venue.ts'
import { buildWorld } from '../../engine/index.ts'
import type { Asset, InstanceSpec, Model, Params, World } from '../../world/index.ts'
import { evm } from '../chains/evm.ts'

const ASSETS: readonly Asset[] = [
  { name: 'USD', price: 1, kind: 'numeraire' },
  { name: 'ETH', price: 2500, kind: 'volatile' },
  { name: 'USDC', price: 1, kind: 'stable' },
  { name: 'BTC', price: 60_000, kind: 'volatile' },
  { name: 'USDT', price: 0.999, kind: 'stable' },
]

/** Indices of the assets of a test world. */
export const ETH = 1
export const USDC = 2
export const BTC = 3
export const USDT = 4

/** Build a small checked world with one chain. Entries are `name: [model, parameters]`. */
export function testWorld(instances: Readonly<Record<string, readonly [Model, Params]>>): World {
  const specs: InstanceSpec[] = Object.entries(instances).map(([name, [model, params]]) =>
    instanceOf(model, name, params),
  )
  return buildWorld(
    {
      assets: ASSETS,
      tickSeconds: 12,
      ticks: 100,
      chains: [instanceOf(evm, 'chain', { native: ETH, gasPrice: 10 })],
      instances: specs,
    },
    [evm, ...Object.values(instances).map(([model]) => model)],
    { seed: 1, checked: true },
  )
}
