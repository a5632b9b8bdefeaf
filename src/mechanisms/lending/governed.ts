import {
  type Governed,
  type Outcome,
  type RefreshCause,
  TERM_NAMES,
  TERMS,
  type TermName,
} from '../../world/index.ts'
import type { Desk } from './desk.ts'

/** One term as a protocol's contract has it. `market` is 0 where the term is for all. */
export type Lever = {
  get(market: number): number
  /**
   * Change it; the value is within the range of the term's unit.
   * @returns null, or why the contract refuses; then nothing has changed.
   */
  set(market: number, value: number): Outcome
}

/** The terms that a contract lets somebody change. */
export type Levers = { readonly [T in TermName]?: Lever }

/** Why a contract has no way to change some terms, by term. */
export type Fixed = { readonly [T in TermName]?: string }

/** State and caches of a protocol whose terms may change. */
export type Changeable = {
  readonly desk: Desk
  /** State column of length 1: changes of terms so far. */
  readonly changes: Float64Array
  /** Make all that is derived from terms agree with the columns. */
  remake(): void
}

/** Keep a cache of what is derived from terms in step with the state columns. */
export type Keeper = {
  changed(): void
  refresh(cause: RefreshCause): void
}

/**
 * Make the function that remakes what is derived from terms when the columns have other terms than it
 * was made from. A rewind to the same terms, by far the most frequent, costs one comparison.
 */
export function keeperOf({ desk, changes, remake }: Changeable): Keeper {
  desk.changes = changes
  let made = changes[0]!
  const make = (): void => {
    remake()
    made = changes[0]!
    desk.revision++
  }
  return {
    changed() {
      changes[0]!++
      make()
    },
    refresh(cause) {
      if (cause !== 'rewind' || changes[0] !== made) make()
    },
  }
}

/** Make a lever over one column, with a test of new values. */
export function leverOf(
  values: Float64Array,
  refuse: (market: number, value: number) => Outcome = () => null,
): Lever {
  return {
    get: (market) => values[market]!,
    set(market, value) {
      const refused = refuse(market, value)
      if (refused === null) values[market] = value
      return refused
    },
  }
}

/** Make a lever over a column of flags that are 1 while something is halted; the term is 1 otherwise. */
export function haltOf(halted: Uint8Array): Lever {
  return {
    get: (market) => 1 - halted[market]!,
    set(market, value) {
      halted[market] = 1 - value
      return null
    },
  }
}

/** Make a lever of a term that is the same for all markets. */
export function common({ get, set }: Lever): Lever {
  return { get: () => get(0), set: (_, value) => set(0, value) }
}

/** Largest value that a unit of a term allows. */
function most(unit: string): number {
  return unit === 'flag' || unit === 'fraction' ? 1 : Infinity
}

/** Test a value against what its unit allows. */
function unfit(name: TermName, value: number): Outcome {
  const { unit } = TERMS[name]
  if (value >= 0 && value <= most(unit) && value < Infinity)
    return unit === 'flag' && value !== 0 && value !== 1
      ? `"${name}" is 0 or 1, not ${value}`
      : null
  return `"${name}" is ${value}; it is a number of ${unit} from 0 to ${most(unit)}`
}

/**
 * Offer a lender's levers as the port that controls know.
 * @param fixed reasons for terms that the contract has and never changes.
 */
export function governedOf(desk: Desk, levers: Levers, keeper: Keeper, fixed: Fixed): Governed {
  const marketOf = desk.context.assets.map((_, a) => desk.asset.indexOf(a))
  const threshold = levers.liquidationThreshold
  desk.thresholdTerms = TERM_NAMES.flatMap((name, code) =>
    threshold && levers[name] === threshold ? [code] : [],
  )
  const placeOf = (name: TermName, asset: number): number =>
    TERMS[name].per === 'all' ? 0 : (marketOf[asset] ?? -1)
  return {
    terms: Object.keys(levers) as TermName[],
    term(name, asset) {
      const market = placeOf(name, asset)
      return market < 0 ? Number.NaN : (levers[name]?.get(market) ?? Number.NaN)
    },
    setTerm(name, asset, value) {
      const lever = levers[name]
      if (!lever) return fixed[name] ?? `"${desk.context.name}" has no term "${name}"`
      const market = placeOf(name, asset)
      if (market < 0) return `"${desk.context.name}" has no market of asset ${asset}`
      const refused = unfit(name, value) ?? lever.set(market, value)
      if (refused === null) keeper.changed()
      return refused
    },
  }
}

/**
 * Offer the terms of a contract that nobody can change, to be read.
 * @param why said to whoever tries to change one.
 */
export function immutableOf(
  desk: Desk,
  values: { readonly [T in TermName]?: (market: number) => number },
  why: string,
): Governed {
  const marketOf = desk.context.assets.map((_, a) => desk.asset.indexOf(a))
  return {
    terms: [],
    term(name, asset) {
      const market = TERMS[name].per === 'all' ? 0 : (marketOf[asset] ?? -1)
      return market < 0 ? Number.NaN : (values[name]?.(market) ?? Number.NaN)
    },
    setTerm: () => why,
  }
}
