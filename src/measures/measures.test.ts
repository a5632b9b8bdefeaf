import { beforeAll, describe, expect, it } from 'vitest'
import { buildWorld, createStepper, hashWorld } from '../engine/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import {
  createTrace,
  type Lender,
  numeraire,
  type PositionTable,
  type World,
  type WorldSpec,
} from '../world/index.ts'
import { shortfallOf } from './books.ts'
import {
  columnsOf,
  createLoopGain,
  createWatched,
  endingOf,
  focusOf,
  forestOf,
  MEASURES,
  openingOf,
  type PathView,
} from './index.ts'

const X = 1

/** Accounts with X as collateral and USD as debt. */
function positions(rows: readonly (readonly [x: number, usd: number])[]): PositionTable {
  return {
    accounts: rows.map((_, i) => `a${i}`),
    assets: ['X', 'USD'],
    start: Int32Array.from({ length: rows.length + 1 }, (_, i) => 2 * i),
    asset: Int32Array.from(rows.flatMap(() => [0, 1])),
    debt: Uint8Array.from(rows.flatMap(() => [0, 1])),
    amount: Float64Array.from(rows.flat()),
    threshold: new Float64Array(2 * rows.length).fill(Number.NaN),
  }
}

const market = (collateralFactor: number, cash: number, reserves = 0) => ({
  collateralFactor,
  exchangeRate: 1,
  cash,
  reserves,
  reserveFactor: 0,
  baseRate: 0,
  multiplier: 0,
  jumpMultiplier: 0,
  kink: 0.8,
})

/** X at 100 USD falls by `drop` at once; 1e4 USD sold move it by 1 %, and the move stays. */
function worldOf(
  rows: readonly (readonly [number, number])[],
  drop: number,
  depth = 1e4,
  reserves = 0,
): World {
  const on = (name: string, kind: string, params: Record<string, unknown>) => ({
    name,
    kind,
    chain: 'main',
    params,
  })
  const chain = {
    blockSeconds: 0,
    order: 'bid',
    rounds: 1,
    gasLimit: 30e6,
    demand: 0.5,
    elasticity: 1,
    gasPrice: 0,
    native: 0,
    nativePrice: '',
    outages: [],
  }
  const spec: WorldSpec = {
    assets: [
      numeraire,
      { name: 'X', price: 100, kind: 'volatile' },
      { name: 'Y', price: 1, kind: 'stable' },
    ],
    tickSeconds: 12,
    ticks: 20,
    chains: [on('main', 'chain', chain)],
    instances: [
      on('fall', 'prices/schedule', {
        shocks: [{ assets: [X], drop, scale: 1, at: 0, over: 0 }],
      }),
      on('market', 'prices/referenceMarket', {
        drivers: ['fall'],
        depth: [{ asset: X, value: depth }],
        depthUnit: 1,
        permanent: 1,
        halfLife: 60,
        fee: 0,
        newsMove: 0.001,
      }),
      on('lender', 'lending/compoundV2', {
        oracle: 'market',
        closeFactor: 1,
        liquidationBonus: 0.1,
        protocolSeizeShare: 0,
        blocksPerYear: 2102400,
        positions: positions(rows),
        markets: [
          { asset: 0, value: market(0, reserves, reserves) },
          { asset: X, value: market(0.8, 1e6) },
        ],
      }),
      on('liquidator', 'agents/liquidator', {
        lenders: ['lender'],
        venue: 'market',
        capital: 1e9,
        settlement: 0,
        detectionDelay: 0,
        gas: 0,
        bid: 0,
        minProfit: 0,
        when: 'always',
      }),
    ],
  }
  return buildWorld(spec, MODELS, { seed: 1, checked: true })
}

function viewOf(world: World, ticks: number): PathView {
  const focus = focusOf(world, X, 'market')
  const opening = openingOf(world, focus)
  const gains = [createLoopGain(world, focus)() ?? Number.NaN]
  const step = createStepper(world)
  const watch = createWatched(world, focus)
  watch.look(0)
  for (let k = 1; k <= ticks; k++) {
    step()
    watch.look(k)
  }
  return {
    ...{ world, focus, path: 0, opening, gains },
    ...{ watched: watch.result(), ending: endingOf(world) },
  }
}

const measure = (view: PathView, name: string): number | null =>
  MEASURES.find((m) => m.name === name)!.value(view)

describe('measures of a fall', () => {
  let view: PathView
  // Triggers at prices of 87.5, 81.25 and 50; the price falls to 85 before anybody sells.
  beforeAll(() => {
    view = viewOf(
      worldOf(
        [
          [10, 700],
          [10, 650],
          [10, 400],
        ],
        0.15,
      ),
      20,
    )
  })

  it('count the opening before anybody acts', () => {
    expect(measure(view, 'totalDebt')).toBeCloseTo(1750, 9)
    // 85 x 10 x 0.8 = 680 < 700: the first account, by its share of debt.
    expect(measure(view, 'liquidatableDebtShare')).toBeCloseTo(700 / 1750, 12)
  })

  it('count what was liquidated and what moved', () => {
    expect(measure(view, 'liquidations')).toBe(1)
    expect(measure(view, 'accountsLiquidated')).toBe(1)
    expect(measure(view, 'liquidatedDebt')).toBeCloseTo(700, 9)
    expect(measure(view, 'triggerProbability')).toBeCloseTo(1 / 3, 12)
    expect(measure(view, 'overshoot')).toBeCloseTo(-Math.log(680 / 700), 9)
    // 700 x 1.1 / 85 tokens, each 1e-4 in log price.
    const impact = (770 / 85) * 1e-4
    expect(measure(view, 'maxPriceImpact')).toBeCloseTo(-Math.expm1(-impact), 12)
    expect(measure(view, 'logDrop')).toBeCloseTo(impact - Math.log(0.85), 12)
    expect(measure(view, 'badDebt')).toBe(0)
    expect(measure(view, 'endogenousShare')).toBe(0)
    expect(measure(view, 'accountsInsolvent')).toBe(0)
  })

  it('say who lost and who gained', () => {
    // The borrower loses the bonus of 10 %; the liquidator pays the impact of selling 770 / 85 tokens.
    const proceeds = (85 / 1e-4) * -Math.expm1((-770 / 85) * 1e-4)
    expect(measure(view, 'loss')).toBeCloseTo(70, 9)
    expect(measure(view, 'liquidatorProfit')).toBeCloseTo(proceeds - 700, 6)
    expect(measure(view, 'lockedFunds')).toBe(0)
    expect(measure(view, 'timeToExit')).toBe(0)
    // All impact is permanent here: the gap of the first block is there to the end.
    expect(measure(view, 'timeToRecovery')).toBeGreaterThan(18 * 12)
  })

  it('are taken of one lender alone where that makes sense', () => {
    const columns = columnsOf(['lender', 'nobody'])
    const of = (name: string) => columns.find((c) => c.name === name)!.value(view)
    expect(of('liquidatedDebt[lender]')).toBeCloseTo(700, 9)
    expect(of('liquidations[lender]')).toBe(1)
    expect(of('loss[lender]')).toBe(of('loss'))
    expect(of('liquidations[nobody]')).toBe(0)
    expect(columns.map((c) => c.name)).not.toContain('loopGain[lender]')
  })
})

describe('measures of a cascade', () => {
  it('see that the first sale breaks the second account', () => {
    // The first sale pushes the price of 85 by 9 %, below the second trigger of 81.25.
    const view = viewOf(
      worldOf(
        [
          [10, 700],
          [10, 650],
          [10, 400],
        ],
        0.15,
        100,
      ),
      20,
    )
    expect(measure(view, 'liquidations')).toBe(2)
    expect(measure(view, 'cascadeDepth')).toBe(2)
    expect(measure(view, 'endogenousShare')).toBe(0.5)
  })

  it('count bad debt where collateral no longer covers', () => {
    const view = viewOf(worldOf([[10, 700]], 0.5), 20)
    // All collateral goes: 10 x 50 / 1.1 of the debt is repaid.
    expect(measure(view, 'badDebt')).toBeCloseTo(700 - 500 / 1.1, 9)
    expect(measure(view, 'badDebtShare')).toBeCloseTo((700 - 500 / 1.1) / 700, 12)
    expect(measure(view, 'steps')).toBe(1)
    expect(measure(view, 'accountsInsolvent')).toBe(1)
    expect(measure(view, 'loss')).toBeCloseTo(700 - 500 / 1.1 + 500 - 500 / 1.1, 9)
  })
})

describe('insolvency', () => {
  const bad = 700 - 500 / 1.1

  it.each([
    ['without reserves', 0, 1],
    ['beyond reserves', bad - 1, 1],
    ['that reserves cover', bad + 1, 0],
  ])('is bad debt %s', (_, reserves, expected) => {
    const view = viewOf(worldOf([[10, 700]], 0.5, 1e4, reserves), 20)
    expect(measure(view, 'badDebt')).toBeCloseTo(bad, 9)
    expect(measure(view, 'insolvent')).toBe(expected)
    expect(measure(view, 'newlyInsolvent')).toBe(expected)
  })

  it('is a level; what arose in the run is told apart', () => {
    const before = viewOf(worldOf([[10, 1200]], 0), 0)
    expect(measure(before, 'badDebt')).toBe(200)
    expect(measure(before, 'insolvent')).toBe(1)
    expect(measure(before, 'newlyInsolvent')).toBe(0)
    // Liquidating it makes it worse by the bonus.
    expect(measure(viewOf(worldOf([[10, 1200]], 0), 20), 'newlyInsolvent')).toBe(1)
    const sound = viewOf(worldOf([[10, 200]], 0), 0)
    expect([measure(sound, 'insolvent'), measure(sound, 'newlyInsolvent')]).toEqual([0, 0])
  })

  /** A lender of one asset at 1 USD that is owed 100 by `debt` of which `bad` is lost. */
  const lender = (cash: number, claims: number, deficit: number): Lender =>
    ({
      ...{ book: { coordinates: 1 }, assetOf: () => 0 },
      ...{ cash: () => cash, claims: () => claims, deficit: () => deficit },
    }) as unknown as Lender
  it.each([
    // 10 of reserves; a deficit of 4 is booked and claims stay.
    ['covers a booked deficit', lender(60, 150, 4), 96, 4, 0],
    ['covers a part of a booked deficit', lender(60, 150, 14), 86, 14 + 3, 7],
    ['has none and suppliers bore a deficit', lender(60, 156, 4), 96, 4 + 2, 6],
    ['covers accounts under water', lender(60, 150, 0), 100, 9, 0],
  ])('what reserves leave: %s', (_, port, debt, all, beyond) => {
    const totals = { debt, bad: all, liquidatable: 0, debtors: 1, insolvent: 1 }
    expect(shortfallOf(port, totals, [1])).toBeCloseTo(beyond, 12)
  })
})

describe('loopGain', () => {
  // At 100 USD a fall of 1 % in log reaches triggers down to 99.005.
  const rows = [
    [10, 795],
    [10, 793],
    [10, 700],
  ] as const

  it('is forced sales times impact over the shock, and leaves the world as it was', () => {
    const world = worldOf(rows, 0)
    const before = hashWorld(world)
    const price = 100 * Math.exp(-0.01)
    const sold = ((795 + 793) * 1.1) / price
    expect(createLoopGain(world, focusOf(world, X, 'market'))()).toBeCloseTo(
      (sold * 1e-4) / 0.01,
      9,
    )
    expect(hashWorld(world)).toBe(before)
  })

  it('is none where no asset is named, and 0 where nothing is near', () => {
    const world = worldOf(rows, 0)
    expect(createLoopGain(world, focusOf(world, -1, ''))()).toBeNull()
    const calm = worldOf([[10, 100]], 0)
    expect(createLoopGain(calm, focusOf(calm, X, 'market'))()).toBe(0)
  })
})

describe('the forest', () => {
  it('counts liquidations on the way from the root', () => {
    const trace = createTrace()
    const add = (kind: 'news' | 'liquidation' | 'swap', parent: number): number =>
      trace.add(kind, { instance: 0, parent })
    const news = add('news', -1)
    const first = add('liquidation', news)
    const sale = add('swap', first)
    const second = add('liquidation', sale)
    const alone = add('liquidation', -1)
    const { depth, root } = forestOf(trace)
    expect([...depth]).toEqual([0, 1, 1, 2, 1])
    expect([root[second], root[alone]]).toEqual([news, alone])
  })
})
