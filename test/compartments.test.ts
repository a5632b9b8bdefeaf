import { describe, expect, it } from 'vitest'
import { buildWorld } from '../src/engine/index.ts'
import { run } from '../src/experiments/index.ts'
import { IsolationError } from '../src/mechanisms/controls/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { parseScenario, resolveScenario } from '../src/scenario/index.ts'
import { eventCode, type World } from '../src/world/index.ts'
import { stepWorld } from './conformance/model.ts'

/** A pool in which USDC is lent against ETH and against X, and somebody who borrows against X. */
function pool(lost: number): string {
  return `
name: compartments
title: a pool and its cells
parameters:
  forged: { value: 100000, unit: tokens, doc: X that is pledged in the run, range: [0, 1e9] }
  mixed: { value: 0, unit: tokens, doc: X of an account that pledges both, range: [0, 1e9] }
time: { tick: 12, duration: { minutes: 20 } }
assets: { ETH: { price: 2000 }, X: { price: 100 }, USDC: { price: 1 } }
sources:
  book:
    kind: accounts
    accounts:
      - { name: solid, n: 10, collateral: [{ asset: ETH, amount: 5000 }], debt: [{ asset: USDC, amount: 6000000 }] }
      - { name: exotic, n: 10, collateral: [{ asset: X, amount: 20000 }], debt: [{ asset: USDC, amount: 1000000 }] }
      - { name: mixed, collateral: [{ asset: ETH, amount: 1000 }, { asset: X, amount: $mixed }], debt: [{ asset: USDC, amount: 1000000 }] }
      - { name: taker, collateral: [{ asset: X, amount: 0 }], debt: [{ asset: USDC, amount: 0 }] }
      - { name: supplier, n: 20, collateral: [{ asset: USDC, amount: 11000000 }] }
instances:
  collapse: { kind: prices/schedule, shocks: [{ assets: [X], drop: ${lost}, at: { minutes: 1 } }] }
  market: { kind: prices/referenceMarket, drivers: [collapse] }
  oracle: { kind: oracles/stated, assets: [ETH, X, USDC], prices: { ETH: 2000, X: 100, USDC: 1 } }
  lender:
    kind: lending/aaveV3
    oracle: oracle
    rules: v3.3
    positions: '@book.positions'
    reserves:
      ETH: { cash: 6000, slope1: 0, slope2: 0 }
      X: { cash: 1000000, slope1: 0, slope2: 0, ltv: 0.7, liquidationThreshold: 0.75 }
      USDC: { cash: 3000000, slope1: 0, slope2: 0 }
  taker: { kind: agents/forger, lender: lender, account: taker, collateral: X, debt: USDC, forged: $forged, tranche: 10000, share: 0.65, at: { minutes: 2 } }
defences:
  cells: { kind: controls/isolation, lenders: [lender] }
order: { measure: badDebt, asset: X, source: market }
measures: [badDebt, isolationCost, isolationFunding]
`
}

type Set = Readonly<Record<string, number | string>>

async function outcome(lost: number, set: Set = {}) {
  const { measures, failedPaths } = await run(parseScenario(pool(lost), 'pool.yaml'), {
    set,
    checked: true,
    workers: 1,
  })
  expect(failedPaths).toBe(0)
  return (name: string): number => measures.find((m) => m.name === name)?.value ?? Number.NaN
}

/** The world itself at the end of the path. */
async function ended(lost: number, set: Set = {}): Promise<World> {
  const { spec } = await resolveScenario(parseScenario(pool(lost), 'pool.yaml'), { set })
  const world = buildWorld(spec, MODELS, { seed: 1, checked: true })
  stepWorld(world, spec.ticks)
  return world
}

const CELLS = { defences: 'cells' }

describe('isolation of pools', () => {
  it('helps: what is borrowed against a bad collateral is bounded by the cash of its cell', async () => {
    const whole = await outcome(1)
    const apart = await outcome(1, CELLS)
    // Loans of 1 M against X are lost either way; the taker finds 3 M in the pool, of which 1 / 8 is
    // the cell's, because 1 M of 8 M lent is.
    expect(whole('badDebt')).toBeCloseTo(4e6, 0)
    expect(apart('badDebt')).toBeCloseTo(1e6 + 3e6 / 8, 0)
  })

  it.each([100_000, 5000])(
    'bounds the loss by what the cell has, %d tokens forged',
    async (forged) => {
      const world = await ended(1, { ...CELLS, forged })
      const usdc = world.spec.assets.findIndex(({ name }) => name === 'USDC')
      const bad = world.port('lender', 'lender.X')
      const good = world.port('lender', 'lender.ETH')
      // Nobody has been liquidated, as the oracle knows nothing: all of the debt in X is lost.
      const lost = bad.claims(usdc) - bad.cash(usdc)
      expect(lost).toBeGreaterThan(0.9e6)
      expect(lost).toBeLessThanOrEqual(bad.claims(usdc))
      expect(good.cash(usdc)).toBeCloseTo((3e6 * 7) / 8, 3)
      expect(good.claims(usdc)).toBeCloseTo((11e6 * 7) / 8, 3)
    },
  )

  it('harms: cash is in pieces, so that a sound loan is refused and suppliers of its cell are locked in', async () => {
    const wanted = 30_000 * 100 * 0.65
    const lent = async (set: Set): Promise<readonly number[]> => {
      const world = await ended(0, { forged: 30_000, ...set })
      const usdc = world.spec.assets.findIndex(({ name }) => name === 'USDC')
      const { kind, w } = world.trace.columns
      let total = 0
      for (let e = 0; e < world.trace.length; e++)
        if (kind[e] === eventCode('borrow')) total += w[e]!
      const name = set.defences ? 'lender.X' : 'lender'
      return [total, world.port('lender', name).cash(usdc)]
    }
    const [whole, left] = await lent({})
    const [apart, locked] = await lent(CELLS)
    expect(whole).toBeCloseTo(wanted, 0)
    expect(left).toBeCloseTo(3e6 - wanted, 0)
    expect(apart).toBeCloseTo(3e6 / 8, 0)
    expect(locked).toBeCloseTo(0, 3)
  })

  it('costs: whoever pledged several assets has to sell, also in a calm that lasts', async () => {
    const calm = await outcome(0, { ...CELLS, forged: 0, mixed: 10_000 })
    // 1000 ETH x 2000 x 0.8 = 1.6 M and 10 000 X x 100 x 0.75 = 0.75 M carry a debt of 1 M.
    const closed = (1e6 * 0.75) / 2.35
    expect(calm('isolationCost')).toBeCloseTo(closed / 0.995 - closed, 3)
    expect(calm('isolationFunding')).toBe(0)
    expect(calm('badDebt')).toBe(0)
    expect((await outcome(0, { forged: 0 }))('isolationCost')).toBeNaN()
  })

  it('gives agents of one account to the cell that has it, and liquidators to all', async () => {
    const world = await ended(1, CELLS)
    const names = world.instances.map(({ name }) => name)
    expect(names).toContain('taker.X')
    expect(names).not.toContain('taker.ETH')
    expect(names).not.toContain('lender')
    const own = world.instances.find(({ name }) => name === 'cells')!
    expect(own.spec.params.lenders).toEqual(['lender.ETH', 'lender.X'])
  })

  it('cannot take a single market apart, and says so', async () => {
    const text = pool(0).replace(/ {2}lender:\n[\s\S]*? {2}taker:.*\n/, '')
    const single = text.replace(
      'defences:',
      `  lender: { kind: lending/morphoBlue, oracle: oracle, loanAsset: USDC, collateralAsset: ETH, positions: '@one.positions' }
defences:`,
    )
    const one = single.replace(
      'sources:',
      'sources:\n  one: { kind: accounts, accounts: [{ name: a, collateral: [{ asset: ETH, amount: 1 }], debt: [{ asset: USDC, amount: 1 }] }] }',
    )
    const resolved = resolveScenario(parseScenario(one, 'pool.yaml'), { set: CELLS })
    await expect(resolved).rejects.toThrow(IsolationError)
  })
})
