import { measureNames } from '../measures/index.ts'
import { MODELS } from '../mechanisms/index.ts'
import type { Scenario } from '../scenario/index.ts'
import { modelOf } from '../world/index.ts'

/** Names of everything that can be measured in a scenario, `badDebt[instance]` among them. */
export function measuresOf({ document }: Scenario): readonly string[] {
  const instances = Object.entries((document.instances ?? {}) as Record<string, { kind?: string }>)
  const protocols = instances.filter(
    ([, { kind }]) => modelOf(MODELS, kind ?? '')?.phase === 'protocol',
  )
  return measureNames(protocols.map(([name]) => name))
}
