import type * as Exact from '../../../src/mechanisms/lending/compoundV2/exact.ts'
import type { Arg, Op, Result } from '../../protocol.ts'
import { ALL_ACTIONS } from './kinds.ts'
import { callerOf, int, ratesOf, text, type World } from './world.ts'

type Verb = (world: World, op: Op) => Result
type Setting = (
  exact: typeof Exact,
  pool: Exact.ExactPool,
  caller: Exact.Caller,
  args: readonly Arg[],
) => Exact.Done<bigint | null>

/** A setting that answers a word, or nothing. */
const set =
  (setting: Setting): Verb =>
  (w, { by, args }) => {
    const done = setting(w.exact, w.pool, callerOf(w, by), args)
    if (!done.ok) return done
    return { ok: true, returned: done.value === null ? [] : [done.value] }
  }

/** What the admin does. */
export const ADMIN_VERBS: Readonly<Record<string, Verb>> = {
  collateralFactor: set((x, pool, who, [m, factor, threshold]) =>
    x.setCollateralFactor(pool, who, text(m), int(factor), int(threshold)),
  ),
  incentive: set((x, pool, who, [m, factor]) =>
    x.setLiquidationIncentive(pool, who, text(m), int(factor)),
  ),
  closeFactor: set((x, pool, who, [factor]) => x.setCloseFactor(pool, who, int(factor))),
  supplyCap: set((x, pool, who, [m, cap]) => x.setCap(pool, who, text(m), 'supplyCap', int(cap))),
  borrowCap: set((x, pool, who, [m, cap]) => x.setCap(pool, who, text(m), 'borrowCap', int(cap))),
  pause: set((x, pool, who, [m, action, isOn]) =>
    x.setActionsPaused(pool, who, text(m), [Number(int(action))], isOn === 1n),
  ),
  pauseAll: set((x, pool, who, [isOn]) => x.setProtocolPaused(pool, who, isOn === 1n)),
  treasury: set((x, pool, who, [guardian, treasury, percent]) =>
    x.setTreasury(pool, who, text(guardian), text(treasury), int(percent)),
  ),
  forced: set((x, pool, who, [m, isOn]) => x.setForcedLiquidation(pool, who, text(m), isOn === 1n)),
  forcedFor: set((x, pool, who, [borrower, m, isOn]) =>
    x.setForcedLiquidationFor(pool, who, text(borrower), text(m), isOn === 1n),
  ),
  borrowable: set((x, pool, who, [m, isOn]) => x.setBorrowAllowed(pool, who, text(m), isOn === 1n)),
  liquidator: set((x, pool, who, [account]) => x.setLiquidator(pool, who, text(account))),
  support: set((x, pool, who, [m]) => x.supportMarket(pool, who, text(m))),
  unlist: set((x, pool, who, [m]) => x.unlistMarket(pool, who, text(m))),
  retire: set((x, pool, who, [m]) => retire(x, pool, who, text(m))),
  reduceReserves: set((x, pool, who, [m, units]) =>
    x.reduceReserves(pool, who, text(m), int(units)),
  ),
  reserveFactor: set((x, pool, who, [m, factor]) =>
    x.setReserveFactor(pool, who, text(m), int(factor)),
  ),
  rateModel: (w, { by, args: [m, name] }) => {
    const rates = ratesOf(w.exact, text(name))
    const done = w.exact.setRates(w.pool, callerOf(w, by), text(m), rates)
    if (!done.ok) return done
    if (done.value === 0n) w.rates[text(m)] = text(name)
    return { ok: true, returned: [done.value] }
  },
  reduceDelta: set((x, pool, who, [m, blocks]) =>
    x.setReduceReservesBlockDelta(pool, who, text(m), int(blocks)),
  ),
  sweep: set((x, pool, who, [m, units]) => x.sweepAndSync(pool, who, text(m), int(units))),
}

/** Pause and close everything, then unlist, all or nothing. */
function retire(
  x: typeof Exact,
  pool: Exact.ExactPool,
  who: Exact.Caller,
  m: string,
): Exact.Done<bigint> {
  return x.attempt(pool, () => {
    const must = <T>(done: Exact.Done<T>): T => {
      if (!done.ok) throw new x.RefusedError(done.reason)
      return done.value
    }
    must(x.setActionsPaused(pool, who, m, ALL_ACTIONS.map(Number), true))
    must(x.setCap(pool, who, m, 'supplyCap', 0n))
    must(x.setCap(pool, who, m, 'borrowCap', 0n))
    must(x.setCollateralFactor(pool, who, m, 0n, 0n))
    return must(x.unlistMarket(pool, who, m))
  })
}
