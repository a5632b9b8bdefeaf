import { expect, it } from 'vitest'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  USDC,
} from '../../../test/conformance/model.ts'
import { USD, type World } from '../../world/index.ts'
import { aaveV3 } from '../lending/index.ts'
import { positionTable } from '../lending/testWorld.conformance.ts'
import { capped, direct, median } from '../oracles/index.ts'
import { gbm, referenceMarket } from '../prices/index.ts'
import { capUpdater } from './capUpdater.ts'
import { dynamicMargin } from './dynamicMargin.ts'
import { rateManager } from './rateManager.ts'
import { ratioUpdater } from './ratioUpdater.ts'
import { changes } from './testWorld.conformance.ts'
import { volatilityTerms } from './volatilityTerms.ts'

const RESERVE = {
  ...{ ltv: 0.7, liquidationThreshold: 0.75, liquidationBonus: 0.08, liquidationProtocolFee: 0.1 },
  ...{ reserveFactor: 0.1, supplyCap: 1e4, borrowCap: 0, debtCeiling: 0, borrowableInIsolation: 0 },
  ...{ siloedBorrowing: 0, eMode: 0, optimalUtilization: 0.8, baseRate: 0, slope1: 0.04 },
}

/** Aave v3.3: 200 ETH supplied under a cap, 100,000 USDC of 104,000 lent out. */
const lender: Member = [
  aaveV3,
  {
    ...{ oracle: 'prices', rules: 'v3.3', eModes: [] },
    reserves: [
      { asset: ETH, value: { ...RESERVE, supplyCap: 220, slope2: 0, cash: 200 } },
      { asset: USDC, value: { ...RESERVE, supplyCap: 0, slope2: 0.6, cash: 4000 } },
    ],
    positions: positionTable(
      [{ collateral: { ETH: 100 }, debt: { USDC: 1e5 } }, { collateral: { ETH: 100 } }],
      ['USD', 'ETH', 'BTC', 'USDC'],
    ),
  },
]

/** Every manager, free to act in every block. */
const EAGER = { interval: 0, minDelay: 0, minStep: 0, expiry: 0, latency: 12 }

const managers: Readonly<Record<string, Member>> = {
  margin: [
    dynamicMargin,
    {
      ...{ ...EAGER, targets: ['lender'], assets: [ETH], source: 'market', vol: 1 },
      ...{ terms: ['ltv', 'liquidationThreshold', 'supplyCap'], latencySpread: 0.5 },
    },
  ],
  terms: [
    volatilityTerms,
    { ...EAGER, targets: ['lender'], assets: [ETH], source: 'market', vol: 0.5 },
  ],
  rates: [rateManager, { ...EAGER, targets: ['lender'], assets: [USDC], above: 0.9 }],
  ratios: [
    ratioUpdater,
    {
      ...{ ...EAGER, interval: 0, lookback: 0, target: 'capped', asset: BTC },
      ...{ source: 'market', base: ETH, bases: 'market' },
    },
  ],
}

function worldOf(defences: Readonly<Record<string, Member>>): World {
  const depth = [ETH, BTC, USDC].map((asset) => ({ asset, value: 1e9 }))
  return smallWorld({
    noise: [gbm, { assets: [ETH, BTC], vol: 2 }],
    market: [referenceMarket, { drivers: ['noise'], depth }],
    rest: [direct, { source: 'market', assets: [USD, ETH, USDC] }],
    capped: [
      capped,
      {
        ...{ source: 'market', base: 'market', snapshotDelay: 0 },
        caps: [{ asset: BTC, base: ETH, ratio: 20, time: -86_400, growth: 0.1 }],
      },
    ],
    prices: [median, { sources: ['rest', 'capped'] }],
    lender,
    ...defences,
  })
}

modelConformance('all risk managers', () => worldOf(managers))

it('all of them act, each on its own terms, one change of a term at a time', () => {
  const world = worldOf(managers)
  stepWorld(world, 20)
  const made = changes(world)
  const terms = (by: string): readonly string[] => [
    ...new Set(made.filter((change) => change.by === by).map(({ term }) => term)),
  ]
  expect([...terms('margin')].sort()).toEqual(['liquidationThreshold', 'ltv', 'supplyCap'])
  expect([...terms('terms')].sort()).toEqual(['closeFactor', 'liquidationBonus'])
  expect(terms('rates')).toEqual(['rateSlope'])
  expect(terms('ratios')).toContain('ratio')
  for (const { wait } of made) expect(wait).toBeGreaterThanOrEqual(0)
})

it('a cap that is nearly used up is raised by the stated share, and no further than stated', () => {
  const caps: Member = [
    capUpdater,
    {
      ...{ ...EAGER, targets: ['lender'], assets: [ETH], terms: ['supplyCap'] },
      ...{ above: 0.8, up: 0.25, most: 1.1 },
    },
  ]
  const world = worldOf({ caps })
  stepWorld(world, 5)
  expect(changes(world).map(({ from, to }) => [from, Math.round(to)])).toEqual([[220, 242]])
})
