import type { Governed, World } from '../world/index.ts'
import { type NamedLender, namedLenders, referencePrices } from './view.ts'

/** Rounding of thresholds that were worked out from the same numbers. */
const ROUNDING = 1e-12

/** Moments along a path at which collateral is looked at anew. */
const PROBES = 60

/** Threshold of each coordinate of a lender, fraction of full value; NaN where there is none. */
function thresholdsOf({ lender }: NamedLender, prices: ArrayLike<number>): Float64Array {
  const { coordinates } = lender.book
  const threshold = new Float64Array(coordinates)
  const value = new Float64Array(coordinates)
  lender.coordinatesAt(prices, 'threshold', threshold)
  lender.coordinatesAt(prices, 'value', value)
  return threshold.map((t, c) => (lender.liability[c] === 1 ? Number.NaN : t / value[c]!))
}

/** Loan-to-value limit of each coordinate's asset; NaN where a lender has none beside the threshold. */
function limitsOf({ lender }: NamedLender, governed: Governed | undefined): Float64Array {
  const has = governed?.terms.includes('ltv') ?? false
  return Float64Array.from({ length: lender.book.coordinates }, (_, c) =>
    has ? governed!.term('ltv', lender.assetOf(c)) : Number.NaN,
  )
}

/** The larger of two falls, of which one may not exist. */
function largerFall(threshold: number, limit: number): number {
  if (Number.isNaN(threshold)) return 0
  const fall = Number.isNaN(limit) ? threshold : Math.max(threshold, limit)
  return Math.abs(fall) > ROUNDING ? fall : 0
}

/** Collateral of all accounts by coordinate, in the book's units, where a fall makes it count. */
function collateralOf({ lender }: NamedLender, falls: Float64Array, out: Float64Array): void {
  const { book, liability } = lender
  out.fill(0)
  for (let row = 0; row < book.rows; row++)
    for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
      const c = book.coordinate[k]!
      if (falls[c] !== 0 && liability[c] === 0 && book.amount[k]! > 0) out[c]! += book.amount[k]!
    }
}

/** Borrowing power of one lender's accounts now against what the opening terms would give, USD. */
function powerWatch(own: NamedLender, governed: Governed | undefined, opening: Float64Array) {
  const { lender } = own
  const thresholds = thresholdsOf(own, opening)
  const limits = limitsOf(own, governed)
  const collateral = new Float64Array(thresholds.length)
  const value = new Float64Array(thresholds.length)
  let falls = new Float64Array(thresholds.length)
  let hasFallen = false
  return {
    /** Look at terms and accounts. */
    look(prices: ArrayLike<number>): void {
      const now = limitsOf(own, governed)
      falls = thresholdsOf(own, prices).map((t, c) =>
        largerFall(thresholds[c]! - t, limits[c]! - now[c]!),
      )
      hasFallen = falls.some((fall) => fall !== 0)
      if (hasFallen) collateralOf(own, falls, collateral)
    },
    /** What is lost at stated prices, by the last look. */
    lost(prices: ArrayLike<number>): number {
      if (!hasFallen) return 0
      lender.coordinatesAt(prices, 'value', value)
      let sum = 0
      for (let c = 0; c < falls.length; c++)
        if (falls[c] !== 0) sum += collateral[c]! * value[c]! * falls[c]!
      return sum
    },
  }
}

/**
 * Watch the borrowing power that changed terms take from the accounts of every lender: collateral at
 * reference prices times the fall of its threshold since the opening, or of its loan-to-value limit
 * where a lender has one and it fell further. Below zero where both were loosened.
 */
export function createCapitalWatch(world: World): {
  /** @param isChanged whether terms have changed since the last look. */
  look(tick: number, isChanged: boolean): void
  /** Time average so far by lender, USD. */
  lost(): ReadonlyMap<string, number>
} {
  const prices = new Float64Array(world.spec.assets.length)
  const opening = referencePrices(world, prices).slice()
  const watches = namedLenders(world).map((own) => {
    const governed = world.instances[own.self]!.instance.ports?.governed
    return { name: own.name, power: powerWatch(own, governed, opening), now: 0, sum: 0 }
  })
  const every = Math.max(1, Math.ceil(world.spec.ticks / PROBES))
  let done = 0
  return {
    look(tick, isChanged) {
      done = tick
      const isLook = isChanged || tick % every === 0
      referencePrices(world, prices)
      for (const own of watches) {
        if (tick > 0) own.sum += own.now
        if (isLook) own.power.look(prices)
        own.now = own.power.lost(prices)
      }
    },
    lost: () => new Map(watches.map(({ name, sum }) => [name, done === 0 ? 0 : sum / done])),
  }
}
