import type { Path } from './document.ts'
import { quote } from './errors.ts'
import { type Given, REFERENCE, sourceReference } from './references.ts'
import type { Report } from './report.ts'
import { isTree } from './shape.ts'
import { didYouMean } from './suggest.ts'

/** The law of an uncertain parameter. */
export type Distribution =
  | { readonly kind: 'uniform'; readonly low: number; readonly high: number }
  | {
      readonly kind: 'triangular'
      readonly low: number
      readonly mode: number
      readonly high: number
    }
  | { readonly kind: 'normal'; readonly mean: number; readonly sd: number }
  | { readonly kind: 'logNormal'; readonly median: number; readonly sd: number }

/** A named scalar of a scenario; `$name` uses it and `--set name=value` changes it. */
export type Parameter = {
  readonly name: string
  /** Default value; `@source.path` where loaded data gives it. */
  readonly value: number | string
  readonly unit: string
  readonly doc: string
  /** Lowest and highest value allowed. */
  readonly range?: readonly [number, number]
  readonly distribution?: Distribution
  /** Texts allowed. */
  readonly options?: readonly string[]
  /** The value may be several options with commas between. */
  readonly several?: boolean
  /** Citation of a public value. */
  readonly source?: string
  /** No data says so. */
  readonly assumption?: boolean
}

/** Values that replace those of the file, as `--set` gives them. */
export type Overrides = Readonly<Record<string, string | number>>

type Checked =
  | { readonly value: number | string }
  | { readonly message: string; readonly remedy: string }

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const TEXT_UNITS = ['choice', 'text', 'name', 'file']

/** Tell whether a parameter holds a number; one that data gives does, unless its unit says text. */
export function isNumeric(parameter: Parameter): boolean {
  if (typeof parameter.value === 'number') return true
  if (!sourceReference(parameter.value) || parameter.options) return false
  return !TEXT_UNITS.includes(parameter.unit)
}

function checkNumber(parameter: Parameter, raw: string | number): Checked {
  const { name, unit, range } = parameter
  const value = typeof raw === 'number' ? raw : NUMBER.test(raw.trim()) ? Number(raw) : Number.NaN
  if (!Number.isFinite(value)) {
    const remedy = 'write digits, such as 0.4 or 1e6'
    return { message: `"${name}" must be a number (${unit}), got ${quote(raw)}`, remedy }
  }
  if (range && (value < range[0] || value > range[1])) {
    const message = `"${name}" is ${value}, outside its range ${range[0]} to ${range[1]}`
    return { message, remedy: `take a value from ${range[0]} to ${range[1]}` }
  }
  return { value }
}

/** Check a value for a parameter against its type, range and options. */
export function checkValue(parameter: Parameter, raw: string | number): Checked {
  if (isNumeric(parameter)) return checkNumber(parameter, raw)
  const value = String(raw)
  const { name, options } = parameter
  if (REFERENCE.test(value)) {
    const remedy = 'write the value itself'
    return { message: `"${name}" must be a text, got the reference ${quote(value)}`, remedy }
  }
  const parts = parameter.several ? value.split(',').map((part) => part.trim()) : [value]
  const wrong = options && parts.find((part) => !options.includes(part))
  if (!options || wrong === undefined) return { value: parts.join(',') }
  const remedy = didYouMean(wrong, options)
  return { message: `"${name}" must be one of ${options.join(', ')}, got ${quote(raw)}`, remedy }
}

function checkRange(parameter: Parameter, path: Path, report: Report): boolean {
  const { name, range } = parameter
  if (!range) return true
  const at = [...path, 'range']
  const found = range.length
  if (!isNumeric(parameter))
    report.value(at, `"${name}" is a text and cannot have a range`, 'use options')
  else if (found !== 2)
    report.value(at, `a range is two numbers, got ${found}`, 'write [low, high]')
  else if (range[0] > range[1]) {
    const remedy = `write [${range[1]}, ${range[0]}]`
    report.value(at, `the range of "${name}" runs from ${range[0]} down to ${range[1]}`, remedy)
  } else return true
  return false
}

function checkDistribution({ name, distribution: law }: Parameter, report: Report): void {
  if (law?.kind !== 'uniform' && law?.kind !== 'triangular') return
  const mode = law.kind === 'triangular' ? law.mode : law.low
  if (law.low <= mode && mode <= law.high) return
  const message = `the distribution of "${name}" has its values out of order`
  report.value(['parameters', name, 'distribution'], message, 'low <= mode <= high')
}

function checkParameter(parameter: Parameter, report: Report): void {
  const { name, value, options } = parameter
  const path = ['parameters', name]
  const sound = checkRange(parameter, path, report)
  checkDistribution(parameter, report)
  if (options && typeof value === 'number') {
    const message = `"${name}" is a number and cannot have options`
    report.value([...path, 'options'], message, 'use a range')
  } else if (sound && !sourceReference(value)) {
    const checked = checkValue(parameter, value)
    if ('message' in checked) report.value([...path, 'value'], checked.message, checked.remedy)
  }
}

/**
 * Read the `parameters:` section and report what is inconsistent in it.
 * @param bad keys of entries that do not have the right shape; their values are unknown.
 * @returns the parameters of the right shape, in the order of the file.
 */
export function readParameters(
  section: unknown,
  bad: ReadonlySet<string>,
  report: Report,
): readonly Parameter[] {
  const entries = Object.entries(isTree(section) ? section : {})
  const sound = entries.filter(([name]) => !bad.has(`parameters/${name}`))
  const parameters = sound.map(([name, entry]): Parameter => {
    const fields = entry as Omit<Parameter, 'name' | 'doc'> & { readonly doc?: string }
    return { name, doc: '', ...fields }
  })
  for (const parameter of parameters) checkParameter(parameter, report)
  return parameters
}

/** Names of all declared parameters, also of those whose entry is not right. */
export function parameterNames(section: unknown): readonly string[] {
  return Object.keys(isTree(section) ? section : {})
}

/**
 * Values of all parameters, those of the file replaced by `set`; wrong ones are reported at the
 * parameter that they replace.
 */
export function giveParameters(
  parameters: readonly Parameter[],
  set: Overrides,
  report: Report,
): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>()
  for (const { name, value } of parameters) given.set(name, { value, origin: `$${name}` })
  for (const [name, raw] of Object.entries(set)) {
    const option = `${name}=${raw}`
    const parameter = parameters.find((p) => p.name === name)
    if (!parameter) {
      const names = parameters.map((p) => p.name)
      report.key(
        ['parameters'],
        `${option}: no parameter is named "${name}"`,
        didYouMean(name, names),
      )
      continue
    }
    const checked = checkValue(parameter, raw)
    if ('value' in checked) given.set(name, { value: checked.value, origin: option })
    else
      report.value(['parameters', name, 'value'], `${option}: ${checked.message}`, checked.remedy)
  }
  return given
}

/**
 * Read a section that overrides parameters, and report what cannot be.
 * @param names all declared parameters, also those that could not be read.
 */
export function readOverrides(
  section: Path,
  given: unknown,
  parameters: readonly Parameter[],
  names: readonly string[],
  report: Report,
): Overrides {
  const overrides = isTree(given) ? (given as Overrides) : {}
  for (const [name, raw] of Object.entries(overrides)) {
    const path = [...section, name]
    const parameter = parameters.find((p) => p.name === name)
    if (!names.includes(name)) {
      report.key(path, `no parameter is named "${name}"`, didYouMean(name, names))
    }
    const checked = parameter && checkValue(parameter, raw)
    if (checked && 'message' in checked) report.value(path, checked.message, checked.remedy)
  }
  return overrides
}
