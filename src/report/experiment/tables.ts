import type {
  CapDocument,
  Checked,
  CliffDocument,
  CompareDocument,
  SweepDocument,
  TuneDocument,
  Warned,
} from '../../experiments/index.ts'
import { columnOf, type StoredColumn, type StoredValue, writeParquet } from '../../stores/index.ts'
import type { ExplainDocument } from '../explain.ts'
import type { Output } from '../files.ts'
import type { Ranged } from './units.ts'

/** Version of the tables. */
const VERSION = '1'

/** A column of a table: its name, its type, and its value in a row. */
type Column<Row> = readonly [
  name: string,
  type: StoredColumn['type'],
  value: (row: Row) => StoredValue,
]

/** Columns that hold what rows hold under the same names. */
function own<Row>(type: StoredColumn['type'], ...names: readonly (keyof Row & string)[]) {
  return names.map((name): Column<Row> => [name, type, (row) => row[name] as StoredValue])
}

/** Three columns of a number with its interval. */
function ranged<Row>(
  names: readonly [value: string, low: string, high: string],
  read: (row: Row) => Ranged | null,
): readonly Column<Row>[] {
  const [value, low, high] = names
  return [
    [value, 'DOUBLE', (row) => read(row)?.value ?? null],
    [low, 'DOUBLE', (row) => read(row)?.low ?? null],
    [high, 'DOUBLE', (row) => read(row)?.high ?? null],
  ]
}

function withBounds(name: string): readonly [string, string, string] {
  return [name, `${name}_low`, `${name}_high`]
}

const BOUNDS = ['value', 'low', 'high'] as const

function table<Row>(
  name: string,
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  metadata: Readonly<Record<string, string>> = {},
): Output {
  const stored = columns.map(([title, type, value]) => columnOf(rows, title, type, value))
  const all = { breakwater_table: VERSION, ...metadata }
  const content = (path: string) => writeParquet(stored, rows.length, all, path)
  return { name: `${name}.parquet`, content }
}

/** Columns of varied parameters by their names; one that is called like a column of results gets a `_`. */
function parameters<Row>(
  names: readonly string[],
  taken: readonly string[],
  read: (row: Row, name: string, k: number) => number,
): readonly Column<Row>[] {
  return names.map((name, k) => [
    taken.includes(name.toLowerCase()) ? `${name}_` : name,
    'DOUBLE',
    (row) => read(row, name, k),
  ])
}

type Measure = CliffDocument['measures'][number]

function measuresTable(measures: readonly Measure[]): Output {
  return table('measures', measures, [
    ...own<Measure>('VARCHAR', 'name', 'unit'),
    ...own<Measure>('DOUBLE', ...BOUNDS),
    ...own<Measure>('VARCHAR', 'note'),
  ])
}

/** Tables of a cliff: `measures` as printed, and `curve`, one row per place. */
export function cliffTables({ measures, curve, vary, order }: CliffDocument): readonly Output[] {
  type Row = CliffDocument['curve'][number]
  const columns: readonly Column<Row>[] = [
    ...own<Row>('DOUBLE', 'x'),
    ...ranged<Row>(BOUNDS, (row) => row.order),
    ['relative_sd', 'DOUBLE', (row) => row.relativeSd],
    ...ranged<Row>(withBounds('susceptibility'), (row) => row.susceptibility),
    ...own<Row>('VARCHAR', 'gap'),
  ]
  const metadata = { breakwater_x: vary.name, breakwater_measure: JSON.stringify(order) }
  return [measuresTable(measures), table('curve', curve, columns, metadata)]
}

/** Tables of a sweep: `points`, one row per point, and `line`, one row per row of the first grid. */
export function sweepTables({ points, line, vary, order }: SweepDocument): readonly Output[] {
  type Point = SweepDocument['points'][number]
  type Row = SweepDocument['line'][number]
  const names = vary.map(({ name }) => name)
  const metadata = { breakwater_measure: JSON.stringify(order) }
  const columns: readonly Column<Point>[] = [
    ...parameters<Point>(names, [...BOUNDS, 'n'], ({ at }, _, k) => at[k]!),
    ...own<Point>('DOUBLE', ...BOUNDS),
    ...own<Point>('INTEGER', 'n'),
  ]
  const cliffs: readonly Column<Row>[] = [
    ...own<Row>('DOUBLE', 'at', ...BOUNDS),
    ...own<Row>('INTEGER', 'kind'),
    ...own<Row>('VARCHAR', 'note'),
  ]
  return [table('points', points, columns, metadata), table('line', line, cliffs, metadata)]
}

/** Tables of a comparison beside its differences: `measures` as printed. */
export function compareTables({ measures }: CompareDocument): readonly Output[] {
  return [measuresTable(measures)]
}

/** Tables of an explanation: `channels` of the attribution, and `sensitivity`, one row per parameter. */
export function explainTables({ attribution, sensitivity }: ExplainDocument): readonly Output[] {
  type Channel = NonNullable<ExplainDocument['attribution']>['channels'][number]
  type Moved = NonNullable<ExplainDocument['sensitivity']>['parameters'][number]
  const channels: readonly Column<Channel>[] = [
    ...own<Channel>('VARCHAR', 'name', 'verdict'),
    ...ranged<Channel>(withBounds('share'), ({ share }) => share),
    ...ranged<Channel>(withBounds('alone'), ({ alone }) => alone),
    ...ranged<Channel>(withBounds('last'), ({ last }) => last),
  ]
  const moved: readonly Column<Moved>[] = [
    ...own<Moved>('VARCHAR', 'name', 'unit'),
    ...own<Moved>('DOUBLE', 'low', 'high'),
    ['kept', 'BOOLEAN', ({ isKept }) => isKept],
    ...ranged<Moved>(withBounds('mu_star'), ({ screening }) => screening?.muStar ?? null),
    ...ranged<Moved>(withBounds('first'), ({ first }) => first),
    ...ranged<Moved>(withBounds('total'), ({ total }) => total),
    ...ranged<Moved>(withBounds('shapley'), ({ shapley }) => shapley),
  ]
  return [
    table('channels', attribution?.channels ?? [], channels),
    table('sensitivity', sensitivity?.parameters ?? [], moved),
  ]
}

/** Tables of a tuning: `frontier`, and `steps`, what a small step of each parameter does to the loss. */
export function tuneTables({ vary, frontier, marginals }: TuneDocument): readonly Output[] {
  type Point = NonNullable<TuneDocument['frontier']>['points'][number]
  type Step = TuneDocument['marginals'][number]
  const names = vary.map(({ name }) => name)
  const taken = [...withBounds('efficiency'), ...withBounds('loss'), 'slope']
  const points: readonly Column<Point>[] = [
    ...parameters<Point>(names, taken, ({ at }, name) => at[name] ?? Number.NaN),
    ...ranged<Point>(withBounds('efficiency'), ({ efficiency }) => efficiency),
    ...ranged<Point>(withBounds('loss'), ({ loss }) => loss),
    ...own<Point>('DOUBLE', 'slope'),
  ]
  const steps: readonly Column<Step>[] = [
    ...own<Step>('VARCHAR', 'name'),
    ...own<Step>('DOUBLE', 'step'),
    ...ranged<Step>(BOUNDS, ({ change }) => change),
  ]
  return [table('frontier', frontier?.points ?? [], points), table('steps', marginals, steps)]
}

/** Table of a sized cap: `points`, the excess over the budget at every cap that was looked at. */
export function capTables({ points, vary }: CapDocument): readonly Output[] {
  type Row = CapDocument['points'][number]
  return [table('points', points, own<Row>('DOUBLE', 'x', 'over'), { breakwater_x: vary.name })]
}

/** Tables of early warning: `indicators`, one row per path and indicator, and `lines` of the path in the middle. */
export function warnTables({ paths, lines, asset }: Warned): readonly Output[] {
  const trends = paths.flatMap((path) => path.indicators.map((trend) => ({ path, trend })))
  type Trend = (typeof trends)[number]
  const all = [{ name: `price of ${asset}`, ...lines.price }, ...lines.indicators]
  const moments = all.flatMap(({ name, seconds, values }) =>
    seconds.map((at, k) => ({ name, seconds: at, value: values[k]! })),
  )
  type Moment = (typeof moments)[number]
  return [
    table<Trend>('indicators', trends, [
      ['path', 'BIGINT', ({ path }) => BigInt(path.path)],
      ['event', 'DOUBLE', ({ path }) => path.onset?.seconds ?? null],
      ['verdict', 'VARCHAR', ({ path }) => path.verdict],
      ['name', 'VARCHAR', ({ trend }) => trend.name],
      ['first', 'DOUBLE', ({ trend }) => trend.first],
      ['last', 'DOUBLE', ({ trend }) => trend.last],
      ['tau', 'DOUBLE', ({ trend }) => trend.tau],
      ['p_ar1', 'DOUBLE', ({ trend }) => trend.p.ar1],
      ['p_phase', 'DOUBLE', ({ trend }) => trend.p.phase],
    ]),
    table<Moment>(
      'lines',
      moments,
      [...own<Moment>('VARCHAR', 'name'), ...own<Moment>('DOUBLE', 'seconds', 'value')],
      { breakwater_path: String(lines.path) },
    ),
  ]
}

/** Table of a check: `checks`, one row per scenario and measure. */
export function checkTables({ rows }: Checked): readonly Output[] {
  type Row = Checked['rows'][number]
  return [
    table('checks', rows, [
      ...own<Row>('VARCHAR', 'scenario', 'measure', 'unit', 'better', 'verdict'),
      ...own<Row>('DOUBLE', 'before', 'after', 'worsening', 'low', 'high', 'p', 'adjusted'),
      ...own<Row>('INTEGER', 'n', 'lost', 'gained'),
      ...own<Row>('VARCHAR', 'method'),
    ]),
  ]
}
