import { words } from '../format.ts'
import { type Html, html, nothing } from '../page/html.ts'
import { figure, legend } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { isKnown, type Ranged, rangedText } from './units.ts'

/** One parameter with its shares of the variance. */
export type IndexBar = {
  readonly name: string
  /** What the parameter is, and over which values it went. */
  readonly doc: string
  /** Alone; null when the method tells none. */
  readonly first: Ranged | null
  /** With all its interactions, or its Shapley effect. */
  readonly total: Ranged
}

function barOf({ name, doc, first, total }: IndexBar): Row {
  const alone = first && isKnown(first.value) ? Math.max(0, first.value) : null
  return {
    ...{ value: total.value, low: total.low, high: total.high, name, color: '1', mark: 'bar' },
    ...(alone === null ? {} : { inside: alone }),
    text: rangedText(total, 'fraction'),
    title: `${name} (${doc}): ${rangedText(total, 'fraction')}${first ? `, alone ${rangedText(first, 'fraction')}` : ''}`,
  }
}

/** Draw a tornado of indices: which parameter moves a measure, the largest on top. */
export function tornadoChart(
  measure: string,
  bars: readonly IndexBar[],
  kind: 'sobol' | 'shapley',
): Html {
  const known = bars.filter(({ total }) => isKnown(total.value))
  if (known.length === 0)
    return nothing(
      `Nothing moves ${words(measure)} within these ranges, so there are no shares of its variance.`,
    )
  const rows = known.toSorted((a, b) => b.total.value! - a.total.value!).map(barOf)
  const whole = kind === 'sobol' ? 'with interactions (total index)' : 'Shapley effect'
  const isSplit = known.some(({ first }) => first !== null)
  return html`${figure(
    'Which parameter moves it',
    `share of the variance of ${words(measure)}; whiskers are 95 % intervals`,
    (width) =>
      rowPlot(
        {
          title: `sensitivity of ${words(measure)}`,
          description: `${rows.length} parameters, ${rows[0]!.name} first.`,
          axis: { name: `share of variance, ${whole}`, unit: 'fraction' },
          rows,
        },
        width,
      ),
  )}
${
  isSplit
    ? legend([
        { name: 'alone (first-order index)', color: 'c1', mark: 'dot' },
        { name: whole, color: 'c1', mark: 'band' },
      ])
    : ''
}`
}
