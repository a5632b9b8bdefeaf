import type { RunOutcome } from '../experiments/index.ts'
import {
  assetsOf,
  eventsOf,
  forestOf,
  lendersOf,
  openingBadDebt,
  type PathView,
  referencePrices,
  shockedPrices,
} from '../measures/index.ts'
import { type AccountRow, accountsOf } from './accounts.ts'
import { crossingCounts } from './contagion.ts'
import { sayDealers } from './dealers.ts'
import { clock, count, dollars, percent, price, short } from './format.ts'
import { sayGaps, sayTrough } from './gaps.ts'
import { bookingsOf, proofsOf } from './proofs.ts'
import { salesMove } from './salesMove.ts'
import { sayAccount, sayEvent } from './say.ts'
import { kindOf, pathTo, treesOf } from './tree.ts'
import { isLeft, reasonsOf, troubledOf } from './troubled.ts'

/** One statement with the events that prove it (none where it speaks of a state, not of events). */
export type Clause = { readonly text: string; readonly events: readonly number[] }

/** Smallest log move of a price that is worth a word. */
const VISIBLE = 1e-5

type Teller = {
  readonly view: PathView
  readonly asset: (index: number) => string
  readonly liquidations: readonly number[]
  readonly accounts: readonly AccountRow[]
}

function tellerOf(view: PathView): Teller {
  const { world } = view
  return {
    view,
    asset: (index) => world.spec.assets[index]?.name ?? '?',
    liquidations: eventsOf(world.trace, 'liquidation'),
    accounts: accountsOf(world),
  }
}

function isAre(n: number): string {
  return n === 1 ? 'is' : 'are'
}

/** Sum of an event column. */
function total(events: readonly number[], column: Float64Array): number {
  return events.reduce((sum, e) => sum + column[e]!, 0)
}

/** The event with the largest value. */
function largestOf(events: readonly number[], column: ArrayLike<number>): number {
  return events.reduce((a, b) => (column[b]! > column[a]! ? b : a))
}

/** What the scheduled shocks would do at once: a sentence, or '' when none is scheduled. */
function shockText({ view, asset }: Teller): string {
  const { world, focus, opening: start } = view
  if (world.all('shock').length === 0) return ''
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const after = shockedPrices(world, prices)
  const share = percent(start.liquidatableShare)
  if (after.every((value, a) => value === prices[a]))
    return ` ${share} of it is liquidatable from the start.`
  const moved = focus.asset < 0 ? 0 : after[focus.asset]! / prices[focus.asset]! - 1
  const what = moved === 0 ? '' : ` (${asset(focus.asset)} ${percent(moved)})`
  return ` If the whole shock came at once${what}, ${share} of it would be liquidatable.`
}

function opening(teller: Teller): Clause {
  const { totalDebt, debtors } = teller.view.opening
  if (debtors === 0) return { text: 'Nobody owes anything at the start.', events: [] }
  const owe = `${count(debtors, 'account')} ${debtors === 1 ? 'owes' : 'owe'} ${dollars(totalDebt)}.`
  return { text: owe + shockText(teller), events: [] }
}

function brokenAt({ view, asset }: Teller, e: number): string {
  const { columns } = view.world.trace
  return `${sayAccount(view.world, e)} after ${clock(columns.time[e]!)} (${dollars(columns.x[e]!)} of ${asset(columns.other[e]!)} repaid)`
}

/** Who was liquidated first without any price move, and whom a move broke first. */
function first(teller: Teller): Clause | null {
  const { view, liquidations } = teller
  const { trace } = view.world
  const { parent } = trace.columns
  const early = liquidations[0]
  if (early === undefined) return null
  const moved = liquidations.find((e) => parent[e]! >= 0)
  const way = moved === undefined ? [] : pathTo(trace, moved)
  const by =
    moved === undefined
      ? ''
      : `First to break: ${brokenAt(teller, moved)}; it began with ${sayEvent(view.world, way[0]!)}.`
  const ends = way.length > 8 ? [...way.slice(0, 4), ...way.slice(-4)] : way
  if (early === moved) return { text: by, events: ends }
  const before = `First to be liquidated: ${brokenAt(teller, early)}, below its threshold without a price move.`
  return { text: `${before} ${by}`.trim(), events: [early, ...ends] }
}

/** When the repaid debt was repaid, and the largest part of it; '' for one liquidation. */
function spanOf({ view, liquidations }: Teller, largest: number): string {
  if (liquidations.length < 2) return ''
  const { x, time } = view.world.trace.columns
  const most = `the largest ${dollars(x[largest]!)}`
  const last = time[liquidations.at(-1)!]!
  if (time[liquidations[0]!] === last) return ` (all after ${clock(last)}, ${most})`
  const half = total(liquidations, x) / 2
  let sum = 0
  let at = last
  for (const e of liquidations) {
    if (sum < half) at = time[e]!
    sum += x[e]!
  }
  return ` (half of it by ${clock(at)}, ${most})`
}

function volume(teller: Teller): Clause | null {
  const { view, liquidations, asset } = teller
  if (liquidations.length === 0) return null
  const c = view.world.trace.columns
  const seized = new Map<string, number>()
  const rows = new Set<string>()
  for (const e of liquidations) {
    rows.add(`${c.instance[e]}:${c.row[e]}`)
    const name = asset(c.asset[e]!)
    seized.set(name, (seized.get(name) ?? 0) + c.y[e]!)
  }
  const sum = total(liquidations, c.y)
  const parts = [...seized].sort((a, b) => b[1] - a[1]).slice(0, 3)
  const told = parts.reduce((all, [, value]) => all + value, 0) / sum
  const mix =
    told < 0.5
      ? `${count(seized.size, 'asset')}, none above ${percent(parts[0]![1] / sum)}`
      : parts.map(([name, value]) => `${percent(value / sum)} ${name}`).join(', ')
  const largest = largestOf(liquidations, c.x)
  return {
    text: `${count(liquidations.length, 'liquidation')} of ${count(rows.size, 'account')} repaid ${dollars(total(liquidations, c.x))}${spanOf(teller, largest)} and seized ${dollars(sum)} of collateral: ${mix}.`,
    events: [largest],
  }
}

/** How far trades pushed reference prices from their fundamentals: the shocked asset, then the worst. */
function pushed({ view, asset }: Teller): Clause | null {
  const { asset: code, w, time } = view.world.trace.columns
  const impacts = eventsOf(view.world.trace, 'impact')
  const below = impacts.filter((e) => w[e]! < -VISIBLE)
  if (below.length === 0) return null
  const lowest = (events: readonly number[]): number =>
    events.reduce((a, b) => (w[b]! < w[a]! ? b : a))
  const size = (e: number): string => percent(Math.abs(Math.expm1(w[e]!)))
  const worst = lowest(below)
  const own = below.filter((e) => code[e] === view.focus.asset)
  const main = own.length > 0 ? lowest(own) : worst
  const name = asset(code[main]!)
  const high = largestOf(
    impacts.filter((e) => code[e] === code[main]),
    w,
  )
  const above =
    w[high]! > Math.max(VISIBLE, -w[main]!)
      ? ` and, by buying, ${size(high)} above it (after ${clock(time[high]!)})`
      : ''
  const text = `trades pushed ${name} up to ${size(main)} below its fundamental price (after ${clock(time[main]!)})${above}`
  const events = above ? [main, high] : [main]
  if (main === worst) return { text, events }
  const other = `hardest hit was ${asset(code[worst]!)}, ${size(worst)} below (after ${clock(time[worst]!)})`
  return { text: `${text}; ${other}`, events: [...events, worst] }
}

/** How far the sales of liquidators moved a venue that is the only price there is. */
function moved({ view }: Teller): Clause | null {
  const worst = salesMove(view.world)
  if (worst === null) return null
  if (worst.move > -VISIBLE) return { text: 'sales did not move the price', events: [worst.last] }
  return { text: `${worst.text} in all`, events: [worst.last] }
}

function channel(teller: Teller): Clause | null {
  const { view, liquidations } = teller
  if (liquidations.length === 0) return null
  const { depth } = forestOf(view.world.trace)
  const caused = liquidations.filter((e) => depth[e]! > 1).length
  const deepest = largestOf(liquidations, depth)
  const spread =
    caused === 0
      ? 'no liquidation was caused by another'
      : `${percent(caused / liquidations.length)} of the liquidations were caused by an earlier one, in chains of up to ${depth[deepest]}`
  const price = pushed(teller) ?? moved(teller)
  return {
    text: `Channel: ${price ? `${price.text}; ` : ''}${spread}.`,
    events: [...(price?.events ?? []), ...(caused === 0 ? [] : [deepest])],
  }
}

function largestTree({ view }: Teller): Clause | null {
  const { trace } = view.world
  const tree = treesOf(trace)[0]
  if (!tree || tree.liquidations < 2) return null
  const last = tree.events.findLast((e) => kindOf(trace, e) === 'liquidation')!
  return {
    text: `Largest cascade: ${count(tree.liquidations, 'liquidation')} of ${dollars(tree.repaid)}, up to ${tree.depth} deep, all from one event: ${sayEvent(view.world, tree.root)}.`,
    events: [tree.root, last],
  }
}

/** How many liquidations of one protocol were caused by those of another; nothing with one protocol. */
function contagion({ view, liquidations }: Teller): Clause | null {
  const counts = crossingCounts(view.world)
  if (counts.length === 0 || liquidations.length === 0) return null
  const crossed = counts.filter((c) => c.liquidations > 0)
  if (crossed.length === 0) {
    // Where no liquidation caused another at all, the channel's clause says so.
    const { depth } = forestOf(view.world.trace)
    if (liquidations.every((e) => depth[e]! < 2)) return null
    const text = 'Contagion: no liquidation on one protocol was caused by one on another.'
    return { text, events: [] }
  }
  const told = counts.length === 2 ? counts : crossed
  const parts = told.map((c) => {
    const repaid = c.liquidations > 0 ? `, ${dollars(c.repaid)} of debt,` : ''
    return `${short(c.liquidations)} of the ${count(c.of, 'liquidation')} on ${c.to}${repaid} by liquidations on ${c.from}`
  })
  return {
    text: `Contagion: ${parts.join(' and ').replace(' by ', ' were caused by ')}.`,
    events: crossed.flatMap(({ largest }) => [largest!.cause, largest!.event]),
  }
}

function refused({ view }: Teller): Clause | null {
  const { trace, instances } = view.world
  const { instance, other, x } = trace.columns
  const failed = eventsOf(trace, 'failed')
  if (failed.length === 0) return null
  const counts = new Map<string, { n: number; first: number }>()
  for (const e of failed) {
    const key = `of ${instances[instance[e]!]!.name} ("${trace.texts[other[e]!]}")`
    const known = counts.get(key)
    counts.set(key, { n: (known?.n ?? 0) + 1, first: known?.first ?? e })
  }
  const parts = [...counts].sort((a, b) => b[1].n - a[1].n).slice(0, 3)
  const why = parts.map(([key, { n }]) => `${short(n)} ${key}`).join(', ')
  const lost = `lost ${dollars(total(failed, x))} of gas`
  return {
    text: `${count(failed.length, 'transaction')} failed and ${lost}: ${why}.`,
    events: parts.map(([, { first: e }]) => e),
  }
}

/** What borrowers lost to liquidators and the protocol. */
function penalty({ view, liquidations }: Teller): Clause | null {
  if (liquidations.length === 0) return null
  const { x, y } = view.world.trace.columns
  const lost = total(liquidations, y) - total(liquidations, x)
  if (!(lost > 0)) return null
  const gains = y.map((value, e) => value - x[e]!)
  return {
    text: `Borrowers lost ${dollars(lost)} to liquidators and the protocol: collateral seized beyond the debt repaid.`,
    events: [largestOf(liquidations, gains)],
  }
}

/** Bad debt that protocols have taken off accounts and booked, USD at reference prices. */
function bookedDeficit({ world }: PathView): number {
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const deficits = lendersOf(world).flatMap((lender) =>
    assetsOf(lender).map((asset) => lender.deficit(asset) * prices[asset]!),
  )
  return deficits.reduce((all, usd) => all + usd, 0)
}

/** What lenders lose: what accounts cannot pay, and what has been written off already. */
function losses({ view, accounts }: Teller): Clause {
  const { world, opening: start } = view
  const before = openingBadDebt(view)
  const booked = bookedDeficit(view)
  const bad = accounts.filter((a) => a.badDebt > 0).sort((a, b) => b.badDebt - a.badDebt)
  const sum = bad.reduce((all, a) => all + a.badDebt, 0)
  if (sum + booked === 0) return { text: 'No bad debt: every account can still pay.', events: [] }
  const share = (usd: number): string =>
    start.totalDebt > 0
      ? `${percent(usd / start.totalDebt)} of the opening debt`
      : 'nothing was owed before'
  if (sum === 0)
    return {
      text: `Lenders lose ${dollars(booked)}: bad debt written off (${share(booked)}); every account that is left can pay.`,
      events: bookingsOf(world),
    }
  const top = bad.slice(0, 10).reduce((all, a) => all + a.badDebt, 0)
  const worst = bad[0]!
  const isFound = world.spec.ticks === 0
  const known = before > 0 && !isFound ? `; it was ${dollars(before)} before the first block` : ''
  const who = `account ${worst.account} of ${worst.lender} owes ${dollars(worst.badDebt)} of it`
  const spread = bad.length > 10 ? `; ${who}, the worst ten ${percent(top / sum)}` : `; ${who}`
  return {
    text: `${isFound ? 'Lenders have lost' : 'Lenders lose'} ${dollars(sum)} (bad debt, ${share(sum)}${known}) to ${count(bad.length, 'account')}${bad.length > 1 ? spread : ''}${booked > 0 ? `; ${dollars(booked)} more is written off` : ''}.`,
    events: proofsOf(world, bad),
  }
}

/** Most reasons that are told; the report has all. */
const REASONS_TOLD = 3

/** Who is below the threshold with collateral left, and why nobody liquidated them. */
function backlog({ view, accounts }: Teller): Clause | null {
  const left = accounts.filter(isLeft)
  if (left.length === 0) return null
  const sum = left.reduce((all, a) => all + a.debt, 0)
  const reasons = reasonsOf(troubledOf(view.world, left))
  const only = reasons.length === 1
  const told = reasons
    .slice(0, REASONS_TOLD)
    .map((r) => (only ? r.meaning : `${short(r.accounts)} (${dollars(r.debt)}): ${r.meaning}`))
  const more = reasons.length > REASONS_TOLD ? ['others for other reasons'] : []
  return {
    text: `Left over: ${count(left.length, 'account')} with ${dollars(sum)} of debt ${isAre(left.length)} below the threshold and not liquidated: ${[...told, ...more].join('; ')}.`,
    events: [],
  }
}

/** The state of the shocked asset's price at the end, when nobody was liquidated. */
function calm({ view, asset }: Teller): Clause {
  const { focus, opening: start, world } = view
  if (world.spec.ticks === 0)
    return { text: 'Nobody acts in this run: it shows the state as found.', events: [] }
  const now = focus.asset < 0 ? Number.NaN : (focus.source?.price(focus.asset) ?? Number.NaN)
  const where = Number.isFinite(now)
    ? ` ${asset(focus.asset)} went from ${price(start.focusPrice)} to ${price(now)}.`
    : ''
  return { text: `Nobody was liquidated.${where}`, events: [] }
}

/**
 * Tell one path in words: what broke, in which order, through which channel, who lost how much.
 * @returns clauses; each names the events that prove it.
 */
export function storyOfPath(view: PathView): readonly Clause[] {
  const teller = tellerOf(view)
  const gaps = [sayDealers(view) ?? [], sayGaps(view) ?? []].flat()
  // Where nobody lends there are only prices to tell of.
  if (lendersOf(view.world).length === 0)
    return [gaps, sayTrough(view) ?? [], refused(teller) ?? []].flat()
  const tell =
    teller.liquidations.length === 0
      ? [opening, calm, refused, losses, backlog]
      : [opening, first, volume, channel, largestTree, contagion, refused, penalty, losses, backlog]
  return [...tell.flatMap((say) => say(teller) ?? []), gaps].flat()
}

/** Tell the last finished path of a run in words; empty when none is standing. */
export function storyOf(outcome: RunOutcome): readonly Clause[] {
  return outcome.view === null ? [] : storyOfPath(outcome.view)
}
