import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Report } from '../data.ts'
import { words } from '../format.ts'
import type { OutlineNode } from '../outline.ts'
import type { ChartData, Spread, TreeDot } from './client/kit.ts'
import { clientScript } from './client/main.ts'
import { shownSpreads } from './ground.ts'
import { type Html, jsonScript, raw } from './html.ts'

/** Most assumptions drawn; the table has all. */
const BARS = 14

/** A tail over more than this factor is drawn on a logarithmic axis. */
const WIDE_TAIL = 10

/**
 * Place the nodes of an outline: level by level from left to right, leaves below each other. Where
 * branches were left out, the place of one more leaf is kept free.
 */
export function treeDots(
  outline: OutlineNode,
  lenders: readonly string[] = [],
): readonly TreeDot[] {
  const dots: TreeDot[] = []
  let leaf = 0
  const place = (node: OutlineNode, level: number, from: number): number => {
    const { kind, repaid, text, crossedFrom } = node
    const lender = node.lender === null ? 0 : Math.max(0, lenders.indexOf(node.lender))
    const own = { kind, repaid, text, lender, crosses: crossedFrom !== null }
    const mine = dots.push({ x: level, y: 0, from, ...own }) - 1
    const rows = node.children.map((child) => place(child, level + 1, mine))
    const y = rows.length === 0 ? leaf++ : (rows[0]! + rows.at(-1)!) / 2
    dots[mine] = { ...dots[mine]!, y }
    return y
  }
  place(outline, 0, -1)
  return dots
}

function barsOf({ effects }: Report): ChartData['tornado'] {
  const bars = effects.assumptions
    .map(({ name, low, high }) => ({ name, low: low.change, high: high.change }))
    .filter(({ low, high }) => low || high)
  const size = (bar: (typeof bars)[number]): number =>
    Math.max(Math.abs(bar.low ?? 0), Math.abs(bar.high ?? 0))
  return bars.sort((a, b) => size(b) - size(a)).slice(0, BARS)
}

/** Rows by shock with a value per option, for the measures that are drawn. */
function responseChart({ response, parameterDocs }: Report): ChartData['response'] {
  if (response === null || 'reason' in response) return null
  const { shock, unit, options, points, told, own } = response
  const about = parameterDocs.find((p) => p.name === shock)?.doc ?? ''
  const isFraction = unit === 'fraction'
  const scale = isFraction ? 100 : 1
  const shocks = [...new Set(points.map((p) => p.shock))]
  const rows = (name: string) =>
    shocks.map((x) => ({
      x: scale * x,
      values: options.map(
        (option) =>
          points.find((p) => p.shock === x && p.option === option)?.measures?.[name] ?? null,
      ),
    }))
  return {
    ...{ options, label: `${about ? `${shock}: ${about}` : shock}, ${isFraction ? '%' : unit}` },
    ...{ shock, unit: isFraction ? ' %' : ` ${unit}`, own: scale * own.shock },
    measures: Object.fromEntries(told.map(({ name, unit }) => [name, { unit, rows: rows(name) }])),
  }
}

/** Histogram and tail with the risk measures that lie on their axis. */
function lossChart({ distribution }: Report): ChartData['losses'] {
  if (distribution === null || distribution.bins.length === 0) return null
  const { n, unit, better, scale, bins, tail, marks } = distribution
  const positive = tail.filter((p) => p.value > 0)
  const [least, most] = [positive[0]?.value ?? 0, positive.at(-1)?.value ?? 0]
  return {
    ...{ n, unit, better, scale, bins, tail, marks },
    tailScale: scale === 'log' || (least > 0 && most > WIDE_TAIL * least) ? 'log' : 'linear',
  }
}

function defencesChart({ path }: Report): ChartData['defences'] {
  if (!path?.defences) return null
  const { halts, terms } = path.defences
  return { halts, terms, duration: path.duration }
}

/** What the charts of a report draw. */
export function chartDataOf(report: Report): ChartData {
  const { path, origins, perPath } = report
  const spreads = origins.map((origin, k): readonly [string, readonly Spread[]] => [
    `factors${k}`,
    origin.distributions.map(({ name, levels }) => ({ name: words(name), levels })),
  ])
  return {
    series: path?.series ?? null,
    order: path?.order ?? null,
    bins: path?.bins ?? [],
    losses: lossChart(report),
    picks: (report.distribution?.picks ?? []).map(({ series, bins }) => ({ series, bins })),
    defences: defencesChart(report),
    curve: path === null || 'reason' in path.curve ? null : path.curve,
    trees: {
      tree: path?.cascade ? treeDots(path.cascade.outline, path.lenders) : [],
      crossingTree: path?.crossingCascade
        ? treeDots(path.crossingCascade.outline, path.lenders)
        : [],
    },
    response: responseChart(report),
    channels: report.channels,
    tornado: barsOf(report),
    spreads: Object.fromEntries(spreads.filter(([, list]) => list.length > 0)),
    paths: Object.fromEntries(shownSpreads(report).map((name) => [name, perPath[name] ?? []])),
    units: Object.fromEntries(report.measures.map(({ name, unit }) => [name, unit])),
  }
}

/** The libraries that draw, as they lie in node_modules: d3 is what Plot itself depends on. */
function libraries(): readonly string[] {
  const plot = fileURLToPath(import.meta.resolve('@observablehq/plot'))
  const d3 = createRequire(plot).resolve('d3')
  return [
    readFileSync(join(dirname(d3), '../dist/d3.min.js'), 'utf8'),
    readFileSync(join(dirname(plot), '../dist/plot.umd.min.js'), 'utf8'),
  ]
}

/** Scripts and data of the page; nothing is loaded from anywhere. */
export function scriptsOf(report: Report): Html {
  const code = [...libraries(), clientScript()]
  const scripts = code.map(
    (text) => `<script>${text.replaceAll('</script', '<\\/script')}</script>`,
  )
  return raw(`${jsonScript('data', chartDataOf(report)).markup}\n${scripts.join('\n')}`)
}
