import { eventsOf } from './forest.ts'
import type { Measure, PathView } from './view.ts'

const UPHELD = 1

function hasAssertions({ world }: PathView): boolean {
  return world.all('assertions').length > 0
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length
}

/** Measures of prices that are asserted and disputed. */
export const DISPUTE_MEASURES: readonly Measure[] = [
  {
    name: 'disputeOutcome',
    unit: 'fraction',
    better: 'lower',
    doc: 'share of the votes on disputed prices that upheld the price; none without a vote',
    value: ({ world: { trace } }) =>
      mean(eventsOf(trace, 'verdict').map((e) => (trace.columns.other[e] === UPHELD ? 1 : 0))),
  },
  {
    name: 'bribesPaid',
    unit: 'USD',
    better: 'lower',
    doc: 'what voters received for their votes on asserted prices; none without such an oracle',
    value: (view) => {
      const { trace } = view.world
      if (!hasAssertions(view)) return null
      return eventsOf(trace, 'verdict').reduce((sum, e) => sum + trace.columns.z[e]!, 0)
    },
  },
  {
    name: 'answerDelay',
    unit: 's',
    better: 'lower',
    doc: 'mean age of what oracles had observed when it became their answer, of oracles that settle disputes where there are any; none without an answer',
    value: ({ world }) => {
      const { instance, z } = world.trace.columns
      const courts = world.all('assertions').map(({ self }) => self)
      const answers = eventsOf(world.trace, 'answer')
      const own = courts.length > 0 ? answers.filter((e) => courts.includes(instance[e]!)) : answers
      return mean(own.map((e) => z[e]!))
    },
  },
]
