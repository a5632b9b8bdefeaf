import type { Report } from '../data.ts'
import { NOTICED } from '../findings.ts'
import { exact, inUnit, percent, short, words } from '../format.ts'
import type { Response } from '../response.ts'
import { type Column, chart, type Html, html, nothing, type Part, section, table } from './html.ts'

/** Measures that are drawn, beside the main one. */
const DRAWN = ['dealerLoss', 'badDebt', 'liquidatedDebt']

type Told = Response['told'][number]

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function figureOf({ points, shock }: Response, { name, unit }: Told): Part {
  const called = capital(words(name))
  if (points.every((p) => !p.measures?.[name]))
    return nothing(`${called} is zero in all of these runs.`)
  return chart(`response:${name}`, `${called}, ${unit}`, `against ${shock}; dotted: the scenario`)
}

/** A value in its unit; the heads of the columns say what is counted. */
function written(value: number | undefined, unit: string): string {
  if (value === undefined) return 'none'
  return unit === 'USD' || unit === 'fraction' ? inUnit(value, unit) : short(value)
}

/** One row per value of the shock, options side by side. */
function numbers(response: Response): Html {
  const { points, options, told, unit, shock } = response
  const shocks = [...new Set(points.map((p) => p.shock))]
  const at = (value: number, option: string): Response['points'][number] =>
    points.find((p) => p.shock === value && p.option === option)!
  const cell = (value: number, option: string, { name, unit: of }: Told): Part => {
    const { measures, reason } = at(value, option)
    return measures === null
      ? html`<span class="soft">n/a: ${reason}</span>`
      : written(measures[name], of)
  }
  return table(shocks, [
    {
      title: shock,
      align: 'right',
      cell: (value) =>
        html`${value === response.own.shock ? html`<b>${exact(value, unit)}</b>` : exact(value, unit)}`,
    },
    ...told.flatMap((measure) =>
      options.map(
        (option): Column<number> => ({
          title: html`${words(measure.name)}<br>${option}`,
          align: 'right',
          cell: (value) => cell(value, option, measure),
        }),
      ),
    ),
  ])
}

/** What grows with the shock, for every option of a compared parameter. */
export function responseSection({ response, parameterDocs, seed }: Report): Html | '' {
  if (response === null) return ''
  const id = 'response'
  if ('reason' in response)
    return section(id, 'Against the shock', nothing(`Not studied: ${response.reason}.`))
  const { told, compare, own, points, findings, shock, unit } = response
  const [main, ...others] = told
  if (!main)
    return section(
      id,
      'Against the shock',
      nothing(`Not studied: ${points[0]?.reason ?? 'no run'}.`),
    )
  const beside = others.filter(({ name }) => DRAWN.includes(name))
  const about = parameterDocs.find((p) => p.name === compare)?.doc ?? ''
  return section(
    id,
    `${capital(words(main.name))} against the shock`,
    html`<p>As ${shock} grows from ${exact(points[0]!.shock, unit)} to ${exact(points.at(-1)!.shock, unit)}:</p><ul class="story">${findings.map((text) => html`<li>${text}</li>`)}</ul>`,
    figureOf(response, main),
    html`<div class="pair">${beside.map((measure) => figureOf(response, measure))}</div>`,
    html`<details open><summary>The numbers</summary>${numbers(response)}</details>`,
    html`<p class="soft">Compared: ${compare}${about ? ` (${about})` : ''}. One path each (number 0, seed ${seed}); the scenario itself stands at ${shock} ${exact(own.shock, unit)} and ${compare} ${own.option}. What is below ${percent(NOTICED)} of the largest value shown counts as nothing in these sentences.</p>`,
  )
}
