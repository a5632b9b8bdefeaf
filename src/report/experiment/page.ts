import { type Html, html, type Part, raw } from '../page/html.ts'
import { STYLE } from '../page/style.ts'
import { type Described, svg, type Width } from './svg.ts'

/** One number that the page begins with. */
export type Tile = { readonly name: string; readonly value: string; readonly note: string }

/** What a page of an experiment says. */
export type ExperimentPage = {
  /** Of the browser's window. */
  readonly title: string
  /** What was asked, in a few words, above the title. */
  readonly question: string
  readonly heading: string
  /** The answer in one or two sentences. */
  readonly lead: Part
  readonly warnings?: readonly string[]
  readonly tiles?: readonly Tile[]
  readonly sections: readonly Html[]
  /** How it was made: scenario, seed, version, command. */
  readonly facts: readonly (readonly [name: string, value: Part])[]
}

const CHART_STYLE = `
.plot { display: block; width: 100%; height: auto; overflow: visible; font: 12.5px system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
.plot text { fill: var(--soft); }
.plot .mid { text-anchor: middle; }
.plot .end { text-anchor: end; }
.plot .name, .plot .strong { fill: var(--text); }
.plot .strong { font-weight: 600; }
.plot .grid { stroke: var(--line); stroke-width: 1; }
.plot .axis { stroke: var(--soft); stroke-width: 1; }
.plot .zero { stroke: var(--text); stroke-width: 1; }
.plot .line { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
.plot .whisker { stroke: var(--text); stroke-width: 1.4; }
.plot .dash { stroke-dasharray: 5 4; }
.plot .s1 { stroke: var(--c1); } .plot .s2 { stroke: var(--c2); } .plot .s3 { stroke: var(--c3); } .plot .s4 { stroke: var(--c4); } .plot .sbad { stroke: var(--bad); } .plot .sgrey { stroke: var(--grey); }
.plot .f1 { fill: var(--c1); } .plot .f2 { fill: var(--c2); } .plot .f3 { fill: var(--c3); } .plot .f4 { fill: var(--c4); } .plot .fbad { fill: var(--bad); } .plot .fgrey { fill: var(--grey); }
.plot .band { opacity: 0.2; stroke: none; }
.plot .faint { opacity: 0.38; }
.plot text.cliff { fill: var(--bad); font-weight: 600; }
.plot .halo { paint-order: stroke; stroke: var(--bg); stroke-width: 4px; stroke-linejoin: round; }
.plot .line.over { stroke: var(--text); }
.plot circle.over { fill: var(--text); }
.plot .ring { stroke: var(--bg); stroke-width: 1; }
.plot .cell { stroke: var(--bg); stroke-width: 0.6; }
.plot .unknown { fill: var(--panel); stroke: var(--line); }
.at-narrow { display: none; }
@media (max-width: 640px) { .at-wide { display: none; } .at-narrow { display: block; } }
.lead { font-size: 16.5px; max-width: 74ch; }
`

/** Draw a chart twice, for wide and for narrow pages; styles show one of them. */
export function figure(title: string, note: Part, draw: (width: Width) => Html): Html {
  return html`<figure><figcaption><b>${title}</b> ${note}</figcaption><div class="at-wide">${draw('wide')}</div><div class="at-narrow">${draw('narrow')}</div></figure>\n`
}

/** Write the legend of a chart: names beside strokes in their colours. */
export function legend(
  items: readonly {
    readonly name: string
    readonly color: string
    readonly mark: 'line' | 'dash' | 'dot' | 'band'
  }[],
): Html {
  const styles = {
    line: (color: string) => `border-color:var(--${color})`,
    dash: (color: string) => `border-color:var(--${color});border-top-style:dashed`,
    dot: (color: string) => `background:var(--${color})`,
    band: (color: string) => `border:0;height:11px;opacity:.3;background:var(--${color})`,
  }
  return html`<p class="legend">${items.map(({ name, color, mark }) => html`<span><i class="${mark === 'dot' ? 'dot' : ''}" style="${styles[mark](color)}"></i>${name}</span>`)}</p>`
}

/** Say in place of a chart why there is none. */
export function emptyChart(about: Described, width: number, reason: string): Html {
  return svg(width, 60, about, html`<text x="8" y="34">${reason}</text>`)
}

function tilesOf(tiles: readonly Tile[]): Part {
  if (tiles.length === 0) return ''
  return html`<div class="tiles">${tiles.map(({ name, value, note }) => html`<div class="tile"><span class="name">${name}</span><b>${value}</b><span>${note}</span></div>`)}</div>`
}

/** Begin with a capital, unless the first word is a name with capitals of its own, such as stETH. */
export function headline(title: string): string {
  return /^\S*[A-Z]/.test(title) ? title : title.charAt(0).toUpperCase() + title.slice(1)
}

/** Write the report of an experiment as one page that needs nothing else: no network, no script, no other file. */
export function experimentPage(page: ExperimentPage): string {
  const { title, question, heading, lead, warnings = [], tiles = [], sections, facts } = page
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title} - Breakwater</title>
<style>${raw(STYLE)}${raw(CHART_STYLE)}</style>
</head>
<body>
<header><p class="soft">${question}</p>
<h1>${headline(heading)}</h1>
<p class="lead">${lead}</p></header>
<main>
${warnings.map((w) => html`<p class="warning">Warning: ${w}</p>`)}
${tilesOf(tiles)}
${sections}
<section id="made"><h2>How it was made</h2><dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></section>
</main>
<footer>Same version, scenario and seed give the same page. Its numbers are in report.json.</footer>
</body>
</html>
`.markup
}
