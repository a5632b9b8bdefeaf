import type { Arg, Op } from '../protocol.ts'
import { MARKETS, OPENING, PRICES, TOKENS } from '../protocols/morphoBlue/markets.ts'
import type { Random } from '../random.ts'
import { OPENED } from './morphoState.ts'
import type { Timed } from './plan.ts'

const MAX = (1n << 256n) - 1n
const WAD = 10n ** 18n
const SCALE = 10n ** 36n
const USERS_PER_BLOCK = 20
const PAUSE = 21_600n
/** Units that `admin` supplies: 12 M of the dollar, 12 M, 4,000 of the collateral asset. */
const FUNDING: Readonly<Record<string, bigint>> = {
  m0: 12_000_000n * 10n ** 6n,
  m1: 12_000_000n * 10n ** 6n,
  m2: 4_000n * WAD,
}
/** Shares of interest that the owner takes, by market. */
const FEES: Readonly<Record<string, bigint>> = { m0: WAD / 10n, m1: 0n }
const WEIGHTS: Readonly<Record<string, number>> = { m0: 5, m1: 3, m2: 2 }

/** What gives a user tokens that the contract may take. */
export function morphoFunding(user: string): Op[] {
  return TOKENS.flatMap((token): Op[] => [
    { kind: 'mint', by: 'admin', args: [token, user, OPENING] },
    { kind: 'approve', by: user, args: [token, MAX] },
  ])
}

/**
 * Draw the steps that open the accounts: a few supply, most borrow near their limit in one market.
 * The last block accrues interest in every market.
 */
export function morphoOpening(random: Random, users: readonly string[]): Timed[] {
  const steps: Timed[] = []
  const add = (kind: string, by: string, args: readonly Arg[], wait = 0n): void => {
    steps.push({ wait, op: { kind, by, args } })
  }
  for (const irm of ['irm', 'zero']) add('enableIrm', 'admin', [irm])
  add('setFeeRecipient', 'admin', ['treasury'])
  for (const market of OPENED) {
    add('enableLltv', 'admin', [MARKETS[market]!.lltv])
    add('createMarket', 'admin', [market])
    if (FEES[market]) add('setFee', 'admin', [market, FEES[market]])
    add('supply', 'admin', [market, FUNDING[market]!, 0n, 'admin', 'none', 0n])
  }
  for (const [i, user] of users.entries()) {
    const wait = i % USERS_PER_BLOCK === 0 ? PAUSE : 0n
    openOne(random, user).forEach((op, k) => {
      steps.push({ wait: k === 0 ? wait : 0n, op })
    })
  }
  OPENED.forEach((market, i) => {
    add('accrueInterest', 'admin', [market], i === 0 ? PAUSE : 0n)
  })
  return steps
}

/** Supply only, or pledge some 5,000 to 200,000 USD and borrow 75 to 99.99 % of the limit. */
function openOne(random: Random, by: string): Op[] {
  const market = random.weighted(WEIGHTS)
  const { oracle, lltv } = MARKETS[market]!
  const usd = 5_000n + random.big(195_000n)
  if (random.chance(0.08)) {
    const units = market === 'm2' ? (usd * WAD) / 2_000n : usd * 10n ** 6n
    return [{ kind: 'supply', by, args: [market, units + random.big(1_000n), 0n, by, 'none', 0n] }]
  }
  const units = market === 'm2' ? usd * 10n ** 6n : (usd * WAD) / 2_000n
  const collateral = units + random.big(1_000n)
  const limit = (((collateral * PRICES[oracle]!) / SCALE) * lltv) / WAD
  const debt = (limit * (7_500n + random.big(2_499n))) / 10_000n
  return [
    { kind: 'supplyCollateral', by, args: [market, collateral, by, 'none', 0n] },
    { kind: 'borrow', by, args: [market, debt, 0n, by, by] },
  ]
}
