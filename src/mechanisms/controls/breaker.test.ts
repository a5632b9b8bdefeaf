import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ETH, type Member, modelConformance, USDC } from '../../../test/conformance/model.ts'
import { forger, liquidator } from '../agents/index.ts'
import { constantProduct } from '../liquidity/index.ts'
import { feed } from '../oracles/index.ts'
import { gbm } from '../prices/index.ts'
import { breaker, ewma, moved } from './breaker.ts'
import { IdleControlError } from './halt.ts'
import {
  badDebtOf,
  changes,
  type Defended,
  defendedWorld,
  equityOf,
  gained,
  ran,
} from './testWorld.conformance.ts'

const OPTIONS = { source: 'market', watched: [ETH], targets: ['lender'], assets: [ETH] }

/** Halts liquidations (in Aave: all that is done with ETH) on a move of 10 % in 5 minutes, until a quiet quarter hour. */
const defence: Member = [breaker, { ...OPTIONS, flags: ['liquidating'], calmFor: 900, bid: 50 }]

const ACCOUNTS = [
  { collateral: { USDC: 1e6 } },
  { collateral: { ETH: 100 }, debt: { USDC: 130_000 } },
  { collateral: { ETH: 100 }, debt: { USDC: 145_000 } },
  { collateral: { ETH: 0 }, debt: { USDC: 0 } },
]
const BORROWERS = [1, 2]

const members = {
  liquidator: [liquidator, { lenders: ['lender'], venue: 'market', capital: 1e6 }] as Member,
}

const worldOf = (given: Partial<Defended>) =>
  defendedWorld({ accounts: ACCOUNTS, members, ...given })

describe('the signals of a breaker', () => {
  it('see a fall from the highest and a rise from the lowest price, not a smaller one', () => {
    expect(moved(90, 85, 100, 0.1)).toBe(-1)
    expect(moved(90.001, 85, 100, 0.1)).toBe(0)
    expect(moved(110, 100, 110, 0.1)).toBe(1)
    expect(moved(50, 50, 100, 0)).toBe(0)
    expect(moved(50, 0, 50, 0.1)).toBe(0)
  })

  it('average squared returns so that half of the weight is left after the half-life', () => {
    expect(ewma(4e-8, 0, 600, 600)).toBeCloseTo(2e-8, 20)
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e-6, noNaN: true }),
        fc.double({ min: -0.5, max: 0.5, noNaN: true }),
        fc.double({ min: 1, max: 1e5, noNaN: true }),
        fc.double({ min: 1, max: 1e5, noNaN: true }),
        (variance, step, dt, halfLife) => {
          const next = ewma(variance, step, dt, halfLife)
          const own = (step * step) / dt
          expect(next).toBeGreaterThanOrEqual(Math.min(variance, own) * (1 - 1e-12))
          expect(next).toBeLessThanOrEqual(Math.max(variance, own) * (1 + 1e-12))
        },
      ),
      { seed: 1 },
    )
  })
})

describe('a breaker', () => {
  it('halts when the window has seen the move, and goes on after the quiet time', () => {
    // 8 % and 8 %, four minutes apart; then nothing.
    const falls = [
      [0.08, 600, 0],
      [0.08, 840, 0],
    ] as const
    const world = ran(worldOf({ falls, defence, members: {} }), 60)
    expect(changes(world).map(({ tick, to }) => [tick * 12, to])).toEqual([
      [840, 0],
      [588 + 300 + 900, 1],
    ])
  })

  it('forgets what lies before the window', () => {
    const falls = [
      [0.08, 600, 0],
      [0.08, 924, 0],
    ] as const
    expect(changes(ran(worldOf({ falls, defence, members: {} }), 60))).toEqual([])
  })

  it('names the move that made it halt, and its halt as the cause of the resumption', () => {
    const world = ran(worldOf({ falls: [[0.2, 600, 0]], defence }), 60)
    const [halted, resumed] = changes(world)
    expect(world.trace.columns.time[halted!.parent]).toBe(600)
    expect(resumed!.parent).toBe(halted!.id)
  })

  it('halts on volatility alone', () => {
    const wild = { ...OPTIONS, flags: ['liquidating'], move: 0, vol: 1, volHalfLife: 600 }
    const halts = (vol: number): number => {
      const noise: Member = [gbm, { assets: [ETH], vol }]
      const given = { members: { noise }, drivers: ['noise'] }
      return changes(ran(worldOf({ ...given, defence: [breaker, wild] }), 120)).length
    }
    expect(halts(0.3)).toBe(0)
    expect(halts(3)).toBeGreaterThan(0)
  })

  it('neither halts nor opens again while its source is silent', () => {
    const stuck = [{ from: 720, to: 3600 }]
    const own = { source: 'market', assets: [ETH], heartbeat: 30, latency: 0, maxAge: 60, stuck }
    const dying: Member = [feed, own]
    const silent: Member = [breaker, { ...defence[1], source: 'dying' }]
    const falls = [[0.2, 600, 0]] as const
    const world = ran(worldOf({ falls, defence: silent, members: { dying } }), 120)
    const [halted, resumed, ...others] = changes(world)
    expect([halted!.to, resumed!.to, others.length]).toEqual([0, 1, 0])
    expect(halted!.tick * 12).toBeLessThan(660)
    // Quiet for a quarter of an hour, counted from when it could see again.
    expect(resumed!.tick * 12).toBeGreaterThanOrEqual(3600 + 900)
  })

  it.each([
    [{ watched: [] }, /beside USD/],
    [{ watched: [0] }, /beside USD/],
    [{ move: 0 }, /set `move` or `vol`/],
  ])('is not built when nothing can halt it: %o', (given, message) => {
    const build = () => worldOf({ defence: [breaker, { ...defence[1], ...given }] })
    expect(build).toThrow(IdleControlError)
    expect(build).toThrow(message)
  })

  it('halts all venues when one source moves', () => {
    const pool = (reserve: number): Member => [
      constantProduct,
      { base: ETH, quote: USDC, baseReserve: reserve },
    ]
    const members = { small: pool(10), large: pool(1000) }
    const cross: Member = [breaker, { ...OPTIONS, targets: ['small', 'large'], assets: [] }]
    const world = ran(worldOf({ falls: [[0.2, 600, 0]], members, defence: cross }), 15)
    expect(changes(world).map(({ target, term, to }) => [target, term, to])).toEqual([
      ['small', 'trading', 0],
      ['large', 'trading', 0],
    ])
    expect(world.port('venue', 'small').spot(ETH, USDC)).toBe(0)
  })
})

describe('a breaker of liquidations', () => {
  const dip = [
    [0.3, 600, 120],
    [-3 / 7, 1200, 120],
  ] as const
  const crash = [[0.55, 600, 1200]] as const

  it('helps where a fall is made good: nobody is liquidated at the low', () => {
    const bare = ran(worldOf({ falls: dip }), 120)
    const halted = ran(worldOf({ falls: dip, defence }), 120)
    const kept = equityOf(halted, BORROWERS)
    expect(kept).toBeCloseTo(400_000 - 275_000, 3)
    expect(equityOf(bare, BORROWERS)).toBeLessThan(kept - 10_000)
    expect(badDebtOf(bare) + badDebtOf(halted)).toBe(0)
  })

  it('harms where the fall goes on: debt that liquidations would have repaid goes bad', () => {
    const bare = ran(worldOf({ falls: crash }), 120)
    const halted = ran(worldOf({ falls: crash, defence }), 120)
    expect(badDebtOf(bare)).toBe(0)
    expect(badDebtOf(halted)).toBeGreaterThan(50_000)
  })

  it('is too late where the halt comes after people have talked', () => {
    const slow: Member = [defence[0], { ...defence[1], latency: 900 }]
    const bare = ran(worldOf({ falls: dip }), 120)
    const halted = ran(worldOf({ falls: dip, defence: slow }), 120)
    expect(equityOf(halted, BORROWERS)).toBeCloseTo(equityOf(bare, BORROWERS), 6)
  })

  it('is front-run by who bids more in the block of the halt', () => {
    const falls = [
      [0.35, 600, 0],
      [-7 / 13, 1200, 120],
    ] as const
    const behind: Member = [defence[0], { ...defence[1], bid: 0 }]
    const first = ran(worldOf({ falls, defence }), 60)
    const late = ran(worldOf({ falls, defence: behind }), 60)
    expect(equityOf(late, BORROWERS)).toBeLessThan(equityOf(first, BORROWERS) - 10_000)
  })

  it('costs loans and gas where a fall endangers nobody', () => {
    const honest: Member = [
      forger,
      {
        ...{ lender: 'lender', account: 'account 3', collateral: ETH, debt: USDC, share: 0.5 },
        ...{ forged: 100, tranche: 1, at: 12, every: 60 },
      },
    ]
    const given = { falls: [[0.11, 1200, 0]] as const, members: { ...members, honest } }
    const bare = ran(worldOf(given), 60)
    const halted = ran(worldOf({ ...given, defence }), 60)
    expect(badDebtOf(bare)).toBe(0)
    expect(equityOf(bare, BORROWERS)).toBe(equityOf(halted, BORROWERS))
    // Twenty minutes of alarm and quiet: twenty loans of half of 1,780 USD each.
    expect(gained(bare, 'honest', USDC) - gained(halted, 'honest', USDC)).toBeCloseTo(20 * 890, 6)
    expect(gained(halted, 'defence', 0)).toBeLessThan(0)
  })
})

modelConformance('a breaker', () =>
  worldOf({
    falls: [
      [0.2, 60, 0],
      [0.3, 120, 60],
    ],
    defence: [
      breaker,
      {
        ...OPTIONS,
        flags: ['liquidating'],
        window: 48,
        resumeAfter: 24,
        latency: 12,
        latencySpread: 0.5,
      },
    ],
  }),
)
