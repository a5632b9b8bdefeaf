import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../../test/conformance/model.ts'
import { EVENT_NAMES, LAYERS, USD, type World } from '../../../world/index.ts'
import { liquidator } from '../../agents/index.ts'
import { account, lenderOf } from '../../agents/testWorld.conformance.ts'
import { referenceMarket } from '../../prices/index.ts'
import {
  badDebtOf,
  type Defended,
  defendedWorld,
  gained,
  penaltiesOf,
  ran,
} from '../testWorld.conformance.ts'
import { insurance, StakedAssetError } from './model.ts'

type Given = Readonly<Record<string, unknown>>

/** A supplier; a borrower whom the first fall ruins, and one whom the second does. */
const ACCOUNTS = [
  { collateral: { USDC: 1e6 } },
  { collateral: { ETH: 100 }, debt: { USDC: 130_000 } },
  { collateral: { ETH: 100 }, debt: { USDC: 40_000 } },
]
const HOUR = 3600
const FIRST = [0.6, 600, 0] as const
const SECOND = [0.6, 5 * HOUR, 0] as const

const STAKERS = Array.from({ length: 10 }, () => 1)

function module(given: Given = {}): Member {
  const base = { lender: 'lender', asset: USDC, stakedAsset: USDC, stakes: STAKERS, interval: 0 }
  return [insurance, { ...base, noise: 0, attention: 600, ...given }]
}

function worldOf(defence: Member | null, given: Partial<Defended> = {}): World {
  const liquidation: Member = [
    liquidator,
    { lenders: ['lender'], venue: 'market', capital: 1e6, minProfit: 0 },
  ]
  const { members = {}, ...others } = given
  return defendedWorld({
    ...{ accounts: ACCOUNTS, falls: [FIRST], defence },
    ...others,
    members: { liquidator: liquidation, ...members },
  })
}

/** Bad debt after so many minutes. */
const lostIn = (minutes: number, defence: Member | null, given: Partial<Defended> = {}): number =>
  badDebtOf(ran(worldOf(defence, given), minutes))

function portOf(world: World) {
  return world.port('insurance', 'defence')
}

function layers(world: World): number[] {
  return LAYERS.map((layer) => portOf(world).covered(layer))
}

function count(world: World, kind: string, other: number): number {
  const { kind: kinds, other: others } = world.trace.columns
  return Array.from({ length: world.trace.length }, (_, e) => e).filter(
    (e) => EVENT_NAMES[kinds[e]!] === kind && others[e] === other,
  ).length
}

/** Do one of the module's actions as its keeper would. */
function act(world: World, kind: string, staker: number): string | null {
  const own = world.instances.find(({ name }) => name === 'defence')!
  return own.instance.actions![kind]!.execute([staker], own.self)
}

describe('layers in front of depositors', () => {
  const bare = lostIn(60, null)

  it('help: they pay in order, and depositors bear the rest', () => {
    expect(bare).toBeGreaterThan(50_000)
    const some = ran(worldOf(module({ junior: 10_000, staked: 20_000, treasury: 5000 })), 60)
    expect(layers(some).map(Math.round)).toEqual([10_000, 20_000, 5000])
    expect(badDebtOf(some)).toBeCloseTo(bare - 35_000, 3)
    const all = ran(worldOf(module({ junior: 10_000, staked: 1e5, treasury: 5000 })), 60)
    expect(badDebtOf(all)).toBeLessThan(1e-6)
    expect(layers(all)[1]).toBeCloseTo(bare - 10_000, 3)
    expect(layers(all)[2]).toBe(0)
    expect(portOf(all).staked()).toBeCloseTo(1e5 - (bare - 10_000), 3)
  })

  it('pay in another order where another one is stated', () => {
    const order = ['treasury', 'stakers'] as const
    const world = ran(
      worldOf(module({ layers: order, junior: 1e5, staked: 1e5, treasury: 5000 })),
      60,
    )
    expect(layers(world)[0]).toBe(0)
    expect(layers(world)[2]).toBeCloseTo(5000, 3)
    expect(layers(world)[1]).toBeCloseTo(bare - 5000, 3)
  })

  it('say in events what was paid by whom and why', () => {
    const world = ran(worldOf(module({ junior: 1e4, staked: 1e5 })), 60)
    const { kind, parent, w } = world.trace.columns
    const paid = Array.from({ length: world.trace.length }, (_, e) => e).filter(
      (e) => EVENT_NAMES[kind[e]!] === 'cover',
    )
    expect(paid.reduce((sum, e) => sum + w[e]!, 0)).toBeCloseTo(bare, 3)
    for (const e of paid) expect(['deficit', 'insolvent']).toContain(EVENT_NAMES[kind[parent[e]!]!])
  })

  it('cost what stakers earn while nothing happens', () => {
    const calm = { staked: 1e6, treasury: 1000, yield: 0.1, rewardEvery: HOUR }
    const world = ran(worldOf(module(calm), { falls: [] }), 10 * 60)
    const hours = (0.1 * 1e6) / (365 * 24)
    expect(badDebtOf(world)).toBe(0)
    expect(portOf(world).rewarded()).toBeGreaterThan(9.9 * hours - hours)
    expect(portOf(world).rewarded()).toBeLessThanOrEqual(10 * hours + 1e-6)
    expect(gained(world, 'defence', USDC)).toBeCloseTo(1e6 + 1000 - portOf(world).rewarded(), 6)
    // What stakers have earned is missing where the treasury is the layer that pays.
    const late = { ...calm, layers: ['treasury'], yield: 4, staked: 1e6 }
    const fall = { falls: [[0.6, 5 * HOUR, 0]] as const }
    const covered = layers(ran(worldOf(module(late), fall), 6 * 60))[2]!
    expect(covered).toBeLessThan(1000 - (4 * 0.9 * 1e6) / (365 * 24))
    // Gas, too.
    expect(gained(world, 'defence', USD)).toBeLessThan(0)
  })
})

describe('a safety module', () => {
  const both = { falls: [FIRST, SECOND] }
  const minutes = 6 * 60
  const staked = { staked: 60_000, yield: 0.05, fear: 0.1 }

  it('helps as much as junior capital while its stakers cannot leave', () => {
    expect(lostIn(minutes, null, both)).toBeGreaterThan(60_000)
    const capital = lostIn(minutes, module({ junior: 60_000 }), both)
    expect(lostIn(minutes, module(staked), both)).toBeCloseTo(capital, 3)
  })

  it('harms by a run: what the first slash frightens away is missing at the second', () => {
    const quick = { ...staked, cooldown: HOUR, window: HOUR }
    const run = ran(worldOf(module(quick), both), minutes)
    expect(count(run, 'unstake', 1)).toBe(10)
    expect(portOf(run).staked()).toBe(0)
    const held = lostIn(minutes, module(staked), both)
    expect(badDebtOf(run)).toBeGreaterThan(held + 3000)
    // The second loss has found nobody.
    const [first, second] = [lostIn(60, null), lostIn(minutes, null, both)]
    expect(badDebtOf(run)).toBeCloseTo(second - first, 3)
    // Stakers who look at nothing but their own expected loss stay.
    expect(lostIn(minutes, module({ ...quick, fear: 0 }), both)).toBeCloseTo(held, 3)
  })

  it('is empty where people decide on the slash for longer than the cooldown lasts', () => {
    const slow = { ...staked, latency: 4 * HOUR, staked: 1e5 }
    const left = ran(worldOf(module({ ...slow, cooldown: HOUR })), minutes)
    expect(badDebtOf(left)).toBeCloseTo(lostIn(60, null), 3)
    expect(lostIn(minutes, module({ ...slow, cooldown: 5 * HOUR }))).toBeLessThan(1e-6)
  })

  it('lets those who wait to leave bear their share, unless the rules spare them', () => {
    // Of April 2026: 18,922 had asked to leave when the loss came; the rest is made up.
    const given = (cooling: string): Member =>
      module({ stakes: [18_922, 21_078], staked: 40_000, noise: 0, attention: 1e9, cooling })
    for (const cooling of ['slashed', 'spared']) {
      const world = ran(worldOf(given(cooling)), 5)
      expect(act(world, 'ask', 0)).toBeNull()
      ran(world, 60)
      const stake = world.columns['defence/stake'] as Float64Array
      expect(stake[1]).toBe(0)
      expect(stake[0]).toBe(cooling === 'spared' ? 18_922 : 0)
      const gap = cooling === 'spared' ? 21_078 : 40_000
      expect(badDebtOf(world)).toBeCloseTo(lostIn(60, null) - gap, 3)
    }
  })

  it('opens its window once after each cooldown', () => {
    const world = ran(
      worldOf(module({ staked: 1000, cooldown: 600, window: 120 }), { falls: [] }),
      1,
    )
    expect(act(world, 'redeem', 0)).toBe('the window is not open')
    expect(act(world, 'ask', 0)).toBeNull()
    expect(act(world, 'ask', 0)).toBe('nothing to ask for')
    ran(world, 9)
    expect(portOf(world).staked()).toBe(1000)
    ran(world, 2)
    expect(portOf(world).staked()).toBe(900)
    expect(act(world, 'ask', 0)).toBe('nothing to ask for')
  })

  it('takes orders for its stakers from nobody else', () => {
    const world = ran(worldOf(module({ staked: 1000, cooldown: 0 }), { falls: [] }), 1)
    const { actions } = world.instances.find(({ name }) => name === 'defence')!.instance
    const stranger = world.instances.find(({ name }) => name === 'liquidator')!.self
    for (const kind of ['ask', 'redeem', 'reward'])
      expect(actions![kind]!.execute([0], stranger)).toBe('not an own staker')
    expect(act(world, 'ask', 0)).toBeNull()
  })

  it('harms by its sale: the slashed token is the collateral of others', () => {
    // After the fall, and after the sale of what the first account had, the second stands above its
    // threshold by less than what the sale of slashed ETH takes from the price.
    const accounts = [account(100, 130_000), account(1000, 623_000)]
    const depth = [{ asset: ETH, value: 100_000 }]
    const market: Member = [referenceMarket, { drivers: ['fall'], depth, permanent: 1 }]
    const shallow = { lender: lenderOf(accounts), members: { market } }
    const own = { asset: USD, stakedAsset: ETH, staked: 1000, venue: 'market' }
    const bare = ran(worldOf(null, shallow), 60)
    const sold = ran(worldOf(module(own), shallow), 60)
    expect(badDebtOf(bare)).toBeGreaterThan(50_000)
    expect(badDebtOf(sold)).toBeLessThan(1)
    const slashed = 800 * (1000 - portOf(sold).staked())
    expect(slashed).toBeGreaterThan(portOf(sold).covered('stakers'))
    // Somebody bears the bad debt either way; beside it, the sale has a borrower liquidated.
    const borne = badDebtOf(sold) + slashed
    expect(borne + penaltiesOf(sold)).toBeGreaterThan(badDebtOf(bare) + penaltiesOf(bare) + 5000)
    expect(penaltiesOf(sold)).toBeGreaterThan(2 * penaltiesOf(bare))
    // The same stakes in the asset that is owed push nothing.
    const plain = module({ asset: USD, stakedAsset: USD, staked: 1e6 })
    const still = ran(worldOf(plain, shallow), 60)
    expect([badDebtOf(still), penaltiesOf(still)]).toEqual([0, penaltiesOf(bare)])
    expect(() => worldOf(module({ stakedAsset: ETH, staked: 1 }))).toThrow(StakedAssetError)
  })
})

modelConformance('a safety module that is slashed and run from', () =>
  worldOf(
    module({
      ...{ junior: 1000, staked: 60_000, treasury: 100, fear: 0.5, attention: 48, noise: 0.5 },
      ...{ cooldown: 48, window: 24, rewardEvery: 24 },
    }),
    { falls: [[0.6, 36, 0]] },
  ),
)
