/** What the page does when it is opened: draw every chart, again when its width changes. */
import { CHARTS, drawCurve, drawPaths, drawSpreads, drawTornado, drawTree } from './charts.ts'
import { CONTAGION, drawChannels, drawResponse } from './contagion.ts'
import { DEFENCES, drawDefences } from './controls.ts'
import {
  add,
  type Box,
  type ChartData,
  escaped,
  frame,
  legend,
  money,
  type Page,
  percentFine,
  plain,
  plainFine,
  stretch,
  tokenPrice,
  tooltip,
  usd,
  usdFine,
} from './kit.ts'
import { drawExceedance, drawLosses, drawPick, LOSSES } from './losses.ts'
import { drawTime, PANELS } from './panels.ts'

declare const document: Page
declare const window: {
  addEventListener(name: string, listener: () => void): void
  readonly location: { readonly hash: string }
}

function drawChart(box: Box, data: ChartData): void {
  const name = box.dataset.chart ?? ''
  box.innerHTML = ''
  if (name === 'time') drawTime(box, data)
  else if (name === 'losses') drawLosses(box, data)
  else if (name === 'exceedance') drawExceedance(box, data)
  else if (name.startsWith('pick:')) drawPick(box, data, Number(name.slice(5)))
  else if (name === 'liquidatable') drawCurve(box, data, 'liquidatable')
  else if (name === 'uncovered') drawCurve(box, data, 'badDebt')
  else if (name === 'tree') drawTree(box, data.trees.tree ?? [])
  else if (name === 'crossingTree') drawTree(box, data.trees.crossingTree ?? [])
  else if (name === 'defences') drawDefences(box, data)
  else if (name === 'channels') drawChannels(box, data)
  else if (name.startsWith('response:')) drawResponse(box, data, name.slice(9))
  else if (name === 'tornado') drawTornado(box, data)
  else if (name.startsWith('path:')) drawPaths(box, data, name.slice(5))
  else drawSpreads(box, data.spreads[name] ?? [])
}

/** Open what is folded around the element that the address names. */
function reveal(): void {
  let at = document.getElementById(window.location.hash.slice(1))?.closest('details') ?? null
  while (at) {
    at.open = true
    at = at.parentElement?.closest('details') ?? null
  }
}

function start(): void {
  const data = JSON.parse(document.getElementById('data')!.textContent) as ChartData
  const drawn = new Map<Box, number>()
  const drawAll = (): void => {
    for (const box of document.querySelectorAll('[data-chart]')) {
      // What is folded away has no width; it is drawn when it is opened.
      if (box.clientWidth === 0 || drawn.get(box) === box.clientWidth) continue
      drawn.set(box, box.clientWidth)
      try {
        drawChart(box, data)
      } catch (error) {
        add(box, 'p', 'nothing', `This chart cannot be drawn: ${escaped(String(error))}`)
      }
    }
  }
  drawAll()
  reveal()
  window.addEventListener('resize', drawAll)
  window.addEventListener('click', drawAll)
  window.addEventListener('hashchange', reveal)
}

const OWN: readonly ((...args: never[]) => unknown)[] = [
  ...[
    add,
    escaped,
    frame,
    legend,
    money,
    percentFine,
    plain,
    plainFine,
    stretch,
    tokenPrice,
    tooltip,
    usd,
    usdFine,
  ],
  ...[drawChart, reveal, start],
]

/** Write the page's script: all functions, then the start. */
export function clientScript(): string {
  const functions = [...OWN, ...PANELS, ...CHARTS, ...CONTAGION, ...LOSSES, ...DEFENCES].map((f) =>
    f.toString(),
  )
  return `${functions.join('\n')}\nstart()`
}
