import type { Path } from './document.ts'
import { quote } from './errors.ts'

type ShapeType =
  | 'number'
  | 'choice'
  | 'ref'
  | 'refs'
  | 'asset'
  | 'assets'
  | 'list'
  | 'record'
  | 'perAsset'
  | 'data'
  | 'file'
  | 'text'
  | 'scalar'
  | 'flag'
  | 'map'
  | 'kinded'

/**
 * What may stand at a place of a scenario. Parameter descriptors of models and sources are shapes;
 * the sections around them are described in the same words, so that one schema covers the file.
 */
export type Shape = {
  readonly type: ShapeType
  readonly doc: string
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
  /** Above zero, not only at least zero. */
  readonly positive?: boolean
  readonly options?: readonly string[]
  /** For `choice`: what else may stand here, as a regular expression. */
  readonly pattern?: string
  readonly port?: string
  readonly shape?: string
  readonly of?: Shape
  readonly fields?: Shapes
  /** For `kinded`: the shape of a record by the value of its `kind`. */
  readonly kinds?: Shapes
  /** For `map`: what names look like, as a regular expression. */
  readonly names?: string
  readonly default?: unknown
  readonly optional?: boolean
  /** Neither `$name` nor `@source.path` may stand here or below. */
  readonly literal?: boolean
}

export type Shapes = Readonly<Record<string, Shape>>

/** Parts of a duration, in seconds. */
export const DURATION_PARTS: Readonly<Record<string, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 3600,
  days: 86_400,
}

/** Tell whether a value is a plain map. */
export function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tell whether a duration in parts may be given instead of seconds. */
export function isDuration(shape: Shape): boolean {
  return shape.type === 'number' && shape.unit === 's'
}

/** Tell whether a value of this shape may be left out. */
export function isOptional(shape: Shape): boolean {
  if (shape.optional || shape.default !== undefined) return true
  return shape.type === 'record' && Object.values(shape.fields ?? {}).every(isOptional)
}

function describeNumber(shape: Shape): string {
  const { min, max } = shape
  const noun = shape.integer ? 'a whole number' : 'a number'
  const unit = shape.unit ? ` (${shape.unit})` : ''
  if (shape.positive) return `${noun} above 0${unit}`
  if (min !== undefined && max !== undefined) return `${noun} from ${min} to ${max}${unit}`
  if (min !== undefined) return `${noun} of at least ${min}${unit}`
  return max === undefined ? noun + unit : `${noun} of at most ${max}${unit}`
}

/** Say in words what may stand at a place. */
export function describe(shape: Shape): string {
  switch (shape.type) {
    case 'number':
      return isDuration(shape)
        ? `${describeNumber(shape)}, or a sum such as {hours: 1, minutes: 30}`
        : describeNumber(shape)
    case 'choice':
      return `one of ${(shape.options ?? []).join(', ')}`
    case 'ref':
      return `the name of an instance that offers ${shape.port}`
    case 'refs':
      return `a list of names of instances that offer ${shape.port}`
    case 'asset':
      return 'the name of an asset'
    case 'assets':
      return 'a list of asset names'
    case 'list':
      return `a list, each item ${shape.of ? describe(shape.of) : 'any value'}`
    case 'perAsset':
      return `a map of asset names, each ${shape.of ? describe(shape.of) : 'any value'}`
    case 'record':
      return `a map with ${Object.keys(shape.fields ?? {}).join(', ')}`
    case 'data':
      return `loaded ${shape.shape ?? 'data'}, written as '@source.path'`
    case 'file':
      return 'the path of a file'
    case 'text':
      return 'a text'
    case 'scalar':
      return 'a number or a text'
    case 'flag':
      return 'true or false'
    case 'map':
      return 'a map of names'
    case 'kinded':
      return 'a map with a kind'
  }
}

/** The fields that a record may have at a place, `kind` included; none for other shapes. */
export function fieldsOf(shape: Shape, value: unknown): Shapes {
  if (shape.type === 'kinded') {
    const kind = isTree(value) ? String(value.kind) : ''
    const options = Object.keys(shape.kinds ?? {})
    const chosen = Object.hasOwn(shape.kinds ?? {}, kind) ? shape.kinds?.[kind] : undefined
    return { kind: { type: 'choice', doc: 'what it is', options }, ...chosen?.fields }
  }
  if (isDuration(shape)) {
    const parts = Object.keys(DURATION_PARTS)
    const part = (unit: string): Shape => ({
      type: 'number',
      doc: `${unit} of the sum`,
      unit,
      min: 0,
      optional: true,
    })
    return Object.fromEntries(parts.map((unit) => [unit, part(unit)]))
  }
  return shape.type === 'record' ? (shape.fields ?? {}) : {}
}

/** Find the shape of the value at a path below a shaped value. */
export function shapeAt(shape: Shape, value: unknown, path: Path): Shape | undefined {
  const [step, ...rest] = path
  if (step === undefined) return shape
  const fields = fieldsOf(shape, value)
  const own = Object.hasOwn(fields, step) ? fields[step] : undefined
  const next = own ?? (shape.type === 'record' ? undefined : shape.of)
  return next && shapeAt(next, valueAt(value, [step]), rest)
}

/** Find the value at a path; undefined when there is none. */
export function valueAt(value: unknown, path: Path): unknown {
  let at = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    at = (at as Record<string | number, unknown>)[step]
  }
  return at
}

/** Print a path the way it would be said: `instances.market.depth.ETH`. */
export function label(path: Path): string {
  return path.length === 0 ? 'the scenario' : path.join('.')
}

/** Say that a value is not what may stand at its place. */
export function mismatch(shape: Shape, value: unknown, path: Path): string {
  return `${label(path)} must be ${describe(shape)}, got ${quote(value)}`
}
