import type { ResolvedScenario, Scenario } from '../scenario/index.ts'
import type { Loaded } from '../world/index.ts'

type Fact = Loaded['facts'][number]

/** A distribution that a source told as facts `name.min`, `name.p05`, ..., `name.max`. */
export type FactDistribution = {
  readonly name: string
  readonly unit: string
  /** Value by level: min, p01, p05, p25, p50, p75, p95, p99, max, as far as told. */
  readonly levels: Readonly<Record<string, number>>
  /** Everything else that was told about it, such as counts. */
  readonly others: readonly Fact[]
}

/** What one source gave and left out. */
export type Origin = {
  readonly name: string
  readonly kind: string
  readonly facts: readonly Fact[]
  readonly distributions: readonly FactDistribution[]
  readonly leftOut: Loaded['leftOut']
  readonly lists: NonNullable<Loaded['lists']>
}

const LEVEL = /^(min|max|p\d+)$/

function splitName(fact: Fact): readonly [string, string] {
  const at = fact.name.indexOf('.')
  return at < 0 ? [fact.name, ''] : [fact.name.slice(0, at), fact.name.slice(at + 1)]
}

function distributionsOf(facts: readonly Fact[]): readonly FactDistribution[] {
  const names = new Set(facts.filter((f) => splitName(f)[1] === 'p50').map((f) => splitName(f)[0]))
  return [...names].map((name) => {
    const own = facts.filter((f) => splitName(f)[0] === name)
    const points = own.filter((f) => LEVEL.test(splitName(f)[1]))
    return {
      name,
      unit: points[0]!.unit,
      levels: Object.fromEntries(points.map((f) => [splitName(f)[1], f.value])),
      others: own.filter((f) => !points.includes(f)),
    }
  })
}

/** Sort what the sources of a scenario told: facts, distributions, what was left out. */
export function originsOf(resolved: ResolvedScenario, scenario: Scenario): readonly Origin[] {
  const sources = (scenario.document.sources ?? {}) as Readonly<Record<string, { kind?: unknown }>>
  return Object.entries(resolved.loaded).map(([name, { facts, leftOut, lists = [] }]) => {
    const distributions = distributionsOf(facts)
    const told = new Set(distributions.map((d) => d.name))
    return {
      ...{ name, kind: String(sources[name]?.kind ?? ''), distributions, leftOut, lists },
      facts: facts.filter((f) => !told.has(splitName(f)[0])),
    }
  })
}
