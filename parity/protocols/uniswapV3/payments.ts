import type * as Exact from '../../../src/mechanisms/liquidity/uniswapV3/exact.ts'
import type { Arg } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import type { World } from './world.ts'

/** Find what a verb would ask for: its callback refuses, so nothing changes. */
export function dryRun(
  w: World,
  act: (callback: Exact.Callback) => unknown,
): readonly [bigint, bigint] {
  let asked: readonly [bigint, bigint] = [0n, 0n]
  act((amount0, amount1) => {
    asked = [amount0, amount1]
    return 'dry run'
  })
  w.pool.journal.length = 0
  return asked
}

/** Pay one unit less, exactly, or more than is asked for; or nothing. */
export function shortOf(random: Random, asked: readonly [bigint, bigint]): [bigint, bigint] {
  const side = random.int(2)
  const off = random.pick([-1n, -1n, 0n, 1n])
  const paid = asked.map((amount, i) => {
    if (amount <= 0n) return 0n
    return i === side ? amount + off : amount
  })
  return random.chance(0.1) ? [0n, 0n] : [paid[0]!, paid[1]!]
}

/** Verbs that a callback tries to enter. */
export const AGAIN = [
  'initialize',
  'mint',
  'burn',
  'collect',
  'swap',
  'flash',
  'grow',
  'setFeeProtocol',
  'collectProtocol',
] as const

/** Pay as asked and, rarely, try to enter again. */
export function fullPay(random: Random): Arg[] {
  return ['owed', 'owed', random.chance(0.04) ? random.pick(AGAIN) : 'none']
}
