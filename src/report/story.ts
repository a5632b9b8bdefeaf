import type { RunOutcome } from '../experiments/index.ts'
import { debtTotals, eventsOf, forestOf, type PathView, referencePrices } from '../measures/index.ts'
import { accountsOf } from './accounts.ts'
import { clock, dollars, percent, short } from './format.ts'
import { kindOf, pathTo, treesOf } from './tree.ts'

/** One statement with the events that prove it (none where it speaks of a state, not of events). */
export type Clause = { readonly text: string; readonly events: readonly number[] }

type Teller = {
  readonly view: PathView
  readonly asset: (index: number) => string
  readonly liquidations: readonly number[]
  /** `account 42 of compound` for an event that names a row. */
  readonly who: (event: number) => string
}

function tellerOf(view: PathView): Teller {
  const { world } = view
  const { row, instance } = world.trace.columns
  return {
    view,
    asset: index => world.spec.assets[index]?.name ?? '?',
    liquidations: eventsOf(world.trace, 'liquidation'),
    who: e => {
      const lender = world.instances[instance[e]!]!
      return `account ${lender.instance.ports?.lender?.account(row[e]!) ?? row[e]} of ${lender.name}`
    },
  }
}

/** Say one event in a few words. */
export function sayEvent(view: PathView, event: number): string {
  const { asset, who } = tellerOf(view)
  const { trace, instances } = view.world
  const c = trace.columns
  const place = instances[c.instance[event]!]?.name ?? '?'
  const name = asset(c.asset[event]!)
  switch (kindOf(trace, event)) {
    case 'news':
      return `news: ${name} at ${dollars(c.x[event]!)} (${percent(Math.expm1(c.y[event]!))})`
    case 'impact':
      return `${name} pushed to ${dollars(c.x[event]!)} on ${place} (${percent(Math.expm1(c.y[event]!))})`
    case 'answer':
      return `${place} answers ${name} = ${dollars(c.x[event]!)}`
    case 'liquidation':
      return `${who(event)}: ${dollars(c.x[event]!)} of ${asset(c.other[event]!)} repaid for ${dollars(c.y[event]!)} of ${name}`
    case 'swap':
      return `${short(c.x[event]!)} ${name} sold for ${short(c.y[event]!)} ${asset(c.other[event]!)} on ${place}`
    case 'insolvent':
      return `${who(event)} is left with ${dollars(c.x[event]!)} of debt and no collateral`
    case 'topUp':
      return `account ${c.row[event]} adds ${dollars(c.x[event]!)} of ${name}`
    case 'unwind':
      return `account ${c.row[event]} unwinds ${dollars(c.x[event]!)} of ${name}`
    case 'failed':
      return `${place}: refused, ${trace.texts[c.other[event]!]}`
  }
}

function opening({ view }: Teller): Clause {
  const { totalDebt, liquidatableShare, debtors } = view.opening
  const share = view.world.all('shock').length
    ? ` If the whole shock came at once, ${percent(liquidatableShare)} of it would be liquidatable.`
    : ''
  return {
    text: `${debtors.toLocaleString('en-US')} accounts owe ${dollars(totalDebt)}.${share}`,
    events: [],
  }
}

function first({ view, liquidations, who }: Teller): Clause | null {
  const e = liquidations[0]
  if (e === undefined) return null
  const { trace } = view.world
  const way = pathTo(trace, e)
  const root = way[0]!
  const cause = root === e ? 'it stood below its threshold from the start' : sayEvent(view, root)
  return {
    text: `First to break, after ${clock(trace.columns.time[e]!)}: ${who(e)} (cause: ${cause}).`,
    events: way,
  }
}

function volume({ view, liquidations, asset }: Teller): Clause | null {
  if (liquidations.length === 0) return null
  const c = view.world.trace.columns
  const seized = new Map<string, number>()
  const rows = new Set<string>()
  let repaid = 0
  let total = 0
  for (const e of liquidations) {
    repaid += c.x[e]!
    total += c.y[e]!
    rows.add(`${c.instance[e]}:${c.row[e]}`)
    const name = asset(c.asset[e]!)
    seized.set(name, (seized.get(name) ?? 0) + c.y[e]!)
  }
  const parts = [...seized].sort((a, b) => b[1] - a[1]).slice(0, 3)
  const mix = parts.map(([name, value]) => `${percent(value / total)} ${name}`).join(', ')
  const largest = liquidations.reduce((a, b) => (c.x[b]! > c.x[a]! ? b : a))
  return {
    text: `${liquidations.length.toLocaleString('en-US')} liquidations of ${rows.size.toLocaleString('en-US')} accounts repaid ${dollars(repaid)} and sold ${dollars(total)} of collateral (${mix}); the largest took ${dollars(c.x[largest]!)}.`,
    events: [largest],
  }
}

function channel({ view, liquidations, asset }: Teller): Clause | null {
  if (liquidations.length === 0) return null
  const { trace } = view.world
  const { depth } = forestOf(trace)
  const impacts = eventsOf(trace, 'impact')
  const caused = liquidations.filter(e => depth[e]! > 1).length
  const deepest = liquidations.reduce((a, b) => (depth[b]! > depth[a]! ? b : a))
  const spread = `${percent(caused / liquidations.length)} of the liquidations were caused by an earlier one; the longest chain has ${depth[deepest]}`
  if (impacts.length === 0) return { text: `${spread}.`, events: [deepest] }
  const worst = impacts.reduce((a, b) => (trace.columns.w[b]! < trace.columns.w[a]! ? b : a))
  const fall = percent(-Math.expm1(trace.columns.w[worst]!))
  return {
    text: `Channel: sales pushed ${asset(trace.columns.asset[worst]!)} up to ${fall} below its fundamental price after ${clock(trace.columns.time[worst]!)}; ${spread}.`,
    events: [worst, deepest],
  }
}

function largestTree({ view }: Teller): Clause | null {
  const tree = treesOf(view.world.trace)[0]
  if (!tree || tree.liquidations < 2) return null
  return {
    text: `Largest cascade: ${sayEvent(view, tree.root)} led to ${tree.liquidations} liquidations of ${dollars(tree.repaid)}, ${tree.depth} deep.`,
    events: [tree.root, tree.events[tree.events.length - 1]!],
  }
}

function refused({ view }: Teller): Clause | null {
  const { trace } = view.world
  const failed = eventsOf(trace, 'failed')
  if (failed.length === 0) return null
  const counts = new Map<string, number>()
  for (const e of failed) {
    const reason = trace.texts[trace.columns.other[e]!]!
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  const parts = [...counts].sort((a, b) => b[1] - a[1]).slice(0, 3)
  const why = parts.map(([reason, n]) => `${n.toLocaleString('en-US')} "${reason}"`).join(', ')
  return { text: `${failed.length.toLocaleString('en-US')} actions failed: ${why}.`, events: [failed[0]!] }
}

function losses({ view }: Teller): Clause {
  const { world, opening: start } = view
  const accounts = accountsOf(world).filter(a => a.badDebt > 0)
  const bad = accounts.reduce((total, a) => total + a.badDebt, 0)
  if (bad === 0) return { text: 'No bad debt: every account can still pay.', events: [] }
  const worst = [...accounts].sort((a, b) => b.badDebt - a.badDebt)[0]!
  return {
    text: `Bad debt at the end: ${dollars(bad)} (${percent(bad / start.totalDebt)} of all debt) in ${accounts.length.toLocaleString('en-US')} accounts; the worst is account ${worst.account} of ${worst.lender} with ${dollars(worst.badDebt)}. Those who lent to them bear it.`,
    events: eventsOf(world.trace, 'insolvent').slice(0, 1),
  }
}

function backlog({ view }: Teller): Clause | null {
  const { world } = view
  const prices = referencePrices(world, new Float64Array(world.spec.assets.length))
  const { liquidatable } = debtTotals(world, prices, prices)
  if (liquidatable === 0) return null
  return {
    text: `${dollars(liquidatable)} of debt still stands below its threshold and was not liquidated: too small, too late or no capital.`,
    events: [],
  }
}

/**
 * Tell one path in words: what broke, in which order, through which channel, who lost how much.
 * @returns clauses; each names the events that prove it.
 */
export function storyOf(outcome: RunOutcome): readonly Clause[] {
  if (outcome.view === null) return []
  const teller = tellerOf(outcome.view)
  if (teller.liquidations.length === 0)
    return [opening(teller), { text: 'Nobody was liquidated.', events: [] }, losses(teller)]
  return [opening, first, volume, channel, largestTree, refused, losses, backlog].flatMap(
    tell => tell(teller) ?? [],
  )
}
