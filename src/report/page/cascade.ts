import type { Report } from '../data.ts'
import { clock, count, dollars, percent, short } from '../format.ts'
import type { OutlineNode } from '../outline.ts'
import { chart, type Html, html, nothing, type Part, section, table } from './html.ts'

/** Prices, liquidations and bad debt on one axis. */
export function timeSection({ path }: Report): Html {
  const title = 'The cascade over time'
  if (path === null) return section('time', title, nothing('No path was finished.'))
  if (path.duration === 0)
    return section('time', title, nothing('The run has no block: it shows the state as found.'))
  const asset = path.series.asset
  const notes: Part[] = []
  if (asset === null)
    notes.push(nothing('The scenario names no shocked asset (order: asset), so no price is drawn.'))
  if (path.bins.length === 0)
    notes.push(nothing('Nobody was liquidated: there are no bars and no cascade.'))
  if (path.order)
    notes.push(
      html`<p>Everything happens within ${clock(path.duration)}, in blocks that have no time inside; the axis counts the ${short(path.events)} events in their order.</p>`,
    )
  else
    notes.push(
      html`<p>${path.bins.length > 0 ? 'All panels share the time axis. ' : ''}Prices are read after every sampled block; debts are at reference prices. Point at a panel for numbers.</p>`,
    )
  return section('time', title, notes, html`<div class="chart" data-chart="time"></div>`)
}

/** Liquidatable and bad debt against an instantaneous fall. */
export function curveSection({ path }: Report): Html {
  const title = 'How far may the price fall?'
  if (path === null) return section('curve', title, nothing('No path was finished.'))
  const { curve } = path
  if ('reason' in curve) return section('curve', title, nothing(curve.reason))
  const { asset, own, totalDebt, along } = curve
  const others =
    along.length === 0
      ? `Only ${asset} falls; all other prices stay.`
      : `Other assets fall along in the scenario's proportion (${along.map((a) => `${a.asset} ${percent(a.ratio)}`).join(', ')} of ${asset}'s fall).`
  const mark = own
    ? html` The scenario's own fall of ${percent(own.drop)} makes ${dollars(own.liquidatable)} liquidatable (${percent(own.liquidatable / totalDebt)} of all debt) and ${dollars(own.badDebt)} bad if nobody acts.`
    : ' The scenario schedules no fall of its own.'
  return section(
    'curve',
    title,
    html`<p>The opening state, ${asset} falling at once, before anybody acts. ${others}${mark}</p>`,
    chart(
      'liquidatable',
      `Liquidatable debt (at prices before the fall), USD`,
      `against the fall of ${asset}`,
    ),
    chart(
      'uncovered',
      `Bad debt (debt beyond all collateral, after the fall), USD`,
      `against the fall of ${asset}`,
    ),
  )
}

const NAMED_KINDS = ['news', 'answer', 'liquidation', 'swap', 'impact']

function dotOf(node: OutlineNode, largest: number): Html {
  const size = 6 + 14 * Math.sqrt(node.repaid / Math.max(largest, 1e-9))
  const kind = NAMED_KINDS.includes(node.kind) ? node.kind : 'other'
  return html`<span class="dot ${kind}" style="width:${size.toFixed(1)}px;height:${size.toFixed(1)}px"></span>`
}

function rowOf(node: OutlineNode, largest: number): Html {
  const below = node.liquidations - (node.repaid > 0 ? 1 : 0)
  const led = below > 0 ? `led to ${short(below)}: ${dollars(node.caused - node.repaid)}` : ''
  return html`<span class="row">${dotOf(node, largest)}<span class="text"><a class="event" href="#e${node.event}">#${node.event}</a> ${node.text}</span><span class="usd">${led}</span></span>`
}

function restOf({ rest }: OutlineNode): Part {
  if (rest.liquidations <= 0) return ''
  return html`<li class="soft">and ${count(rest.liquidations, 'more liquidation')} of ${dollars(rest.repaid)}</li>`
}

/** A node; one with a single child goes on at the same indent, so that long chains stay readable. */
function nodeOf(node: OutlineNode, largest: number, depth: number): Part {
  const parts: Part[] = []
  let at = node
  while (at.children.length === 1 && at.rest.liquidations <= 0) {
    parts.push(html`<li>${rowOf(at, largest)}</li>\n`)
    at = at.children[0]!
  }
  if (at.children.length === 0 && at.rest.liquidations <= 0)
    return [parts, html`<li>${rowOf(at, largest)}</li>\n`]
  const inner = at.children.map((child) => nodeOf(child, largest, depth + 1))
  const open = html`${depth < 3 ? ' open' : ''}`
  return [
    parts,
    html`<li><details${open}><summary>${rowOf(at, largest)}</summary><ul>${inner}${restOf(at)}</ul></details></li>\n`,
  ]
}

function largestRepaid(node: OutlineNode): number {
  return node.children.reduce((most, child) => Math.max(most, largestRepaid(child)), node.repaid)
}

/** The largest cascade as a drawing and as an outline in words. */
export function treeSection({ path }: Report): Html {
  const title = 'The largest cascade'
  if (path === null) return section('tree', title, nothing('No path was finished.'))
  const { cascade } = path
  if (!cascade) return section('tree', title, nothing('Nobody was liquidated.'))
  const { outline, liquidations, repaid, depth, trees, events } = cascade
  const largest = largestRepaid(outline)
  return section(
    'tree',
    title,
    html`<p>Every event names the one that caused it. ${trees === 1 ? 'The only tree with liquidations has' : `The largest of ${short(trees)} trees with liquidations has`} ${count(events, 'event')}: ${count(liquidations, 'liquidation')} of ${dollars(repaid)}, at most ${depth} in one chain. Drawn are the events that led to liquidations; trades are told with the liquidation that made them, and the smallest branches are counted.</p>`,
    html`<p class="legend"><span><i class="dot news"></i>news</span><span><i class="dot answer"></i>oracle answer</span><span><i class="dot liquidation"></i>liquidation, area by debt repaid</span><span><i class="dot swap"></i>trade or price impact</span></p>`,
    liquidations > 1 ? chart('tree', 'From cause to effect,', 'left to right; point at a dot') : '',
    html`<div class="treebox" tabindex="0"><ul class="tree">${nodeOf(outline, largest, 0)}</ul></div>`,
  )
}

/** The events that the words name. */
export function eventsSection({ path }: Report): Html {
  const title = 'Events'
  if (path === null || path.eventLines.length === 0)
    return section('events', title, nothing('The words above rest on no single events.'))
  return section(
    'events',
    title,
    html`<details><summary>${count(path.eventLines.length, 'event')} that the story and the tree name, with their causes</summary>${eventTable(path.eventLines)}</details>
<p class="soft">All ${short(path.events)} events of the path are in trace.parquet beside this file.</p>`,
  )
}

function eventTable(lines: NonNullable<Report['path']>['eventLines']): Html {
  const known = new Set(lines.map((line) => line.event))
  const cause = (parent: number | null): Part => {
    if (parent === null) return 'none (root)'
    return known.has(parent) ? html`<a href="#e${parent}">#${parent}</a>` : `#${parent}`
  }
  const head = table(lines, [
    {
      title: 'event',
      align: 'right',
      cell: (l) => html`<span id="e${l.event}">#${l.event}</span>`,
    },
    { title: 'time', align: 'right', cell: (l) => clock(l.time) },
    { title: 'kind', cell: (l) => l.kind },
    { title: 'what', cell: (l) => html`<span class="w" style="max-width:560px">${l.text}</span>` },
    { title: 'caused by', cell: (l) => cause(l.parent) },
  ])
  return head
}
