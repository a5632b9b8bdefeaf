import type { Arg, Op } from '../protocol.ts'
import { OPENING, RESERVES } from '../protocols/aaveV3/setup.ts'
import type { Random } from '../random.ts'
import type { Timed } from './plan.ts'

const MAX = (1n << 256n) - 1n
const CENTS = 100n
const USERS_PER_BLOCK = 20
const PAUSE = 21_600n
/**
 * Whole tokens that `admin` supplies of each reserve, so that there is something to borrow. The pool
 * is so large that 1e-9 of it is more than a unit of the asset with 2 decimals.
 */
const FUNDING: readonly bigint[] = [20_000n, 60_000_000n, 900n, 15_000n, 5_000_000n, 100_000_000n]
/** Whole tokens that the liquidator is given to repay debts with. */
const PURSE = 1_000_000_000n
/** Reserves by use; the last is siloed, number 4 isolated. */
const VOLATILE = [0, 2, 3]
const ISOLATED = 4
const SILOED = 5
const BORROWED = [0, 1, 1, 1, 2, 3]

type Kind = 'single' | 'mixed' | 'isolated' | 'eMode' | 'silo' | 'supplier'
const KINDS: Readonly<Record<Kind, number>> = {
  single: 90,
  mixed: 55,
  isolated: 12,
  eMode: 20,
  silo: 25,
  supplier: 20,
}

/** Units of an asset that are worth an amount of cents. */
function unitsFor(asset: number, cents: bigint): bigint {
  const { decimals, price } = RESERVES[asset]!
  return (cents * 1_000_000n * 10n ** decimals) / price
}

const name = (asset: number): string => `t${asset}`

/**
 * Draw the steps that open the accounts: some supply only, most borrow near their limit, against one
 * collateral or several, isolated, in an eMode, or a siloed asset alone. The last block touches every
 * reserve.
 */
export function aaveOpening(random: Random, users: readonly string[]): Timed[] {
  const steps: Timed[] = []
  const add = (kind: string, by: string, args: readonly Arg[], wait = 0n): void => {
    steps.push({ wait, op: { kind, by, args } })
  }
  for (const [i, { decimals }] of RESERVES.entries()) {
    add('create', 'admin', [name(i), 'admin', PURSE * 10n ** decimals])
    add('supply', 'admin', [name(i), FUNDING[i]! * 10n ** decimals, 'admin'])
  }
  for (const [i, user] of users.entries()) {
    const ops = openOne(random, user)
    if (i % USERS_PER_BLOCK === 0 && ops[0]) steps.push({ wait: PAUSE, op: ops.shift()! })
    for (const op of ops) steps.push({ wait: 0n, op })
  }
  for (const [i, { decimals }] of RESERVES.entries())
    add('supply', 'admin', [name(i), 10n ** decimals, 'admin'], i === 0 ? PAUSE : 0n)
  return steps
}

/** What gives a user tokens that the pool may take. */
export function aaveFunding(user: string): Op[] {
  return RESERVES.flatMap(({ decimals }, i): Op[] => [
    { kind: 'create', by: 'admin', args: [name(i), user, OPENING * 10n ** decimals] },
    { kind: 'allow', by: user, args: [name(i), MAX] },
  ])
}

function openOne(random: Random, by: string): Op[] {
  const kind = random.weighted(KINDS)
  const held = collateralOf(random, kind)
  const most = kind === 'isolated' ? 30_000n : 1_000_000n
  const cents = CENTS * (5_000n + random.big(most))
  const supplies = held.map((asset): Op => {
    const units = least(unitsFor(asset, cents) + random.big(1_000n), OPENING * unit(asset))
    return { kind: 'supply', by, args: [name(asset), units, by] }
  })
  if (kind === 'supplier') return supplies
  const before: Op[] = kind === 'eMode' ? [{ kind: 'setUserEMode', by, args: [1n] }] : []
  const enable: Op[] =
    kind === 'isolated' ? [{ kind: 'useAsCollateral', by, args: [name(ISOLATED), 1n] }] : []
  const limit = held.reduce((sum, asset) => sum + cents * ltvOf(kind, asset), 0n) / 10_000n
  return [...before, ...supplies, ...enable, ...borrows(random, kind, by, held, limit)]
}

function collateralOf(random: Random, kind: Kind): number[] {
  if (kind === 'isolated') return [ISOLATED]
  if (kind === 'eMode') return [random.pick([0, 3])]
  if (kind === 'supplier') return [random.pick([0, 1, 1, 2, 3, SILOED])]
  if (kind === 'mixed') {
    const first = random.pick(VOLATILE)
    const others = [0, 1, 2, 3].filter((asset) => asset !== first)
    const second = random.pick(others)
    const third = others.filter((asset) => asset !== second)[0]!
    return random.chance(0.3) ? [first, second, third] : [first, second]
  }
  return [random.chance(0.15) ? 1 : random.pick(VOLATILE)]
}

/** Borrow from 75 to 99.9 % of the limit (in an eMode to 90 %), in one asset or two. */
function borrows(
  random: Random,
  kind: Kind,
  by: string,
  held: readonly number[],
  limit: bigint,
): Op[] {
  const most = kind === 'eMode' ? 900n : 999n
  const cents = (limit * (750n + random.big(most - 750n))) / 1_000n
  const debts = debtsOf(random, kind, held)
  return debts.map((asset): Op => {
    const units = unitsFor(asset, cents / BigInt(debts.length))
    return { kind: 'borrow', by, args: [name(asset), units, 2n, by] }
  })
}

function debtsOf(random: Random, kind: Kind, held: readonly number[]): number[] {
  if (kind === 'silo') return [SILOED]
  if (kind === 'isolated') return [random.chance(0.7) ? 1 : SILOED]
  if (kind === 'eMode') return [held[0] === 0 ? 3 : 0]
  const others = BORROWED.filter((asset) => !held.includes(asset))
  if (others.length === 0) return [SILOED]
  const first = random.pick(others)
  const rest = others.filter((asset) => asset !== first)
  return random.chance(0.25) && rest.length > 0 ? [first, random.pick(rest)] : [first]
}

function ltvOf(kind: Kind, asset: number): bigint {
  return kind === 'eMode' ? 9_000n : RESERVES[asset]!.ltv
}

function unit(asset: number): bigint {
  return 10n ** RESERVES[asset]!.decimals
}

function least(x: bigint, y: bigint): bigint {
  return x < y ? x : y
}
