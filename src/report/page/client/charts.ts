/** Charts that stand alone: the price fall, the tree, effects, distributions, spread over paths. */
import {
  type Box,
  type ChartData,
  frame,
  legend,
  type PlotLibrary,
  percentFine,
  plain,
  plainFine,
  type Spread,
  type TreeDot,
  tooltip,
  usd,
  usdFine,
} from './kit.ts'

declare const Plot: PlotLibrary

/** Draw debt against an instantaneous fall, with the scenario's own fall marked. */
export function drawCurve(box: Box, { curve }: ChartData, key: 'liquidatable' | 'badDebt'): void {
  if (!curve) return
  const rows = curve.points.map((p) => ({ ...p, x: 100 * p.drop }))
  const share = (v: number): string => `${((100 * v) / curve.totalDebt).toFixed(2)} % of all debt`
  const say = (p: (typeof rows)[number]): string =>
    `${curve.asset} -${plain(p.x)} %\n${usd(p[key])}\n${share(p[key])}`
  const own = curve.own ? [{ x: 100 * curve.own.drop, y: curve.own[key] }] : []
  const top = Math.max(...rows.map((p) => p[key]))
  const label = (p: { x: number; y: number }): string => `scenario: -${plain(p.x)} %, ${usd(p.y)}`
  const toLeft = own.length > 0 && own[0]!.x > 40
  const side = { textAnchor: toLeft ? 'end' : 'start', dx: toLeft ? -6 : 6 }
  frame(box, 220, {
    marginTop: 28,
    x: {
      ...{ domain: [0, Math.max(80, own[0]?.x ?? 0)], labelAnchor: 'right', ticks: 8 },
      label: `instantaneous fall of ${curve.asset}, %`,
    },
    y: {
      grid: true,
      label: null,
      tickFormat: usd,
      ...(top > 0 ? { zero: true } : { domain: [0, 1] }),
    },
    marks: [
      Plot.ruleY([0], { stroke: 'var(--grey)' }),
      Plot.lineY(rows, {
        ...{ x: 'x', y: key, strokeWidth: 1.8 },
        stroke: key === 'badDebt' ? 'var(--bad)' : 'var(--c1)',
      }),
      Plot.ruleX(own, { x: 'x', stroke: 'var(--c2)', strokeDasharray: '4,3' }),
      Plot.dot(own, { x: 'x', y: 'y', fill: 'var(--c2)', r: 4 }),
      Plot.text(own, {
        x: 'x',
        frameAnchor: 'top',
        dy: -16,
        text: label,
        fill: 'currentColor',
        ...side,
      }),
      tooltip(rows, 'x', { x: 'x', y: key, title: say }),
    ],
  })
}

/** Draw a cascade from left (cause) to right (effect). */
export function drawTree(box: Box, tree: readonly TreeDot[]): void {
  const at = { x: 'x', y: 'y' }
  const links = tree.flatMap((d) => {
    const from = tree[d.from]
    return from ? [{ x1: from.x, y1: from.y, x2: d.x, y2: d.y }] : []
  })
  const rows = 1 + Math.max(...tree.map((d) => d.y))
  const largest = Math.max(...tree.map((d) => d.repaid))
  const level = (box.clientWidth - 100) / Math.max(1, ...tree.map((d) => d.x))
  const most = Math.max(2.5, Math.min(14, level / 2.2))
  const radius = (d: TreeDot): number =>
    d.repaid > 0 ? 2 + (most - 2) * Math.sqrt(d.repaid / largest) : Math.min(3, most)
  const lenders = ['var(--c1)', 'var(--c6)', 'var(--c5)', 'var(--c4)']
  const color = ({ kind, lender }: TreeDot): string =>
    ({ news: 'var(--grey)', answer: 'var(--c2)', liquidation: lenders[lender % 4]! })[kind] ??
    (kind === 'swap' || kind === 'impact' ? 'var(--c3)' : 'var(--c4)')
  const named = tree
    .filter((d) => level > 62 && d.repaid > largest / 50)
    .sort((a, b) => b.repaid - a.repaid)
  const wrap = (d: TreeDot): string => d.text.replaceAll(': ', ':\n').replaceAll('; ', '\n')
  const label = { text: (d: TreeDot) => usd(d.repaid), textAnchor: 'start', dx: 17, dy: -1 }
  frame(box, Math.min(860, Math.max(90, 17 * rows)), {
    ...{ marginLeft: 22, marginRight: 78, marginTop: 18, marginBottom: 18 },
    ...{ x: { axis: null }, y: { axis: null, reverse: true }, r: { type: 'identity' } },
    marks: [
      Plot.link(links, {
        ...{ x1: 'x1', y1: 'y1', x2: 'x2', y2: 'y2', curve: 'bump-x' },
        ...{ stroke: 'var(--grey)', strokeOpacity: 0.55 },
      }),
      Plot.dot(tree, { ...at, r: radius, fill: color, stroke: 'var(--bg)' }),
      Plot.dot(
        tree.filter((d) => d.crosses),
        { ...at, r: (d: TreeDot) => radius(d) + 1.5, stroke: 'var(--text)', strokeWidth: 1.5 },
      ),
      Plot.text(named.slice(0, 6), {
        ...{ ...at, ...label, fill: 'currentColor', stroke: 'var(--bg)', strokeWidth: 4 },
      }),
      tooltip(tree, 'xy', { ...at, title: wrap }),
    ],
  })
}

/** Scale of a bar chart over zero: logarithmic to both sides where one bar would hide the others. */
function changeScale(changes: readonly number[], width: number): Record<string, unknown> {
  const sizes = changes.map(Math.abs).sort((a, b) => b - a)
  const largest = sizes[0] ?? 1
  if (largest <= 20 * (sizes[Math.floor(sizes.length / 2)] ?? 1)) return { ticks: 5, nice: true }
  const constant = 10 ** (Math.ceil(Math.log10(largest)) - 6)
  const [least, most] = [Math.min(0, ...changes), Math.max(0, ...changes)]
  const powers = Array.from({ length: 6 }, (_, k) => constant * 10 ** (k + 1))
  const kept = powers.filter((_, k) => width >= 620 || k % 3 === 2)
  const ticks = [...kept.map((p) => -p), 0, ...kept].filter((t) => t >= least && t <= most)
  return { type: 'symlog', constant, ticks, domain: [least, most] }
}

/** Draw the change of bad debt when assumptions are changed. */
export function drawTornado(box: Box, { tornado }: ChartData): void {
  type Point = { name: string; change: number; at: string }
  const points = tornado.flatMap(({ name, low, high }): Point[] => [
    ...(low === null ? [] : [{ name, change: low, at: '-20 %' }]),
    ...(high === null ? [] : [{ name, change: high, at: '+20 %' }]),
  ])
  const changes = points.map((p) => p.change)
  const scale = changeScale(changes, box.clientWidth)
  const color = (p: Point): string => (p.at === '-20 %' ? 'var(--c3)' : 'var(--c2)')
  const note = scale.type === 'symlog' ? ' (logarithmic to both sides)' : ''
  const say = (p: Point): string =>
    `${p.name} at ${p.at}\n${p.change > 0 ? '+' : ''}${usd(p.change)}`
  const strokes = [
    { name: 'assumption at -20 %', color: 'var(--c3)' },
    { name: 'at +20 %', color: 'var(--c2)' },
  ]
  legend(box, strokes)
  frame(box, 20 + 23 * tornado.length, {
    marginLeft: 132,
    x: { grid: true, tickFormat: usd, label: `change of bad debt, USD${note}`, ...scale },
    y: { label: null, domain: tornado.map((t) => t.name) },
    marks: [
      Plot.ruleX([0], { stroke: 'var(--grey)' }),
      Plot.link(points, {
        ...{ x1: 0, x2: 'change', y1: 'name', y2: 'name', stroke: color, strokeWidth: 2 },
      }),
      Plot.dot(points, { x: 'change', y: 'name', fill: color, r: 4.5 }),
      tooltip(points, 'xy', { x: 'change', y: 'name', title: say }),
    ],
  })
}

/** Draw distributions of factors as boxes, with the bounds 0.8 and 1.2. */
export function drawSpreads(box: Box, spreads: readonly Spread[]): void {
  const level = (key: string) => (s: Spread) => s.levels[key]
  const ends = spreads.flatMap(({ name, levels }) =>
    [levels.p01, levels.p99].map((x) => ({ name, x: x ?? levels.p50 })),
  )
  const y = { y: 'name', stroke: 'var(--c1)' }
  frame(box, 24 + 30 * spreads.length, {
    marginLeft: 132,
    x: { type: 'log', grid: true, label: 'factor (logarithmic)', tickFormat: plain, ticks: 5 },
    y: { label: null, domain: spreads.map((s) => s.name) },
    marks: [
      Plot.ruleX([0.8, 1.2], { stroke: 'var(--c2)', strokeDasharray: '4,3' }),
      Plot.ruleY(spreads, { ...y, x1: level('p05'), x2: level('p95'), strokeWidth: 2 }),
      Plot.ruleY(spreads, { ...y, x1: level('p25'), x2: level('p75'), strokeWidth: 9 }),
      Plot.tickX(spreads, {
        y: 'name',
        x: level('p50'),
        stroke: 'var(--text)',
        strokeWidth: 2,
        inset: 4,
      }),
      Plot.dot(ends, { y: 'name', x: 'x', r: 3, fill: 'var(--c1)' }),
      tooltip(spreads, 'xy', {
        ...{ y: 'name', x: level('p50') },
        title: (s: Spread) =>
          Object.entries(s.levels)
            .map(([k, v]) => `${k}: ${plain(v)}`)
            .join('\n'),
      }),
    ],
  })
}

/** Draw one tick per path, and the mean. */
export function drawPaths(box: Box, data: ChartData, name: string): void {
  const values = data.paths[name] ?? []
  const unit = data.units[name] ?? ''
  const format = unit === 'USD' ? usdFine : unit === 'fraction' ? percentFine : plainFine
  const rows = values.flatMap((value, path) => (value === null ? [] : [{ value, path }]))
  const mean = rows.reduce((sum, r) => sum + r.value, 0) / rows.length
  frame(box, 34, {
    x: {
      ...{ label: null, tickFormat: format, nice: true },
      ticks: box.clientWidth < 560 ? 3 : 5,
    },
    marks: [
      Plot.ruleX(rows, { x: 'value', stroke: 'var(--c1)', strokeOpacity: 0.7, insetTop: 12 }),
      Plot.ruleX([mean], { stroke: 'var(--c2)', strokeWidth: 2.5 }),
      tooltip(rows, 'x', {
        x: 'value',
        title: (r: (typeof rows)[number]) => `path ${r.path}: ${format(r.value)}`,
      }),
    ],
  })
}

/** The functions of this file, for the page. */
export const CHARTS: readonly ((...args: never[]) => unknown)[] = [
  ...[drawCurve, drawTree, changeScale, drawTornado, drawSpreads, drawPaths],
]
