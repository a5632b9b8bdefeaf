import { expect, it } from 'vitest'
import { againCommand } from './experiment.ts'

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
