import { log } from '../math/index.ts'
import type { Lender, ReferenceMarket, World } from '../world/index.ts'
import { createArbitrageWatch } from './arbitrage.ts'
import { createAttackWatch } from './attack.ts'
import { assetsOf } from './books.ts'
import { createControlWatch } from './controls.ts'
import { createExtremesWatch } from './extremes.ts'
import { createHedgingGain } from './hedging.ts'
import { type Focus, namedLenders, type Watched } from './view.ts'

/** How many times along a path the loop gain of hedging is sampled, beside the start. */
const PROBES = 60

/** A market whose cash is below this share of what its suppliers are owed is locked. */
export const LOCKED_BELOW = 0.01

/** Whether a market's suppliers cannot take out even a hundredth of what they are owed. */
export function isLocked(lender: Lender, asset: number): boolean {
  const claims = lender.claims(asset)
  return claims > 0 && lender.cash(asset) < LOCKED_BELOW * claims
}

/** Markets smaller than this share of all that a lender's suppliers are owed are not watched. */
const SMALL = 0.001

/** Markets of a lender that are worth watching, by what their suppliers are owed now, USD. */
function marketsOf(lender: Lender): readonly number[] {
  const assets = assetsOf(lender)
  const owed = assets.map((asset) => lender.claims(asset) * lender.price(asset) || 0)
  const all = owed.reduce((a, b) => a + b, 0)
  return assets.filter((_, m) => owed[m]! > SMALL * all)
}

/** Longest time without cash in a market of one lender, s, and whether one still lasts. */
function lockWatch(lender: Lender) {
  const assets = marketsOf(lender)
  const since = new Float64Array(assets.length).fill(Number.NaN)
  let longest = 0
  return {
    look(time: number): void {
      for (let m = 0; m < assets.length; m++) {
        if (!isLocked(lender, assets[m]!)) since[m] = Number.NaN
        else if (Number.isNaN(since[m]!)) since[m] = time
        if (!Number.isNaN(since[m]!)) longest = Math.max(longest, time - since[m]!)
      }
    },
    longest: (): number => longest,
    lasts: (): boolean => since.some((time) => !Number.isNaN(time)),
  }
}

/** The watched source where one is named, else the reference market, against its fundamental. */
function gapOf(market: ReferenceMarket | undefined, { asset, source }: Focus): () => number {
  const watched = source?.covers(asset) ? source : market
  if (!market || !watched || asset < 0 || !market.covers(asset)) return () => Number.NaN
  return () => log(market.fundamental(asset) / watched.price(asset))
}

/** Prices and loop gains of hedging, in worlds with option books. */
function hedgeWatch(world: World, focus: Focus) {
  const { ticks } = world.spec
  const isHedged = world.all('optionBook').length > 0
  const price = new Float64Array(isHedged ? ticks + 1 : 0)
  const every = Math.max(1, Math.ceil(ticks / PROBES))
  const gainOf = createHedgingGain(world, focus)
  let gain = Number.NEGATIVE_INFINITY
  return {
    price,
    look(tick: number): void {
      if (!isHedged) return
      const { source, asset } = focus
      price[tick] = source && asset >= 0 ? source.price(asset) : Number.NaN
      if (tick % every === 0) gain = Math.max(gain, gainOf() ?? gain)
    },
    gain: (): number | null => (isHedged ? gain : null),
  }
}

/**
 * Watch a path from its start to its end; call `look` before the first tick and after every one.
 * Nothing in the world is changed.
 */
export function createWatched(
  world: World,
  focus: Focus,
): {
  readonly look: (tick: number) => void
  readonly result: () => Watched
} {
  const { ticks, tickSeconds } = world.spec
  const gap = gapOf(world.all('referenceMarket')[0]?.instance.ports?.referenceMarket, focus)
  const hedges = hedgeWatch(world, focus)
  const arbitrage = createArbitrageWatch(world)
  const attack = createAttackWatch(world)
  const controls = createControlWatch(world)
  const extremes = createExtremesWatch(world, focus)
  const gaps = new Float64Array(ticks + 1)
  const locks = namedLenders(world).map(({ name, lender }) => ({ name, watch: lockWatch(lender) }))
  return {
    look(tick) {
      gaps[tick] = gap()
      hedges.look(tick)
      controls?.look(tick)
      arbitrage.look()
      extremes.look()
      attack.look(tick * tickSeconds)
      for (const { watch } of locks) watch.look(tick * tickSeconds)
    },
    result: () => ({
      gap: gaps,
      price: hedges.price,
      hedgingGain: hedges.gain(),
      arbitrage: arbitrage.sums(),
      attack: attack.sums(),
      extremes: extremes.result(),
      controls: controls?.result() ?? null,
      locked: new Map(locks.map(({ name, watch }) => [name, watch.longest()])),
      lockedAtEnd: new Set(locks.filter(({ watch }) => watch.lasts()).map(({ name }) => name)),
    }),
  }
}

/**
 * Find how long the price took to recover from its largest fall below the fundamental.
 * @param gap log of fundamental over price, one per tick.
 * @returns ticks from the largest gap until half of it was gone for good, or to the end when it was
 *   not; null when it never fell below.
 */
export function recoveryTicks(gap: Float64Array): number | null {
  let worst = 0
  for (let k = 1; k < gap.length; k++) if (gap[k]! > gap[worst]!) worst = k
  if (!(gap[worst]! > 0)) return null
  let last = gap.length - 1
  while (gap[last]! <= gap[worst]! / 2) last--
  return Math.min(last + 1, gap.length - 1) - worst
}
