import { checkRef, convert, type Names } from './convert.ts'
import type { Path } from './document.ts'
import { isNumeric, type Parameter } from './parameters.ts'
import type { Order } from './scenario.ts'
import { DEFAULT_MEASURE } from './sections.ts'
import { isTree } from './shape.ts'
import { didYouMean } from './suggest.ts'

/** Read the `order:` section; what it leaves out has defaults. */
export function readOrder(section: unknown): Order {
  return { measure: DEFAULT_MEASURE, ...(isTree(section) ? section : {}) }
}

/** What a field of `order:` that names a parameter asks of it. */
type Asked = {
  readonly field: 'shock' | 'size' | 'compare'
  readonly suits: (parameter: Parameter) => boolean
  /** What is wrong with a parameter that does not suit. */
  readonly wrong: string
}

const SHOCK: Asked = { field: 'shock', suits: isNumeric, wrong: 'is a text; a shock is a number' }

const SIZE: Asked = { field: 'size', suits: isNumeric, wrong: 'is a text; a size is a number' }

const COMPARE: Asked = {
  field: 'compare',
  suits: ({ options = [] }) => options.length > 0,
  wrong: 'has no options; what is compared are the options of a parameter, or `values` of a number',
}

const COMPARE_VALUES: Asked = {
  field: 'compare',
  suits: isNumeric,
  wrong: 'is a text; `values` are of a number',
}

/** Check that the values of a compared parameter are within its range. */
function checkValues(
  { compare, values }: Order,
  parameters: readonly Parameter[],
  { report }: Names,
): void {
  if (!Array.isArray(values)) return
  if (compare === undefined)
    report.value(['order', 'values'], 'values without `compare`', 'name the parameter in compare')
  const [low, high] = parameters.find((p) => p.name === compare)?.range ?? [-Infinity, Infinity]
  values.forEach((value, k) => {
    if (typeof value === 'number' && (value < low || value > high))
      report.value(
        ['order', 'values', k],
        `${value} is outside the range of "${compare}"`,
        `use ${low} to ${high}`,
      )
  })
}

function checkParameter(
  name: string,
  { field, suits, wrong }: Asked,
  parameters: readonly Parameter[],
  declared: readonly string[],
  { report }: Names,
): void {
  const path = ['order', field]
  const parameter = parameters.find((p) => p.name === name)
  if (!declared.includes(name)) {
    const bare = name.replace(/^\$/, '')
    const known = declared.includes(bare)
    const remedy = known ? `write ${bare} without $` : didYouMean(name, declared)
    report.value(path, `no parameter is named "${name}"`, remedy)
  } else if (parameter && !suits(parameter)) {
    const fitting = parameters.filter(suits).map((p) => p.name)
    report.value(path, `parameter "${name}" ${wrong}`, didYouMean('', fitting))
  }
}

/** Check that a measure of one lender, `name[instance]`, names a protocol of the scenario. */
export function checkMeasures(measures: readonly unknown[], path: Path, names: Names): void {
  measures.forEach((name, k) => {
    const instance = typeof name === 'string' ? /\[(.+)\]$/.exec(name)?.[1] : undefined
    if (instance === undefined) return
    checkRef(instance, 'lender', path.at(-1) === 'measures' ? [...path, k] : path, names)
  })
}

/**
 * Check that what `order:` names exists: numeric parameters, one with options, one asset, a price
 * source.
 * @param declared names of all parameters, also of those that could not be read.
 */
export function checkOrder(
  order: Order,
  parameters: readonly Parameter[],
  declared: readonly string[],
  names: Names,
): void {
  const { measure, shock, size, compare, values, asset, source } = order
  checkMeasures([measure], ['order', 'measure'], names)
  if (typeof shock === 'string') checkParameter(shock, SHOCK, parameters, declared, names)
  if (typeof size === 'string') checkParameter(size, SIZE, parameters, declared, names)
  const asked = values === undefined ? COMPARE : COMPARE_VALUES
  if (typeof compare === 'string') checkParameter(compare, asked, parameters, declared, names)
  checkValues(order, parameters, names)
  if (typeof asset === 'string') {
    convert({ type: 'asset', doc: '' }, asset, ['order', 'asset'], names)
  }
  if (typeof source === 'string') checkRef(source, 'priceSource', ['order', 'source'], names)
}
