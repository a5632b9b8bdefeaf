import { debtTotals, lendersOf, referencePrices, shockedPrices } from '../measures/index.ts'
import type { World } from '../world/index.ts'
import { troubledDebts } from './debts.ts'

/** Debts of the opening state after an instantaneous fall. */
export type CurvePoint = {
  /** Fall of the shocked asset, fraction. */
  readonly drop: number
  /** Debt below its thresholds, USD at the prices before the fall. */
  readonly liquidatable: number
  /** Sum over accounts of max(0, debt - full collateral value), USD after the fall. */
  readonly badDebt: number
}

/** Liquidatable and bad debt against the fall of one asset, before anybody acts. */
export type Curve = {
  readonly asset: string
  /** The scenario's own fall, fraction; null when it schedules none. */
  readonly own: CurvePoint | null
  readonly totalDebt: number
  /** Assets that fall along, with their fall per unit of the shocked asset's fall. */
  readonly along: readonly { readonly asset: string; readonly ratio: number }[]
  readonly points: readonly CurvePoint[]
}

/** Largest fall shown, percent. */
const LARGEST = 80

/** Why there is no curve. */
export type NoCurve = { readonly reason: string }

/**
 * Compute the curve of a world that stands at its opening. Other assets fall in the proportion in
 * which the scenario's shocks move them; with none, the asset falls alone.
 * @param asset index of the shocked asset; -1 when there is none.
 */
export function curveOf(world: World, asset: number): Curve | NoCurve {
  if (asset < 0)
    return { reason: 'The scenario names no shocked asset (order: asset), so there is no axis.' }
  if (world.all('lender').length === 0) return { reason: 'Nobody lends in this scenario.' }
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const totalDebt = debtTotals(lendersOf(world), prices, prices).debt
  if (totalDebt === 0) return { reason: 'Nobody owes anything at the start.' }
  const whole = shockedPrices(world, prices)
  const falls = whole.map((value, a) => 1 - value / prices[a]!)
  const own = falls[asset]!
  const ratios = falls.map((fall, a) => (a === asset ? 1 : own > 0 ? Math.max(0, fall / own) : 0))
  const at = (drop: number): CurvePoint => {
    const after = prices.map((value, a) => value * Math.max(0, 1 - drop * ratios[a]!))
    const { liquidatable } = troubledDebts(world, after, prices)
    return { drop, liquidatable, badDebt: troubledDebts(world, after, after).bad }
  }
  return {
    asset: world.spec.assets[asset]!.name,
    own: own > 0 ? at(own) : null,
    totalDebt,
    along: world.spec.assets.flatMap(({ name }, a) =>
      a !== asset && ratios[a]! > 0 ? [{ asset: name, ratio: ratios[a]! }] : [],
    ),
    points: Array.from({ length: LARGEST + 1 }, (_, k) => at(k / 100)),
  }
}
