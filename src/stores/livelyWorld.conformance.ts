import { readFileSync } from 'node:fs'
import { instanceOf } from '../../test/conformance/venue.ts'
import { buildWorld, createStepper, hashWorld } from '../engine/index.ts'
import { borrowers, liquidator } from '../mechanisms/agents/index.ts'
import { evm } from '../mechanisms/chains/index.ts'
import { compoundV2 } from '../mechanisms/lending/index.ts'
import { positionTable } from '../mechanisms/lending/testWorld.conformance.ts'
import { feed } from '../mechanisms/oracles/index.ts'
import { gbm, referenceMarket, schedule } from '../mechanisms/prices/index.ts'
import { type Asset, numeraire, type World } from '../world/index.ts'
import { loadWorld } from './world.ts'

const ASSETS: readonly Asset[] = [
  numeraire,
  { name: 'ETH', price: 2000, kind: 'volatile' },
  { name: 'USDC', price: 1, kind: 'stable' },
]

const MARKET = {
  ...{ exchangeRate: 0.02, cash: 1e9, reserves: 0, reserveFactor: 0.1, kink: 0.8 },
  ...{ baseRate: 0.02, multiplier: 0.2, jumpMultiplier: 1, collateralFactor: 0.8 },
}

/** Accounts whose loan-to-value is spread from 0.5 to 0.79. */
const accounts = Array.from({ length: 60 }, (_, k) => ({
  collateral: { ETH: 10 + k },
  debt: { USDC: (10 + k) * 2000 * (0.5 + k / 200) },
}))

const INSTANCES = [
  instanceOf(schedule, 'crash', {
    shocks: [{ assets: [1], drop: 0.3, scale: 1, at: 0, over: 600 }],
  }),
  instanceOf(gbm, 'noise', { assets: [1], vol: 1 }),
  instanceOf(referenceMarket, 'market', {
    drivers: ['crash', 'noise'],
    depth: [{ asset: 1, value: 3e5 }],
  }),
  instanceOf(feed, 'feed', { source: 'market', assets: [1, 2] }),
  instanceOf(compoundV2, 'compound', {
    oracle: 'feed',
    markets: [1, 2].map((asset) => ({ asset, value: MARKET })),
    positions: positionTable(accounts, ['ETH', 'USDC']),
  }),
  instanceOf(liquidator, 'liquidators', {
    ...{ lenders: ['compound'], venue: 'market', capital: 2e5 },
    ...{ settlement: 60, detectionDelay: 24 },
  }),
  instanceOf(borrowers, 'borrowers', { lender: 'compound', venue: 'market', perHour: 3 }),
]

/** Build a small world in which prices fall and jump, accounts are liquidated and borrowers act. */
export function livelyWorld(seed = 7): World {
  const chain = { native: 1, nativePrice: 'market', gasPrice: 20 }
  return buildWorld(
    {
      ...{ assets: ASSETS, tickSeconds: 12, ticks: 100 },
      chains: [instanceOf(evm, 'chain', chain)],
      instances: INSTANCES,
    },
    [borrowers, compoundV2, evm, feed, gbm, liquidator, referenceMarket, schedule],
    { seed, checked: true },
  )
}

/** Step a world and hash it. */
export function stepAndHash(world: World, ticks: number): string {
  const step = createStepper(world)
  for (let k = 0; k < ticks; k++) step()
  return hashWorld(world)
}

// The other process of the test: load a file, say the hash, step on, say it again.
if (import.meta.main) {
  const world = livelyWorld()
  loadWorld(readFileSync(process.argv[2]!), world)
  const ticks = Number(process.argv[3])
  process.stdout.write(JSON.stringify([hashWorld(world), stepAndHash(world, ticks)]))
}
