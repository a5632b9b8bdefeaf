import type * as z from 'zod'
import type { Path } from './document.ts'
import { quote } from './errors.ts'
import type { Report } from './report.ts'
import { schemaOf } from './schema.ts'
import {
  describe,
  fieldsOf,
  isTree,
  label,
  mismatch,
  type Shape,
  shapeAt,
  valueAt,
} from './shape.ts'
import { closest, didYouMean } from './suggest.ts'

type Issue = z.core.$ZodIssue

type Check = {
  readonly shape: Shape
  readonly value: unknown
  readonly path: Path
  readonly report: Report
  /** Names of parameters, for values that lack their `$`. */
  readonly parameters: readonly string[]
}

/** Tell whether an issue lies inside a value, so that the value was meant for that branch. */
function isInside(issue: Issue): boolean {
  if (issue.path.length > 0 || issue.code === 'unrecognized_keys') return true
  return issue.code === 'invalid_union' && issue.errors.some((errors) => errors.some(isInside))
}

/** Follow a union's issues into the branch that the value was meant for; none when no branch fits. */
function flatten(issues: readonly Issue[], base: Path): readonly (readonly [Path, Issue])[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...(issue.path as (string | number)[])]
    if (issue.code !== 'invalid_union') return [[path, issue] as const]
    const meant = issue.errors.find((errors) => errors.some(isInside))
    return meant ? flatten(meant, path) : [[path, issue] as const]
  })
}

function hint(shape: Shape, value: unknown, parameters: readonly string[]): string {
  if (shape.type === 'choice') return didYouMean(String(value), shape.options ?? [])
  if (typeof value !== 'string') {
    const isScalar = typeof value === 'number' && ['assets', 'refs', 'list'].includes(shape.type)
    return isScalar ? `write a list: [${value}]` : ''
  }
  if (['assets', 'refs'].includes(shape.type)) return `write a list: [${value}]`
  if (parameters.includes(value)) return `did you mean "$${value}"?`
  const digits = value.replace(/[_,\s]/g, '')
  if (shape.type !== 'number') return ''
  if (digits !== '' && Number.isFinite(Number(digits))) return `write ${digits} without quotes`
  const percent = /^(\d+\.?\d*)%$/.exec(digits)?.[1]
  return percent === undefined ? '' : `write ${Number(percent) / 100}`
}

function reportUnknownKeys(check: Check, at: Path, keys: readonly string[]): void {
  const shape = shapeAt(check.shape, check.value, at)
  const known = shape ? Object.keys(fieldsOf(shape, valueAt(check.value, at))) : []
  for (const key of keys) {
    const where = label([...check.path, ...at])
    const owner = valueAt(check.value, at)
    const given = isTree(owner) ? Object.keys(owner) : []
    const open = known.filter((k) => !given.includes(k))
    const remedy = didYouMean(key, closest(key, open).length > 0 ? open : known)
    check.report.key([...check.path, ...at, key], `unknown key "${key}" in ${where}`, remedy)
  }
}

function reportMissing(check: Check, at: Path, shape: Shape | undefined): void {
  const parent = [...check.path, ...at.slice(0, -1)]
  const key = String(at.at(-1))
  const what = shape ? describe(shape) : 'a value'
  const doc = shape?.doc ? ` - ${shape.doc}` : ''
  const message = `"${key}" is missing in ${label(parent)}`
  check.report.key(parent, message, `add "${key}": ${what}${doc}`)
}

function reportValue(check: Check, at: Path, shape: Shape | undefined): void {
  const { report, parameters } = check
  const path = [...check.path, ...at]
  const value = valueAt(check.value, at)
  if (!shape) report.value(path, `${label(path)} cannot be ${quote(value)}`)
  else if (at.at(-1) === 'kind' && shape.type === 'choice') {
    const remedy = didYouMean(String(value), shape.options ?? [])
    report.value(path, `unknown kind ${quote(value)} in ${label(path.slice(0, -1))}`, remedy)
  } else report.value(path, mismatch(shape, value, path), hint(shape, value, parameters))
}

function reportIssue(check: Check, at: Path, issue: Issue): void {
  const shape = shapeAt(check.shape, check.value, at)
  if (issue.code === 'unrecognized_keys') reportUnknownKeys(check, at, issue.keys)
  else if (valueAt(check.value, at) === undefined) reportMissing(check, at, shape)
  else if (issue.code === 'invalid_key') {
    const path = [...check.path, ...at]
    const remedy = 'start with a letter and use letters, digits and _ only'
    check.report.key(path, `"${path.at(-1)}" cannot be a name here`, remedy)
  } else reportValue(check, at, shape)
}

function reportKind(check: Check, shape: Shape): void {
  const { value, path, report } = check
  const known = Object.keys(shape.kinds ?? {})
  if (!isTree(value)) report.value(path, mismatch(shape, value, path))
  else if (value.kind === undefined) {
    const remedy = known.length > 12 ? 'run `breakwater models` for a list' : didYouMean('', known)
    report.key(path, `"kind" is missing in ${label(path)}`, remedy)
  } else {
    const message = `unknown kind ${quote(value.kind)} in ${label(path)}`
    report.value([...path, 'kind'], message, didYouMean(String(value.kind), known))
  }
}

/** Schemas that were made already, so that entries of one shape share theirs. */
export type Schemas = Map<Shape, z.ZodType>

/** The shape of one kind, so that no schema is made for those that a value does not use. */
function chosen(shape: Shape, value: unknown): Shape | undefined {
  if (shape.type !== 'kinded') return shape
  const kinds = shape.kinds ?? {}
  const kind = kindName(value)
  return Object.hasOwn(kinds, kind) ? { ...shape, kinds: { [kind]: kinds[kind]! } } : undefined
}

function kindName(value: unknown): string {
  return isTree(value) ? String(value.kind) : ''
}

/**
 * Check a value against its shape and report every difference. Of a kinded shape, only the schema
 * of the kind that the value names is made.
 * @returns whether there was none.
 */
export function checkShape(check: Check, schemas: Schemas = new Map()): boolean {
  const { value } = check
  const shape = chosen(check.shape, value)
  if (!shape) {
    reportKind(check, check.shape)
    return false
  }
  const key = check.shape.type === 'kinded' ? check.shape.kinds![kindName(value)]! : shape
  const schema = schemas.get(key) ?? schemaOf(shape)
  schemas.set(key, schema)
  // Each schema is used a few times only: compiling it costs more than it saves.
  const result = schema.safeParse(value, { jitless: true })
  if (result.success) return true
  const own = { ...check, shape }
  for (const [at, issue] of flatten(result.error.issues, [])) reportIssue(own, at, issue)
  return false
}

/** A document's shape without the entries of its maps, the shape of those, and the schemas made so far. */
type Prepared = {
  readonly whole: Shape
  readonly maps: readonly (readonly [section: string, of: Shape])[]
  readonly schemas: Schemas
}

/** Remembered, because making schemas takes far longer than checking with them; equal shapes give equal ones. */
const PREPARED = new WeakMap<Shape, Prepared>()

function preparedOf(shape: Shape): Prepared {
  const known = PREPARED.get(shape)
  if (known) return known
  const maps = Object.entries(shape.fields ?? {}).filter(([, s]) => s.type === 'map')
  const outer = maps.map(([key, { of: _, ...map }]): [string, Shape] => [key, map])
  const entries = maps.flatMap(([key, { of, literal }]): [string, Shape][] =>
    of ? [[key, literal ? { ...of, literal: true } : of]] : [],
  )
  const whole = { ...shape, fields: { ...shape.fields, ...Object.fromEntries(outer) } }
  const made = { whole, maps: entries, schemas: new Map() }
  PREPARED.set(shape, made)
  return made
}

/**
 * Check a whole document section by section and entry by entry.
 * @returns keys (`section/name`) of the entries that have problems.
 */
export function checkDocument(check: Check): ReadonlySet<string> {
  const { shape, value, path, report, parameters } = check
  const bad = new Set<string>()
  const { whole, maps, schemas } = preparedOf(shape)
  checkShape({ ...check, shape: whole }, schemas)
  for (const [section, of] of maps) {
    const entries = valueAt(value, [section])
    if (!isTree(entries)) continue
    for (const [name, entry] of Object.entries(entries)) {
      const at = [...path, section, name]
      if (!checkShape({ shape: of, value: entry, path: at, report, parameters }, schemas)) {
        bad.add(`${section}/${name}`)
      }
    }
  }
  return bad
}
