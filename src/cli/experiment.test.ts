import { expect, it } from 'vitest'
import { loadScenario } from '../scenario/index.ts'
import { againCommand, overridesOf } from './experiment.ts'

it('repeats every option that changes results, quoted for a shell', () => {
  const args = {
    vary: ['ethDrop=0.2..0.6', 'depth=1e6..4e7:5'],
    set: { hours: 0.5, oracle: 'two words' },
    measure: 'badDebt[aave].es95',
    short: true,
    ...{ line: false, sensitivity: true },
    tailPaths: 8,
    seed: undefined,
    ...{ json: true, out: 'there', workers: 2 },
  }
  expect(againCommand('sweep', ['my book.yaml'], args)).toBe(
    "breakwater sweep 'my book.yaml' --vary ethDrop=0.2..0.6 --vary depth=1e6..4e7:5 --set hours=0.5 --set 'oracle=two words' --measure 'badDebt[aave].es95' --short --no-line --tail-paths 8",
  )
})

it('the short form gives no value to what is varied; what is set stays, to be refused', () => {
  const scenario = loadScenario('scenarios/frontier-insolvency.yaml')
  expect(scenario.short).toEqual({ hours: 0.2, gasPrice: 0, cashShare: 0.1 })
  const short = { short: true, set: { hours: 1 } }
  expect(overridesOf(scenario, short)).toEqual({ hours: 1, gasPrice: 0, cashShare: 0.1 })
  expect(overridesOf(scenario, short, ['cashShare', 'hours'])).toEqual({ hours: 1, gasPrice: 0 })
})
