import type { Report } from '../data.ts'
import {
  INTERACTION_COLUMNS,
  type InteractionRow,
  interactionRows,
  lossText,
} from '../interaction.ts'
import { type Column, type Html, html, section, table } from './html.ts'

const TITLES = {
  lending: 'lenders and borrowers',
  dealers: 'dealers in options',
  together: 'together',
} as const

/** Losses with dealers absent, lending absent, and both; '' in runs that do not compare them. */
export function interactionSection({ measures }: Report): Html | '' {
  const rows = interactionRows(measures)
  if (rows.length === 0) return ''
  const interval = measures.find((m) => m.interval !== null)?.interval
  return section(
    'interaction',
    'Dealers and lending',
    html`<p>Every path was run again without the dealers in options, and without the lenders, with the same draws. What both lose together beyond what they lose alone is their interaction; below zero, each dampens the other.</p>`,
    table(rows, [
      { title: 'in the world', cell: (row) => html`<b>${row.world}</b>` },
      ...INTERACTION_COLUMNS.map(
        (column): Column<InteractionRow> => ({
          title: TITLES[column],
          align: 'right',
          cell: (row) => lossText(row[column]),
        }),
      ),
    ]),
    html`<p class="soft">Losses in USD${interval ? `, in brackets their interval: ${interval}` : '; one path'}. Of lenders and borrowers: ${measures.find((m) => m.name === 'loss')!.note}. Of dealers: ${measures.find((m) => m.name === 'dealerLoss')!.note}.</p>`,
  )
}
