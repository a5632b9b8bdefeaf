import { liquidator } from '../mechanisms/agents/index.ts'
import { createSpots, type Spots } from '../mechanisms/agents/liquidator/kernel.ts'
import { type Built, type Lender, USD, type Venue, type World } from '../world/index.ts'

/** Somebody who might liquidate, or nobody: what a liquidation would cost and have to earn. */
export type Desk = {
  /** Instance; null when no liquidator watches the lender. */
  readonly name: string | null
  /** Where it trades; oracle prices without slippage for nobody. */
  readonly venue: Venue
  readonly venueName: string | null
  /** Gas per liquidation. */
  readonly gas: number
  /** USD that this gas costs now. */
  readonly gasCost: number
  /** Least profit after slippage and gas, USD; -Infinity for one that does every liquidation. */
  readonly floor: number
  /** How often a repayment is halved in search of a gain. */
  readonly halvings: number
  /** USD that can be spent now; Infinity for nobody. */
  readonly capital: number
  /** Age of the prices that it acts on, s. */
  readonly delay: number
  readonly spots: Spots
}

/** Halvings of the liquidator agent when it looks for the most profitable size. */
const HALVINGS = 8

/** A parameter of the liquidator model as its descriptor gives it by default. */
function usual(name: 'gas' | 'bid'): number {
  const spec = liquidator.params[name] as { readonly default?: unknown } | undefined
  return typeof spec?.default === 'number' ? spec.default : 0
}

/** A venue that takes any amount at a lender's oracle prices. */
function oracleVenue(lender: Lender): Venue {
  const priceOf = (asset: number): number => (asset === USD ? 1 : lender.price(asset))
  const rate = (sell: number, buy: number): number => {
    const ratio = priceOf(sell) / priceOf(buy)
    return ratio > 0 && ratio < Number.POSITIVE_INFINITY ? ratio : 0
  }
  return {
    has: (sell, buy) => rate(sell, buy) > 0,
    spot: rate,
    quote: (sell, buy, amount) => amount * rate(sell, buy),
    amountTo: () => 0,
    swap: () => 0,
  }
}

function nobody(world: World, lender: Lender, { chain }: Built): Desk {
  const gas = usual('gas')
  const venue = oracleVenue(lender)
  return {
    ...{ name: null, venue, venueName: null, gas, gasCost: chain.gasUsd(gas, usual('bid')) },
    ...{ floor: 0, halvings: 0, capital: Number.POSITIVE_INFINITY, delay: 0 },
    spots: createSpots(venue, world.spec.assets.length),
  }
}

function deskOf(world: World, { name, self, spec, chain }: Built): Desk {
  const p = spec.params as Readonly<Record<string, number>>
  const venueName = String(spec.params.venue)
  const venue = world.port('venue', venueName)
  const isAlways = spec.params.when === 'always'
  const locked = world.columns[`${name}/locked`]?.[0] ?? 0
  return {
    ...{ name, venue, venueName, gas: p.gas!, gasCost: chain.gasUsd(p.gas!, p.bid!) },
    floor: isAlways ? Number.NEGATIVE_INFINITY : p.minProfit!,
    halvings: isAlways ? 0 : HALVINGS,
    capital: world.ledger.balance(self, USD) - locked,
    delay: p.detectionDelay!,
    spots: createSpots(venue, world.spec.assets.length),
  }
}

/**
 * List the liquidators that watch a lender, with their means as the world stands now. Where nobody
 * watches it, one desk without a name stands for anybody: oracle prices without slippage, the gas
 * and the fee that the liquidator model has by default, at the price of the lender's chain.
 */
export function desksOf(world: World, lender: Built): readonly Desk[] {
  const watching = world.instances.filter(
    ({ model, spec }) =>
      model.kind === liquidator.kind &&
      Array.isArray(spec.params.lenders) &&
      spec.params.lenders.includes(lender.name),
  )
  if (watching.length === 0) return [nobody(world, lender.instance.ports!.lender!, lender)]
  return watching.map((built) => deskOf(world, built))
}
