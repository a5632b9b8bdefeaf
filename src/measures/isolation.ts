import type { Measure, PathView } from './view.ts'

type Outcome = { readonly closingCost: number; readonly brought: number }

/** What taking pools apart has cost before the first block; null where nothing was. */
function summed(key: keyof Outcome): Measure['value'] {
  return ({ world }: PathView) => {
    const own = world.instances.filter(({ model }) => model.kind === 'controls/isolation')
    if (own.length === 0) return null
    const outcomes = own.flatMap(({ spec }) => spec.params.outcome as readonly Outcome[])
    return outcomes.reduce((sum, outcome) => sum + outcome[key], 0)
  }
}

/** Measures of what isolated cells cost at the start; none in worlds without them. */
export const ISOLATION_MEASURES: readonly Measure[] = [
  {
    name: 'isolationCost',
    unit: 'USD',
    better: 'lower',
    doc: 'lost on sales at the start of collateral that could not be carried over into isolated cells; none without isolation',
    value: summed('closingCost'),
  },
  {
    name: 'isolationFunding',
    unit: 'USD',
    better: 'lower',
    doc: 'cash that isolated cells need at the start and their pool did not have, because collateral of one cell no longer funds loans of another; none without isolation',
    value: summed('brought'),
  },
]
