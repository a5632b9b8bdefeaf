import type { Report } from '../data.ts'
import { curveSection, eventsSection, timeSection, treeSection } from './cascade.ts'
import { channelsSection, lendersSection } from './contagion.ts'
import { defencesSection } from './controls.ts'
import { assumptionsSection, depthSection, originsSection, pathsSection } from './ground.ts'
import { type Html, html, raw } from './html.ts'
import { interactionSection } from './interaction.ts'
import { lossesSection } from './losses.ts'
import { accountsSection } from './people.ts'
import { responseSection } from './response.ts'
import { scriptsOf } from './script.ts'
import { STYLE } from './style.ts'
import { headerOf, measuresSection, storySection, tilesOf } from './words.ts'

const LINKS = [
  ['story', 'What happened'],
  ['losses', 'Losses'],
  ['interaction', 'Dealers and lending'],
  ['response', 'Against the shock'],
  ['lenders', 'Protocols'],
  ['channels', 'Channels'],
  ['defences', 'Defences'],
  ['time', 'Over time'],
  ['curve', 'Price falls'],
  ['tree', 'Largest cascade'],
  ['accounts', 'Accounts'],
  ['depth', 'Depth'],
  ['assumptions', 'Assumptions'],
  ['origins', 'Data'],
  ['measures', 'Measures'],
  ['events', 'Events'],
] as const

/** All sections that the report has something for. */
function sectionsOf(report: Report): Html {
  return html`${storySection(report)}
${tilesOf(report)}
${lossesSection(report)}
${interactionSection(report)}
${responseSection(report)}
${lendersSection(report)}
${channelsSection(report)}
${defencesSection(report)}
${pathsSection(report)}
${timeSection(report)}
${curveSection(report)}
${treeSection(report)}
${accountsSection(report)}
${depthSection(report)}
${assumptionsSection(report)}
${originsSection(report)}
${measuresSection(report)}
${eventsSection(report)}`
}

/** Write a report as one page that needs nothing else: no network, no other file. */
export function pageOf(report: Report): string {
  const body = sectionsOf(report)
  const links = LINKS.filter(([id]) => body.markup.includes(`<section id="${id}">`)).map(
    ([id, title]) => html`<a href="#${id}">${title}</a> `,
  )
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${report.title} (${report.scenario.name}) - Breakwater</title>
<style>${raw(STYLE)}</style>
</head>
<body>
${headerOf(report)}
<nav aria-label="Sections">${links}</nav>
<main>
${body}
</main>
<footer>Same version, scenario and seed give the same report. Numbers of this page are in report.json, all events in trace.parquet. Charts: Observable Plot and D3 (ISC licence), inside this file.</footer>
<noscript><p class="warning">The charts need JavaScript; texts and tables do not.</p></noscript>
${scriptsOf(report)}
</body>
</html>
`
  return page.markup
}
