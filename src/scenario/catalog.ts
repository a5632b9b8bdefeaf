import type { Source } from '../sources/index.ts'
import type { Model } from '../world/index.ts'

/** Everything that a scenario may name. */
export type Catalog = {
  readonly models: readonly Model[]
  readonly sources: readonly Source[]
  /** Names of measures; any name is accepted when there are none. */
  readonly measures: readonly string[]
  /** Those among them that are also taken of one lender alone, as `name[instance]`. */
  readonly perLender?: readonly string[]
}

/** Models that `chains:` may name, by kind. */
export function chainModels(catalog: Catalog): readonly Model[] {
  return byKind(catalog.models.filter((m) => m.phase === 'chain'))
}

/** Models that `instances:` may name, by kind. */
export function instanceModels(catalog: Catalog): readonly Model[] {
  return byKind(catalog.models.filter((m) => m.phase !== 'chain'))
}

/** Models that `defences:` may name, by kind. */
export function controlModels(catalog: Catalog): readonly Model[] {
  return byKind(catalog.models.filter((m) => m.phase === 'control'))
}

/** Sort by kind, so that the order in which models are registered means nothing. */
export function byKind<T extends { readonly kind: string }>(items: readonly T[]): readonly T[] {
  return [...items].sort((a, b) => (a.kind < b.kind ? -1 : 1))
}
