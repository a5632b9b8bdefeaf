/**
 * A parameter's plain descriptor. The CLI's help, the zod schema and the JSON Schema are generated
 * from it on a higher floor; `T` is the type that the model receives.
 */
export type ParamSpec<T = unknown> = {
  readonly type:
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
  readonly doc: string
  readonly unit?: string
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
  readonly options?: readonly string[]
  /** Name of the port that the referenced instance must offer. */
  readonly port?: string
  /** Name of the data shape (`positions`, `ticks`, `priceTable`, ...) for `data`. */
  readonly shape?: string
  readonly of?: ParamSpec
  readonly fields?: ParamSpecs
  readonly default?: T
  readonly optional?: boolean
}

export type ParamSpecs = Readonly<Record<string, ParamSpec>>

/** Resolved parameters of an instance. */
export type Params = Readonly<Record<string, unknown>>

/** The record of values that a record of descriptors describes. */
export type ParamsOf<S extends ParamSpecs> = {
  readonly [K in keyof S]: S[K] extends ParamSpec<infer T> ? T : never
}

/** One value for one asset; `asset` is the index in the world's asset table. */
export type PerAsset<T> = { readonly asset: number; readonly value: T }

type NumberOptions = {
  readonly default?: number
  readonly min?: number
  readonly max?: number
  readonly integer?: boolean
}

/** Describe a number with a unit. */
export function number(doc: string, unit: string, options: NumberOptions = {}): ParamSpec<number> {
  return { type: 'number', doc, unit, ...options }
}

/** Describe a fraction, by default within [0, 1]. */
export function fraction(doc: string, options: NumberOptions = {}): ParamSpec<number> {
  return { type: 'number', doc, unit: 'fraction', min: 0, max: 1, ...options }
}

/** Describe a non-negative amount of US dollars. */
export function usd(doc: string, options: NumberOptions = {}): ParamSpec<number> {
  return { type: 'number', doc, unit: 'USD', min: 0, ...options }
}

/** Describe a non-negative duration in seconds. */
export function seconds(doc: string, options: NumberOptions = {}): ParamSpec<number> {
  return { type: 'number', doc, unit: 's', min: 0, ...options }
}

/** Describe a choice between named options. */
export function choice<const O extends readonly string[]>(
  doc: string,
  options: O,
  fallback: O[number],
): ParamSpec<O[number]> {
  return { type: 'choice', doc, options, default: fallback }
}

/** Describe the name of another instance that offers `port`. */
export function ref(port: string, doc: string): ParamSpec<string> {
  return { type: 'ref', port, doc }
}

/** Describe the name of another instance that offers `port`, or `''` for none. */
export function optionalRef(port: string, doc: string): ParamSpec<string> {
  return { type: 'ref', port, doc, default: '', optional: true }
}

/** Describe a list of names of instances that offer `port`. */
export function refs(port: string, doc: string): ParamSpec<readonly string[]> {
  return { type: 'refs', port, doc }
}

/** Describe an asset by name; the model receives its index. */
export function asset(doc: string): ParamSpec<number> {
  return { type: 'asset', doc }
}

/** Describe a list of assets by name (a group's name stands for its members); indices reach the model. */
export function assets(doc: string): ParamSpec<readonly number[]> {
  return { type: 'assets', doc }
}

/** Describe a list of equal items. */
export function list<T>(
  doc: string,
  of: ParamSpec<T>,
  options: { readonly default?: readonly T[] } = {},
): ParamSpec<readonly T[]> {
  return { type: 'list', doc, of, ...options } as ParamSpec<readonly T[]>
}

/** Describe a record with named fields. */
export function record<F extends ParamSpecs>(doc: string, fields: F): ParamSpec<ParamsOf<F>> {
  return { type: 'record', doc, fields }
}

/** Describe a map from asset (or group) names to values; the model receives it in asset order. */
export function perAsset<T>(
  doc: string,
  of: ParamSpec<T>,
  options: { readonly default?: readonly PerAsset<T>[] } = {},
): ParamSpec<readonly PerAsset<T>[]> {
  return { type: 'perAsset', doc, of, ...options } as ParamSpec<readonly PerAsset<T>[]>
}

/** Describe a data object that a source loads (`@source.path` in a scenario). */
export function data<T>(shape: string, doc: string): ParamSpec<T> {
  return { type: 'data', shape, doc }
}

/** Describe a file; its path is relative to the scenario that names it. */
export function file(doc: string): ParamSpec<string> {
  return { type: 'file', doc }
}

/** Describe a text. */
export function text(doc: string, fallback?: string): ParamSpec<string> {
  return fallback === undefined ? { type: 'text', doc } : { type: 'text', doc, default: fallback }
}
