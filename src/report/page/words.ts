import type { MeasureResult } from '../../experiments/index.ts'
import type { Report } from '../data.ts'
import { count, exact, inUnit, short } from '../format.ts'
import { eventLinks, type Html, html, nothing, type Part, section, table } from './html.ts'

function term(name: string, value: Part): Html {
  return html`<dt>${name}</dt><dd>${value}</dd>`
}

/** Data sources, each file once. */
function dataList({ data }: Report): Part {
  const seen = new Map(data.map((d) => [`${d.source} ${d.sha256}`, d]))
  if (seen.size === 0) return 'none: the positions follow from the parameters'
  return [...seen.values()].map(
    (d) =>
      html`<div>${d.source} (${d.date}) <span class="mono soft">sha256 ${d.sha256}</span></div>`,
  )
}

function parameterList({ parameters, parameterDocs }: Report): Part {
  return Object.entries(parameters).map(([name, value], k) => {
    const about = parameterDocs.find((p) => p.name === name)
    const shown = typeof value === 'number' ? exact(value, about?.unit ?? '') : value
    return html`${k > 0 ? ', ' : ''}<span title="${about?.doc ?? ''}">${name} = ${shown}</span>`
  })
}

/** Begin with a capital, unless the first word is a name with capitals of its own, such as stETH. */
function headline(title: string): string {
  return /^\S*[A-Z]/.test(title) ? title : title.charAt(0).toUpperCase() + title.slice(1)
}

/** Title, scenario, parameters, seed, data, version and the command that replays the run. */
export function headerOf(report: Report): Html {
  const { scenario, seed, paths, failedPaths } = report
  const runs = `${count(paths, 'path')}${failedPaths > 0 ? `, ${failedPaths} failed` : ''}`
  return html`<header><p class="soft">Breakwater ${report.breakwater}: what breaks, in which order, who loses how much</p>
<h1>${headline(report.title)}</h1>
<p>${report.description}</p>
<dl>${[
    term('Scenario', html`${scenario.name} <span class="mono soft">sha256 ${scenario.hash}</span>`),
    term('Seed and paths', `seed ${seed}, ${runs}; blocks ordered by ${report.ordering || 'none'}`),
    term('Parameters', parameterList(report)),
    term('Data', dataList(report)),
    term('Version', `breakwater ${report.breakwater}, engine ${report.engine}`),
    term('Replay', html`<code class="replay">${report.replay}</code>`),
  ]}</dl></header>\n`
}

function warningsOf({ warnings }: Report): Part {
  return warnings.map((w) => html`<p class="warning">Warning: ${w}</p>`)
}

/** Which path the words, charts and tables speak of. */
function pathNote({ path, paths }: Report): Part {
  if (path === null || paths === 1) return ''
  return html`<p>This run has ${short(paths)} paths. The measures are means over all of them; the story, the charts, the tree, the accounts and the trace below are of one path, the last finished one (number ${path.number}, counted from 0).</p>`
}

function remarksOf({ remarks }: Report): Part {
  return remarks.map((r) => html`<p class="remark"><b>Note:</b> ${r}</p>`)
}

/** What the small numbers behind clauses are. */
function traceNote(events: number): Part {
  if (events === 0) return ''
  return html`<p class="soft">Small numbers are events of the trace (${short(events)} in all, in trace.parquet); they lead to the <a href="#events">table of events</a>.</p>`
}

/** The explanation in words, each clause with the events that prove it. */
export function storySection(report: Report): Html {
  const { path } = report
  const story =
    path === null
      ? nothing('No path was finished, so there is nothing to tell.')
      : html`<ol class="story">${path.story.map(({ text, events }) => html`<li>${text}${eventLinks(events)}</li>\n`)}</ol>
${traceNote(path.events)}`
  return section(
    'story',
    'What happened',
    remarksOf(report),
    warningsOf(report),
    pathNote(report),
    story,
  )
}

function range(m: MeasureResult): string {
  if (m.low === null || m.high === null) return ''
  return `${inUnit(m.low, m.unit)} to ${inUnit(m.high, m.unit)}`
}

/** The main measures as tiles. */
export function tilesOf({ measures }: Report): Html {
  const shown = measures.filter((m) => m.value !== null && !m.name.includes('[')).slice(0, 10)
  const tiles = shown.map(
    (m) =>
      html`<div class="tile" title="${m.note}"><span class="name">${m.name}</span><b>${inUnit(m.value, m.unit)}</b>${m.low === null ? '' : html`<span>${range(m)}</span>`}<span>${m.note}</span></div>`,
  )
  return html`<div class="tiles">${tiles}</div>\n`
}

/** All measures with their meaning; those of one lender alone only where the scenario lists them. */
export function measuresSection({ measures: all, listedMeasures }: Report): Html {
  const measures = all.filter(({ name }) => !name.includes('[') || listedMeasures.includes(name))
  const interval = measures.find((m) => m.interval !== null)?.interval
  return section(
    'measures',
    'All measures',
    table(measures, [
      { title: 'measure', cell: (m) => html`<b>${m.name}</b>` },
      { title: 'value', align: 'right', cell: (m) => inUnit(m.value, m.unit) },
      ...(interval ? [{ title: 'interval', hint: interval, cell: range }] : []),
      { title: 'unit', cell: (m) => m.unit },
      { title: 'better', cell: (m) => m.better },
      { title: 'paths', align: 'right', cell: (m) => short(m.n) },
      { title: 'meaning', cell: (m) => html`<span class="w">${m.note}</span>` },
    ]),
    html`<p class="soft">"none" means that the path has nothing to measure, for example no liquidation to average.${interval ? ` Intervals: ${interval}.` : ''}</p>`,
  )
}
