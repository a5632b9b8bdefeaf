import { inUnit, words } from '../format.ts'
import { type Html, html } from '../page/html.ts'
import { figure, legend } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { isKnown, type Ranged, rangedText } from './units.ts'

/** A part of what is split. */
export type WaterfallStep = Ranged & {
  readonly name: string
  readonly doc: string
  readonly verdict: string
}

/** What is split: what is left with everything cut, the steps, and the whole. */
export type Waterfall = {
  readonly measure: string
  readonly unit: string
  readonly fundamental: Ranged
  readonly steps: readonly WaterfallStep[]
  readonly whole: Ranged
}

function whole(name: string, at: Ranged, unit: string): Row {
  return {
    ...{ value: at.value, low: at.low, high: at.high, name, color: '1', mark: 'bar' },
    ...{ text: inUnit(at.value, unit), title: `${name}: ${rangedText(at, unit)}` },
  }
}

function shifted(value: number | null, by: number): number | null {
  return isKnown(value) ? value + by : null
}

function stepRow(step: WaterfallStep, from: number, unit: string): Row {
  const { name, doc, value, low, high, verdict } = step
  const isTold = verdict !== 'cannot tell'
  const color = !isTold ? 'grey' : (value ?? 0) > 0 ? 'bad' : '3'
  const sign = (value ?? 0) > 0 ? '+' : ''
  return {
    ...{ value: shifted(value, from), low: shifted(low, from), high: shifted(high, from), from },
    ...{
      name,
      color,
      mark: 'bar',
      text: `${sign}${inUnit(value, unit)}${isTold ? '' : ', cannot tell'}`,
    },
    title: `${name} (${doc}): ${rangedText(step, unit)}, ${verdict}`,
  }
}

function rowsOf({ fundamental, steps, whole: all, unit }: Waterfall): readonly Row[] {
  const rows: Row[] = [whole('all channels cut', fundamental, unit)]
  let from = fundamental.value ?? 0
  for (const step of steps) {
    rows.push(stepRow(step, from, unit))
    from += step.value ?? 0
  }
  return [...rows, whole('as it is', all, unit)]
}

/** Draw a waterfall: from what is left with all channels cut to the measure as it is. */
export function waterfallChart(split: Waterfall): Html {
  const rows = rowsOf(split)
  const name = words(split.measure)
  return html`${figure(
    'Which channel adds it',
    `${name} from all channels cut to as it is; whiskers are 95 % intervals`,
    (width) =>
      rowPlot(
        {
          title: `attribution of ${name}`,
          description: `${split.steps.length} channels.`,
          axis: { name, unit: split.unit },
          ...{ rows, joined: 'joined' },
        },
        width,
      ),
  )}
${legend([
  { name: 'measure', color: 'c1', mark: 'dot' },
  { name: 'adds', color: 'bad', mark: 'dot' },
  { name: 'takes away', color: 'c3', mark: 'dot' },
  { name: 'cannot be told from 0', color: 'grey', mark: 'dot' },
])}`
}
