import type { Loaded, ParamSpecs, Params, ParamsOf } from '../world/index.ts'
import type { Files } from './files.ts'

/** A way from data to the inputs of a world; its outputs are addressed as `@name.path`. */
export type Source = {
  /** Unique name, used as `kind` in a scenario. */
  readonly kind: string
  /** One line: what it reads and gives. */
  readonly doc: string
  readonly params: ParamSpecs
  /** What each output path holds. */
  readonly outputs: Readonly<Record<string, string>>
  /** @throws {SourceError} when the data or the parameters cannot be used. */
  load(params: Params, files: Files): Promise<Loaded> | Loaded
}

type Definition<S extends ParamSpecs> = {
  readonly kind: string
  readonly doc: string
  readonly params: S
  readonly outputs: Readonly<Record<string, string>>
  readonly load: (params: ParamsOf<S>, files: Files) => Promise<Loaded> | Loaded
}

/** Define a source; its parameters are typed from their descriptors. */
export function source<const S extends ParamSpecs>(definition: Definition<S>): Source {
  return {
    kind: definition.kind,
    doc: definition.doc,
    params: definition.params,
    outputs: definition.outputs,
    load: (params, files) => definition.load(params as ParamsOf<S>, files),
  }
}
