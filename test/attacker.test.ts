import { describe, expect, it } from 'vitest'
import { createStepper } from '../src/engine/index.ts'
import { createAttackWatch } from '../src/measures/attack.ts'
import { arbitrageur } from '../src/mechanisms/agents/arbitrageur.ts'
import { AttackerError, attacker } from '../src/mechanisms/agents/attacker/model.ts'
import { cash, type Given, seen } from '../src/mechanisms/agents/testWorld.conformance.ts'
import { compoundV2 } from '../src/mechanisms/lending/index.ts'
import { morphoBlue } from '../src/mechanisms/lending/morphoBlue/index.ts'
import { type Account, positionTable } from '../src/mechanisms/lending/testWorld.conformance.ts'
import { constantProduct } from '../src/mechanisms/liquidity/index.ts'
import { fallback, spot, twap } from '../src/mechanisms/oracles/index.ts'
import { gbm, referenceMarket, schedule } from '../src/mechanisms/prices/index.ts'
import { USD, type World } from '../src/world/index.ts'
import {
  BTC,
  ETH,
  type Member,
  modelConformance,
  smallWorld,
  stepWorld,
  TEST_ASSETS,
  USDC,
} from './conformance/model.ts'

/** The attacker's account, 1,000 ETH at 2,000 USD, nothing owed, and the others'. */
const OWN: Account = { collateral: { ETH: 1000 }, debt: { USD: 0 } }
const LLTV = 0.86
/** What a liquidator gets per dollar repaid: Morpho Blue's 1 / (1 - 0.3 (1 - lltv)). */
const INCENTIVE = 1 / (1 - 0.3 * (1 - LLTV))

type Options = {
  /** ETH in the pool that is pushed. */
  readonly reserve?: number
  readonly fee?: number
  readonly oracle?: Member
  readonly accounts?: readonly Account[]
  readonly cash?: number
  readonly chain?: Given
  readonly arbitrage?: Given | null
  readonly loan?: number
  readonly members?: Readonly<Record<string, Member>>
}

const onSpot: Member = [spot, { pool: 'pool', asset: ETH }]
const onMean = (blocks: number, mean = 'arithmetic'): Member => [
  twap,
  { pool: 'pool', asset: ETH, window: 12 * blocks, mean },
]

function make(given: Given, options: Options = {}): World {
  const { reserve = 100, fee = 0, oracle = onSpot, accounts = [OWN], arbitrage = {} } = options
  const names = TEST_ASSETS.map(({ name }) => name)
  const lender: Member = [
    morphoBlue,
    {
      ...{
        oracle: 'oracle',
        loanAsset: options.loan ?? USD,
        collateralAsset: ETH,
        lltv: LLTV,
        irm: 'none',
      },
      cash: options.cash ?? 1e8,
      positions: positionTable(accounts, names),
    },
  ]
  const attack = {
    ...{ venue: 'pool', exit: 'market', asset: ETH, money: USD, capital: 1e6, gas: 0 },
    ...{ lender: 'lender', account: 'account 0' },
  }
  const world = smallWorld(
    {
      market: [referenceMarket, { drivers: [] }],
      pool: [constantProduct, { base: ETH, quote: USD, baseReserve: reserve, fee }],
      ...(arbitrage && {
        arbitrageur: [
          arbitrageur,
          { pools: ['pool'], market: 'market', gas: 0, minProfit: 0, capital: 1e9, ...arbitrage },
        ],
      }),
      oracle,
      lender,
      attacker: [attacker, { ...attack, ...given }],
      ...options.members,
    },
    { chain: options.chain ?? {} },
  )
  return world
}

/** Run an attack and mark it at the end. */
function outcome(given: Given, options: Options = {}, ticks = 60) {
  const world = make(given, options)
  const watch = createAttackWatch(world)
  const port = world.instances.find(({ name }) => name === 'attacker')!.instance.ports!.attacker!
  stepWorld(world, ticks)
  return { world, port, ...watch.sums()! }
}

/** Loss of one round trip, as a share of the pool's money, 2,000 USD x reserve. */
const lossOf = (m: number): number => Math.sqrt(m) + 1 / Math.sqrt(m) - 2
/** ETH that the last push to m bought of 100 in the pool: it is pledged too. */
const boughtBy = (m: number): number => 100 * (1 - 1 / Math.sqrt(m))
/** Borrowed at 3,000 USD per ETH, and left behind at 2,000, per ETH of collateral. */
const PER_ETH = LLTV * 3000 - 2000

modelConformance('an attacker beside noise', () =>
  smallWorld({
    noise: [gbm, { assets: [ETH], vol: 3 }],
    market: [referenceMarket, { drivers: ['noise'] }],
    pool: [constantProduct, { base: ETH, quote: USD, baseReserve: 100 }],
    arbitrageur: [arbitrageur, { pools: ['pool'], market: 'market', gas: 0 }],
    attacker: [
      attacker,
      {
        ...{ venue: 'pool', exit: 'market', asset: ETH, money: USD, capital: 1e6 },
        ...{ rise: 0.1, window: 7, at: 60 },
      },
    ],
  }),
)

describe('an attack in many blocks on a mean', () => {
  const given = { rise: 0.5, mode: 'multi', strike: 'borrow' }

  it('pays where the window is short and the pool thin, by exactly what the balances say', () => {
    const { world, profit, cost, port } = outcome({ ...given, window: 5 }, { oracle: onMean(5) })
    expect(cost).toBeCloseTo(5 * 2e5 * lossOf(1.5), 2)
    // It leaves its collateral behind, and has borrowed 86 % of what it seemed to be worth.
    const collateral = 1000 + boughtBy(1.5)
    expect(profit).toBeCloseTo(PER_ETH * collateral - cost, 1)
    expect(port.paperGain()).toBeCloseTo(1e6, 3)
    expect(port.taken(USD)).toBeCloseTo(LLTV * 3000 * collateral, 2)
    const left = 1e6 + 1000 + port.taken(USD) - 2000 * boughtBy(1.5) - cost
    expect(cash(world, 'attacker')).toBeCloseTo(left, 1)
    expect(port.peakCapital()).toBeCloseTo(2e5 * (Math.sqrt(1.5) - 1), 3)
  })

  it('does not pay where the window is long or the pool deep', () => {
    const long = outcome({ ...given, window: 150, capital: 1e7 }, { oracle: onMean(150) }, 200)
    expect(long.port.paperGain()).toBeCloseTo(1e6, 2)
    expect(long.profit).toBeCloseTo(PER_ETH * (1000 + boughtBy(1.5)) - long.cost, 0)
    expect(long.cost).toBeCloseTo(150 * 2e5 * lossOf(1.5), 1)
    expect(long.profit).toBeLessThan(-1e5)
    const options = { oracle: onMean(5), reserve: 5000 }
    const deep = outcome({ ...given, window: 5, capital: 1e8 }, options)
    expect(deep.profit).toBeLessThan(-5e5)
  })

  it('is as good as its capital', () => {
    // A quarter of what a push takes: sqrt(m) - 1 = 0.0562.
    const capital = (2e5 * (Math.sqrt(1.5) - 1)) / 4
    const { port, profit, cost } = outcome(
      { ...given, window: 1, capital, gasMoney: 0 },
      { oracle: onMean(1) },
    )
    const m = (1 + capital / 2e5) ** 2
    expect(port.outlay()).toBeCloseTo(capital, 6)
    expect(port.capitalNeeded()).toBeCloseTo(capital, 6)
    expect(port.paperGain()).toBeCloseTo(2e6 * (m - 1), 2)
    // Too little to borrow more than the collateral is worth: it keeps its account.
    expect(LLTV * m).toBeLessThan(1)
    expect(profit).toBeCloseTo(-cost, 3)
    expect(cost).toBeCloseTo(2e5 * lossOf(m), 3)
  })

  it('is limited by the cash of the lender', () => {
    const { port } = outcome({ ...given, window: 2 }, { oracle: onMean(2), cash: 12_345 })
    expect(port.taken(USD)).toBeCloseTo(12_345, 6)
  })

  it('pledges what it bought where that is collateral and it has not sold it', () => {
    const accounts = [{ collateral: { ETH: 0 }, debt: { USD: 0 } }]
    const { world, port } = outcome(
      { ...given, window: 1, rise: 3 },
      { oracle: onMean(1), accounts },
    )
    // 100 ETH x (1 - 1 / sqrt 4) bought for 200,000 USD, pledged at 8,000 USD each.
    expect(port.taken(ETH)).toBeCloseTo(-50, 6)
    expect(port.taken(USD)).toBeCloseTo(LLTV * 50 * 8000, 2)
    expect(world.port('lender', 'lender').claims(USD)).toBeGreaterThan(0)
  })
})

describe('an attack in one block', () => {
  const atomic = { rise: 0.5, mode: 'atomic', strike: 'borrow' }

  it('works in one bundle against a spot price', () => {
    const { world, profit, cost } = outcome(atomic)
    expect(cost).toBeCloseTo(2e5 * lossOf(1.5), 2)
    expect(profit).toBeCloseTo(PER_ETH * (1000 + boughtBy(1.5)) - cost, 1)
    expect(new Set(seen(world, 'borrow').map(({ tick }) => tick))).toEqual(new Set([1]))
    // The loan was caused by the push.
    const [loan] = seen(world, 'borrow')
    expect(seen(world, 'swap').map(({ id }) => id)).toContain(loan!.parent)
  })

  it('is taken back whole against a mean, and costs only its gas', () => {
    const chain = { gasPrice: 30, native: ETH }
    const { world, profit, port } = outcome(
      { ...atomic, gas: 200_000, patience: 0 },
      { oracle: onMean(2), chain },
    )
    expect(seen(world, 'failed').map(({ text }) => text)).toEqual(['unprofitable'])
    expect(seen(world, 'swap')).toEqual([])
    expect(port.outlay()).toBe(0)
    // Four actions, and the sale of nothing: 5 x 200,000 gas at about 35 gwei.
    expect(-profit).toBeGreaterThan(50)
    expect(-profit).toBeLessThan(90)
  })

  it('moves a mean from one block if it pays for all blocks', () => {
    const given = { rise: 0.5, mode: 'single', strike: 'borrow', window: 10, capital: 1e6 }
    const { profit, cost } = outcome(given, { oracle: onMean(10) })
    expect(cost).toBeCloseTo(2e5 * lossOf(6), 1)
    expect(profit).toBeCloseTo(PER_ETH * (1000 + boughtBy(6)) - cost, 1)
    // Dearer than a tenth of it in each of ten blocks.
    expect(cost).toBeGreaterThan(10 * 2e5 * lossOf(1.5))
  })

  it('finds a spot price restored when it comes second in the next block', () => {
    const given = { rise: 0.5, mode: 'single', strike: 'borrow' }
    const first = outcome({ ...given, strikeBid: 5 }, { arbitrage: { bid: 1 } })
    expect(first.profit).toBeGreaterThan(4e5)
    // Whoever bids more restores the pool before the strike: only 86 % of the fair value is lent.
    const second = outcome({ ...given, strikeBid: 0.5 }, { arbitrage: { bid: 1 } })
    expect(second.profit).toBeCloseTo(-second.cost, 3)
  })
})

describe('an attack that forces liquidations', () => {
  // Healthy by 5 % at 2,000 USD.
  const victim: Account = { collateral: { ETH: 100 }, debt: { USD: (2e5 * LLTV) / 1.05 } }
  const safe: Account = { collateral: { ETH: 100 }, debt: { USD: 1e5 } }
  const accounts = [victim, safe, victim]
  const given = { rise: -0.1, mode: 'atomic', strike: 'liquidate', account: '', capital: 1e6 }

  it('earns the discount of the pushed price and the bonus, and leaves the safe alone', () => {
    const { world, profit, cost, port } = outcome(given, { accounts })
    expect(seen(world, 'liquidation').map(({ row }) => row)).toEqual([0, 2])
    const debt = (2e5 * LLTV) / 1.05
    const seized = Math.min(100, (debt * INCENTIVE) / 1800)
    expect(port.taken(ETH)).toBeCloseTo(2 * seized, 6)
    expect(cost).toBeCloseTo(2e5 * lossOf(0.9), 2)
    expect(profit).toBeCloseTo(2 * (seized * 2000 - debt) - cost, 1)
    expect(profit).toBeGreaterThan(5e4)
  })

  it('goes as far as its capital and its list', () => {
    expect(
      seen(outcome({ ...given, liquidations: 1 }, { accounts }).world, 'liquidation'),
    ).toHaveLength(1)
    const poor = outcome({ ...given, capital: 5e4 }, { accounts })
    const repaid = seen(poor.world, 'liquidation').reduce((sum, { x }) => sum + x, 0)
    expect(repaid).toBeGreaterThan(3e4)
    expect(repaid).toBeLessThanOrEqual(5e4)
    expect(poor.profit).toBeLessThan(outcome(given, { accounts }).profit / 2)
  })

  it('finds nobody where a mean is read, and undoes itself', () => {
    const { world, profit } = outcome({ ...given, patience: 0 }, { accounts, oracle: onMean(30) })
    expect(seen(world, 'liquidation')).toEqual([])
    expect(seen(world, 'failed').map(({ text }) => text)).toEqual(['nobody to liquidate'])
    expect(profit).toBe(0)
  })
})

describe('an attack that is refused', () => {
  /** Borrowing halted, as by a guard, from the first block up to a tick; then 60 ticks in all. */
  function held(given: Given, oracle: Member, until: number) {
    const accounts = [{ collateral: { ETH: 1000 }, debt: { USD: 0 } }]
    const flat = { borrowCap: 0, reserves: 0, reserveFactor: 0, baseRate: 0, multiplier: 0 }
    const terms = { ...flat, jumpMultiplier: 0, kink: 0.8, exchangeRate: 1 }
    const markets = [
      { asset: ETH, value: { ...terms, collateralFactor: LLTV, cash: 1000 } },
      { asset: USD, value: { ...terms, collateralFactor: 0, cash: 1e8 } },
    ]
    const positions = positionTable(
      accounts,
      TEST_ASSETS.map(({ name }) => name),
    )
    const lender: Member = [compoundV2, { oracle: 'oracle', markets, positions }]
    const world = make(given, { oracle, members: { lender } })
    const governed = world.port('governed', 'lender')
    governed.setTerm('borrowing', USD, 0)
    stepWorld(world, until)
    governed.setTerm('borrowing', USD, 1)
    stepWorld(world, 60 - until)
    const attack = world.instances.find(({ name }) => name === 'attacker')!.instance.ports!
      .attacker!
    return { taken: attack.taken(USD), endedAt: attack.endedAt() }
  }
  const multi = { rise: 0.5, mode: 'multi', strike: 'borrow', window: 5 }

  it('is tried again when a guard lifts while the mean still stands', () => {
    expect(held(multi, onMean(20), 0).taken).toBeGreaterThan(1.6e6)
    expect(held(multi, onMean(20), 15).taken).toBeGreaterThan(1.6e6)
    expect(held({ ...multi, patience: 0 }, onMean(20), 15).taken).toBe(0)
    expect(held({ ...multi, patience: 60 }, onMean(20), 15).taken).toBe(0)
  })

  it('ends when nothing is left to be gained', () => {
    const late = held(multi, onMean(20), 40)
    expect(late.taken).toBe(0)
    // Five pushes; the last of them leaves the mean twenty blocks later.
    expect(late.endedAt).toBeLessThan(12 * 40)
  })

  it('is sent again as a bundle, for as long as it has patience', () => {
    const atomic = { rise: 0.5, mode: 'atomic', strike: 'borrow', exit: '' }
    expect(held(atomic, onSpot, 15).taken).toBeGreaterThan(2e6)
    expect(held({ ...atomic, patience: 60 }, onSpot, 15).taken).toBe(0)
  })
})

describe('the mark of an attack', () => {
  const DAY = 86_400 / 12

  /** It borrows USDC and sells them; USDC falls by half at a tick. */
  function marked(at: number, ticks: number) {
    const fall: Member = [
      schedule,
      { shocks: [{ assets: [USDC], drop: 0.5, scale: 1, at: 12 * at, over: 0 }] },
    ]
    const stable: Member = [referenceMarket, { drivers: ['fall'] }]
    const oracle: Member = [fallback, { primary: 'thin', fallback: 'market' }]
    const given = { rise: 0.5, mode: 'atomic', strike: 'borrow' }
    const accounts = [{ collateral: { ETH: 1000 }, debt: { USDC: 0 } }]
    const world = make(given, {
      accounts,
      loan: USDC,
      members: { fall, market: stable, thin: onSpot },
      oracle,
    })
    const watch = createAttackWatch(world)
    const step = createStepper(world)
    for (let tick = 1; tick <= ticks; tick++) {
      step()
      watch.look(12 * tick)
    }
    return watch.sums()!
  }

  it('is what the balances are worth a day later, and not what they are worth after that', () => {
    const debt = LLTV * 3000 * (1000 + boughtBy(1.5))
    const left = 2000 * (1000 + boughtBy(1.5))
    const cost = 2e5 * lossOf(1.5)
    const late = marked(DAY + 20, DAY + 60)
    expect(late.profit).toBeCloseTo(debt - left - cost, 0)
    expect(late.cost).toBeCloseTo(cost, 1)
    // The dollars that it sold the loan for stay; what it owes is worth half, less than its collateral.
    const early = marked(DAY - 20, DAY + 60)
    expect(early.profit).toBeCloseTo(debt - debt / 2 - cost, 0)
    expect(marked(50, 40).profit).toBeCloseTo(debt - left - cost, 0)
  })
})

describe('an attacker', () => {
  it('loses nothing where it sells back what it bought before anybody else trades', () => {
    const given = { rise: 0.5, exit: '', lender: '', account: '' }
    const { profit, world } = outcome(given, { arbitrage: null })
    expect(profit).toBeCloseTo(0, 6)
    expect(seen(world, 'swap')).toHaveLength(2)
    const withFee = outcome(given, { arbitrage: null, fee: 0.003 })
    expect(withFee.profit).toBeLessThan(-200)
  })

  it('waits for its time and is over after its last sale', () => {
    const given = { rise: 0.1, window: 3, at: 60, lender: '', account: '' }
    const { world, port } = outcome(given, {}, 20)
    const own = seen(world, 'swap').filter(({ asset }) => asset === USD)
    expect(Math.min(...own.map(({ tick }) => tick))).toBe(5)
    expect(port.endedAt()).toBe(96)
    const early = outcome(given, {}, 4)
    expect(early.port.endedAt()).toBeNaN()
    expect(early.profit).toBe(0)
  })

  it('waits while the venue is halted, and keeps what it cannot sell', () => {
    const given = { rise: 0.5, window: 1, lender: '', account: '', exit: '' }
    const world = make(given, { arbitrage: null })
    const { setTerm } = world.port('governed', 'pool')
    const own = world.instances.find(({ name }) => name === 'attacker')!.self
    setTerm('trading', -1, 0)
    stepWorld(world, 5)
    expect(seen(world, 'swap')).toEqual([])
    setTerm('trading', -1, 1)
    stepWorld(world, 1)
    expect(world.ledger.balance(own, ETH)).toBeCloseTo(boughtBy(1.5), 6)
    setTerm('trading', -1, 0)
    stepWorld(world, 5)
    expect(world.ledger.balance(own, ETH)).toBeCloseTo(boughtBy(1.5), 6)
    expect(seen(world, 'failed')).toEqual([])
  })

  it('is refused what it cannot do', () => {
    const bad: readonly Given[] = [
      { asset: BTC },
      { rise: -0.1, exit: '' },
      { strike: 'borrow', lender: '', account: '' },
      { strike: 'borrow', account: '' },
      { strike: 'borrow', account: 'nobody' },
    ]
    for (const given of bad) expect(() => make(given), JSON.stringify(given)).toThrow(AttackerError)
  })
})
