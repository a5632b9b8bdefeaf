import { measureInfo, ofLender } from '../../measures/index.ts'
import type { Scenario } from '../../scenario/index.ts'
import { LAYERS } from '../../world/index.ts'
import type { Observed } from './observe.ts'

/** What every defence is asked for, beside the compared measure itself. */
const COMMON_COSTS: readonly string[] = ['capitalCost', 'fundsTrapped', 'falseAlarms', 'controlGas']

/** What is told only where it differs from the base's. */
const OWN_COSTS: readonly string[] = [
  'borrowingPower',
  'haltedTime',
  'insuranceCost',
  'isolationCost',
  'isolationFunding',
]

const LAYER_LOSSES: readonly string[] = LAYERS.map((layer) => `${layer}Loss`)

/** Measures that are 0, not unknown, in worlds that lack what they are of. */
const ZERO_WITHOUT: ReadonlySet<string> = new Set([
  ...COMMON_COSTS,
  ...OWN_COSTS.filter((name) => name !== 'borrowingPower'),
  ...LAYER_LOSSES,
  'controlActions',
])

/** What a path without a number counts as; NaN where it is left out. */
function noneOf(measure: string): number {
  if (ZERO_WITHOUT.has(measure.replace(/\[.*$/, ''))) return 0
  const { none = Number.NaN } = measureInfo(measure) ?? {}
  // Differences of what is infinite are no numbers.
  return Number.isFinite(none) ? none : Number.NaN
}

/** Numbers of a measure under every arm; a cost of what a world lacks, or what did not happen, is 0. */
export function valuesOf(observed: Observed, measure: string): readonly Float64Array[] | null {
  const values = observed.values(measure)
  const none = noneOf(measure)
  if (values === null || Number.isNaN(none)) return values
  return values.map((column) => column.map((value) => (Number.isNaN(value) ? none : value)))
}

/** A measure under every arm. */
export type Measured = { readonly measure: string; readonly values: readonly Float64Array[] }

/** List what defences cost in calm weather, the compared measure first. */
export function costMeasures(calm: Observed, compared: string): readonly Measured[] {
  const names = [...new Set([compared, ...COMMON_COSTS, ...OWN_COSTS])]
  return names.flatMap((measure) => {
    const values = valuesOf(calm, measure)
    if (values === null) return []
    const isOther = values.some((own) => own.some((value, k) => value !== values[0]![k]))
    return isOther || !OWN_COSTS.includes(measure) ? [{ measure, values }] : []
  })
}

/** Somebody who pays: numbers of the paths under every arm, more of them being more paid, USD. */
export type Purse = Measured & { readonly who: string }

function summed(columns: readonly Float64Array[], sign: 1 | -1): Float64Array {
  return columns[0]!.map((_, k) => columns.reduce((sum, column) => sum + sign * column[k]!, 0))
}

/** Bad debt of one lender; of an isolated one that of its cells together. */
function lenderPurse(observed: Observed, lender: string): Purse | null {
  const own = ofLender('badDebt', lender)
  const whole = observed.values(own)
  if (whole === null) return null
  const values = whole.map((column, arm) => {
    const cells = observed
      .names(arm)
      .filter((name) => name.startsWith(`badDebt[${lender}.`))
      .map((name) => observed.values(name)![arm]!)
    return observed.names(arm).includes(own) || cells.length === 0 ? column : summed(cells, 1)
  })
  return { who: `depositors of ${lender}`, measure: own, values }
}

function purse(
  observed: Observed,
  who: string,
  parts: readonly (readonly [sign: 1 | -1, measure: string])[],
): Purse | null {
  const columns = parts.map(([, measure]) => valuesOf(observed, measure))
  if (columns.includes(null)) return null
  const values = columns[0]!.map((_, arm) =>
    columns[0]![arm]!.map((_value, k) =>
      parts.reduce((sum, [sign], part) => sum + sign * columns[part]![arm]![k]!, 0),
    ),
  )
  const measure = parts.map(([sign, name]) => `${sign < 0 ? '-' : ''}${name}`).join(' ')
  return { who, measure, values }
}

/** Lenders of a scenario by name, as far as they can be told from its file. */
export function lendersOf({ document }: Scenario): readonly string[] {
  const instances = Object.entries((document.instances ?? {}) as Record<string, { kind?: string }>)
  return instances.filter(([, { kind }]) => kind?.startsWith('lending/')).map(([name]) => name)
}

/**
 * List who pays for what happens in a path: depositors by lender, insurance layers, borrowers by what
 * liquidations take beyond the debt repaid, liquidators, dealers and attackers.
 */
export function pursesOf(observed: Observed, scenario: Scenario): readonly Purse[] {
  const layers = LAYER_LOSSES.map((name, k) => purse(observed, LAYERS[k]!, [[1, name]]))
  const all = [
    ...lendersOf(scenario).map((lender) => lenderPurse(observed, lender)),
    ...layers,
    purse(observed, 'borrowers', [
      [1, 'loss'],
      [-1, 'badDebt'],
    ]),
    purse(observed, 'liquidators', [[-1, 'liquidatorProfit']]),
    purse(observed, 'dealers', [[1, 'dealerLoss']]),
    purse(observed, 'attackers', [[-1, 'attackerProfit']]),
  ]
  const hasAny = ({ values }: Purse): boolean =>
    values.some((column) => column.some((value) => value !== 0 && !Number.isNaN(value)))
  return all.filter((own): own is Purse => own !== null && hasAny(own))
}
