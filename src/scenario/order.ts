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

function checkShock(
  shock: string,
  parameters: readonly Parameter[],
  declared: readonly string[],
  { report }: Names,
): void {
  const path = ['order', 'shock']
  const parameter = parameters.find((p) => p.name === shock)
  if (!declared.includes(shock)) {
    const bare = shock.replace(/^\$/, '')
    const known = declared.includes(bare)
    const remedy = known ? `write ${bare} without $` : didYouMean(shock, declared)
    report.value(path, `no parameter is named "${shock}"`, remedy)
  } else if (parameter && !isNumeric(parameter)) {
    const remedy = didYouMean(
      '',
      parameters.filter(isNumeric).map((p) => p.name),
    )
    report.value(path, `parameter "${shock}" is a text; a shock is a number`, remedy)
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
 * Check that what `order:` names exists: a numeric parameter, one asset, a price source.
 * @param declared names of all parameters, also of those that could not be read.
 */
export function checkOrder(
  order: Order,
  parameters: readonly Parameter[],
  declared: readonly string[],
  names: Names,
): void {
  const { measure, shock, asset, source } = order
  checkMeasures([measure], ['order', 'measure'], names)
  if (typeof shock === 'string') checkShock(shock, parameters, declared, names)
  if (typeof asset === 'string') {
    convert({ type: 'asset', doc: '' }, asset, ['order', 'asset'], names)
  }
  if (typeof source === 'string') checkRef(source, 'priceSource', ['order', 'source'], names)
}
