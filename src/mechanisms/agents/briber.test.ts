import { describe, expect, it } from 'vitest'
import { ETH, type Member, selfOf, stepWorld } from '../../../test/conformance/model.ts'
import { type Params, USD, type World } from '../../world/index.ts'
import { aaveV3, morphoBlue } from '../lending/index.ts'
import { positionTable } from '../lending/testWorld.conformance.ts'
import { direct, median } from '../oracles/index.ts'
import {
  ASSETS,
  disputeWorld,
  oracleOf,
  USDC,
} from '../oracles/optimistic/testWorld.conformance.ts'
import { LenderAccountError } from './account.ts'
import { briber } from './briber.ts'
import { disputer } from './disputer.ts'
import { seen } from './testWorld.conformance.ts'

const NAMES = ASSETS.map(({ name }) => name)
const ACCOUNT = [{ collateral: { ETH: 0 }, debt: { USDC: 0 } }]

const flat = { slope1: 0, slope2: 0, baseRate: 0, reserveFactor: 0, supplyCap: 0, borrowCap: 0 }
const plain = { ...flat, debtCeiling: 0, borrowableInIsolation: 0, siloedBorrowing: 0, eMode: 0 }
const reserve = (cash: number) => ({
  ...{ ...plain, cash, ltv: 0.75, liquidationThreshold: 0.8, liquidationBonus: 0.05 },
  ...{ liquidationProtocolFee: 0, optimalUtilization: 0.9 },
})

/** Morpho knows one limit; Aave lends less than its health test would bear. */
const LENDERS: Readonly<Record<string, Member>> = {
  morpho: [
    morphoBlue,
    {
      ...{ oracle: 'prices', loanAsset: USDC, collateralAsset: ETH, lltv: 0.8, cash: 1e6 },
      ...{ irm: 'none', positions: positionTable(ACCOUNT, NAMES) },
    },
  ],
  aave: [
    aaveV3,
    {
      oracle: 'prices',
      reserves: [
        { asset: ETH, value: reserve(0) },
        { asset: USDC, value: reserve(1e6) },
      ],
      positions: positionTable(ACCOUNT, NAMES),
    },
  ],
}

/** An attack on one of them by somebody with 10 ETH; `prices` is the oracle and the market's USDC. */
function attack(lender: string, given: Params = {}, others: Record<string, Member> = {}): World {
  const members = {
    oracle: oracleOf({ agreement: 0.5 }),
    prices: [median, { sources: ['oracle', 'dollar'] }] as Member,
    dollar: [direct, { source: 'market', assets: [USDC] }] as Member,
    lender: LENDERS[lender]!,
    attacker: [
      briber,
      {
        ...{ oracle: 'oracle', source: 'market', lender: 'lender', account: 'account 0' },
        ...{ loanAsset: USDC, factor: 5, collateral: 10, capital: 2000, gas: 0, ...given },
      },
    ] as Member,
    ...others,
  }
  const world = disputeWorld(members)
  stepWorld(world, 60)
  return world
}

const usdc = (world: World): number => world.ledger.balance(selfOf(world, 'attacker'), USDC)

describe('a briber', () => {
  it('borrows what the false price lets it, by the rules of each lender', () => {
    expect(usdc(attack('morpho'))).toBeCloseTo(2000 + 0.8 * 10 * 10_000, 2)
    const aave = usdc(attack('aave')) - 2000
    // Within the hundredth by which it lowers its wish.
    expect(aave).toBeLessThanOrEqual(0.75 * 10 * 10_000)
    expect(aave).toBeGreaterThan(0.98 * 0.75 * 10 * 10_000)
  })

  it('borrows no more than there is', () => {
    expect(usdc(attack('morpho', { collateral: 1000 }))).toBeCloseTo(2000 + 1e6, 3)
  })

  it('tells of itself what balances do not show', () => {
    const port = attack('morpho').port('attacker', 'attacker')
    expect([port.taken(ETH), port.taken(USD)]).toEqual([-10, 0])
    expect(port.taken(USDC)).toBeCloseTo(80_000, 2)
    expect(port.outlay()).toBe(1000)
    expect(port.capitalNeeded()).toBe(1000)
    expect(port.paperGain()).toBeCloseTo(10 * 8000, 6)
    expect(port.endedAt()).toBe(720)
  })

  it('ends with its bond lost when the vote goes against it', () => {
    const watcher: Member = [disputer, { oracle: 'oracle', source: 'market', latency: 60 }]
    const world = attack('morpho', {}, { watcher })
    expect(usdc(world)).toBe(1000)
    // The votes end at 2,400 s; it sees that in the next block.
    expect(world.port('attacker', 'attacker').endedAt()).toBe(2460)
    expect(world.ledger.balance(selfOf(world, 'attacker'), ETH)).toBe(10)
  })

  it('does not pay gas for what it cannot pay', () => {
    const poor = attack('morpho', { capital: 999, gas: 1e6 })
    expect([usdc(poor), poor.trace.length]).toEqual([999, 0])
    expect(poor.port('attacker', 'attacker').endedAt()).toBe(60)
    const watcher: Member = [disputer, { oracle: 'oracle', source: 'market', latency: 60 }]
    const bold = attack('morpho', { bribe: 5000, gas: 1e6 }, { watcher })
    expect(usdc(bold)).toBe(1000)
    expect(seen(bold, 'failed')).toEqual([])
  })

  it('does nothing at the true price, and names an account that is not there', () => {
    const idle = attack('morpho', { factor: 1 })
    expect([usdc(idle), idle.trace.length]).toEqual([2000, 0])
    expect(() => attack('morpho', { account: 'nobody' })).toThrow(LenderAccountError)
  })
})
