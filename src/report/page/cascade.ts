import type { Cascade, PathReport, Report } from '../data.ts'
import { clock, count, dollars, percent, short } from '../format.ts'
import type { OutlineNode } from '../outline.ts'
import { chart, eventLinks, type Html, html, nothing, type Part, section, table } from './html.ts'

/** Prices, liquidations and bad debt on one axis; '' for a run without a block. */
export function timeSection({ path }: Report): Html | '' {
  const title = 'The cascade over time'
  if (path === null) return section('time', title, nothing('No path was finished.'))
  if (path.duration === 0) return ''
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

/** Colours there are for protocols; more protocols share them. */
const LENDER_COLOURS = 4

const NAMED_KINDS = ['news', 'answer', 'liquidation', 'swap', 'impact']

/** What every row of an outline is drawn with. */
type Drawn = { readonly largest: number; readonly lenders: readonly string[] }

/** Class of a dot: what it is, and for liquidations on which protocol. */
function classOf({ kind, lender, crossedFrom }: OutlineNode, lenders: readonly string[]): string {
  if (!NAMED_KINDS.includes(kind)) return 'other'
  const place = lender === null ? 0 : lenders.indexOf(lender) % LENDER_COLOURS
  return `${kind}${place > 0 ? ` lender${place}` : ''}${crossedFrom === null ? '' : ' crossing'}`
}

function dotOf(node: OutlineNode, { largest, lenders }: Drawn): Html {
  const size = 6 + 14 * Math.sqrt(node.repaid / Math.max(largest, 1e-9))
  return html`<span class="dot ${classOf(node, lenders)}" style="width:${size.toFixed(1)}px;height:${size.toFixed(1)}px"></span>`
}

function rowOf(node: OutlineNode, drawn: Drawn): Html {
  const below = node.liquidations - (node.repaid > 0 ? 1 : 0)
  const led = below > 0 ? `led to ${short(below)}: ${dollars(node.caused - node.repaid)}` : ''
  const crossed =
    node.crossedFrom === null
      ? ''
      : html`<span class="badge">${node.crossedFrom} to ${node.lender ?? ''}</span> `
  return html`<span class="row">${dotOf(node, drawn)}<span class="text"><a class="event" href="#e${node.event}">#${node.event}</a> ${crossed}${node.text}</span><span class="usd">${led}</span></span>`
}

function restOf({ rest }: OutlineNode): Part {
  if (rest.liquidations <= 0) return ''
  return html`<li class="soft">and ${count(rest.liquidations, 'more liquidation')} of ${dollars(rest.repaid)}</li>`
}

function hasCrossing(node: OutlineNode): boolean {
  return node.crossedFrom !== null || node.children.some(hasCrossing)
}

/** A node; one with a single child goes on at the same indent, so that long chains stay readable. */
function nodeOf(node: OutlineNode, drawn: Drawn, depth: number): Part {
  const parts: Part[] = []
  let at = node
  while (at.children.length === 1 && at.rest.liquidations <= 0) {
    parts.push(html`<li>${rowOf(at, drawn)}</li>\n`)
    at = at.children[0]!
  }
  if (at.children.length === 0 && at.rest.liquidations <= 0)
    return [parts, html`<li>${rowOf(at, drawn)}</li>\n`]
  const inner = at.children.map((child) => nodeOf(child, drawn, depth + 1))
  const open = html`${depth < 3 || hasCrossing(at) ? ' open' : ''}`
  return [
    parts,
    html`<li><details${open}><summary>${rowOf(at, drawn)}</summary><ul>${inner}${restOf(at)}</ul></details></li>\n`,
  ]
}

function largestRepaid(node: OutlineNode): number {
  return node.children.reduce((most, child) => Math.max(most, largestRepaid(child)), node.repaid)
}

function liquidationLegend(lenders: readonly string[]): Part {
  if (lenders.length < 2)
    return html`<span><i class="dot liquidation"></i>liquidation, area by debt repaid</span>`
  const dots = lenders.map((name, k) => {
    const own = k % LENDER_COLOURS
    return html`<span><i class="dot liquidation${own > 0 ? ` lender${own}` : ''}"></i>liquidation on ${name}</span>`
  })
  return html`${dots}<span><i class="dot liquidation crossing"></i>caused by one on another protocol</span>`
}

/** One cascade as a drawing and as an outline in words. */
function drawnCascade(cascade: Cascade, lenders: readonly string[], name: string): Html {
  const { outline, liquidations } = cascade
  const drawn: Drawn = { largest: largestRepaid(outline), lenders }
  return html`<p class="legend"><span><i class="dot news"></i>news</span><span><i class="dot answer"></i>oracle answer</span>${liquidationLegend(lenders)}<span><i class="dot swap"></i>trade or price impact</span></p>${liquidations > 1 ? chart(name, 'From cause to effect,', 'left to right; liquidations by area of debt repaid; point at a dot') : ''}<div class="treebox" tabindex="0"><ul class="tree">${nodeOf(outline, drawn, 0)}</ul></div>`
}

function sizeOf({ events, liquidations, repaid, depth }: Cascade): string {
  return `${count(events, 'event')}: ${count(liquidations, 'liquidation')} of ${dollars(repaid)}, at most ${depth} in one chain`
}

/** How often liquidations crossed from one protocol to another, and the cascade that shows it. */
function crossingPart({ lenders, crossings, cascade, crossingCascade }: PathReport): Part {
  if (lenders.length < 2 || cascade === null) return ''
  const all = crossings.reduce((sum, c) => sum + c.liquidations, 0)
  if (all === 0) return nothing('No liquidation on one protocol was caused by one on another.')
  const rows = table(crossings, [
    { title: 'caused by liquidations on', cell: (c) => c.from },
    { title: 'liquidations on', cell: (c) => c.to },
    { title: 'caused', align: 'right', cell: (c) => short(c.liquidations) },
    { title: 'of', align: 'right', cell: (c) => short(c.of) },
    { title: 'debt repaid', align: 'right', cell: (c) => dollars(c.repaid) },
    {
      title: 'the largest',
      cell: (c) => (c.largest ? eventLinks([c.largest.cause, c.largest.event]) : '-'),
    },
  ])
  const own =
    crossingCascade === null
      ? html`<p>The largest cascade, above, is also the largest that crosses protocols: ${short(cascade.crossings)} of its ${count(cascade.liquidations, 'liquidation')} were caused by one on another protocol.</p>`
      : html`<p>The largest cascade crosses no protocols. The largest that does has ${sizeOf(crossingCascade)}, ${short(crossingCascade.crossings)} of them caused by one on another protocol.</p>${drawnCascade(crossingCascade, lenders, 'crossingTree')}`
  return html`<h3>From one protocol to another</h3><p>A liquidation is caused by the last liquidation before it in its chain of causes.</p>${rows}${own}`
}

/** The largest cascade, and the largest that crosses protocols; '' for a run without a block. */
export function treeSection({ path }: Report): Html | '' {
  const title = 'The largest cascade'
  if (path === null) return section('tree', title, nothing('No path was finished.'))
  if (path.duration === 0) return ''
  const { cascade, trees, lenders } = path
  if (!cascade) return section('tree', title, nothing('Nobody was liquidated.'))
  return section(
    'tree',
    title,
    html`<p>Every event names the one that caused it. ${trees === 1 ? 'The only tree with liquidations has' : `The largest of ${short(trees)} trees with liquidations has`} ${sizeOf(cascade)}. Drawn are the events that led to liquidations; trades are told with the liquidation that made them, and the smallest branches are counted.</p>`,
    drawnCascade(cascade, lenders, 'tree'),
    crossingPart(path),
  )
}

/** The events that the words name; '' where there are none at all. */
export function eventsSection({ path }: Report): Html | '' {
  const title = 'Events'
  if (path?.events === 0) return ''
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
