import { expect, it } from 'vitest'
import { moverBefore } from './cause.ts'
import { createTrace } from './trace.ts'

it('a chain of movers ends at the first of its own path, whatever ids a carried state holds', () => {
  const trace = createTrace()
  const add = (previous: number): number =>
    trace.add('swap', { instance: 0, parent: -1, previous, asset: 0, other: 1 })
  // 7 and 1 are ids of another path's trace: later than, or equal to, the events that name them.
  const first = add(7)
  const second = add(1)
  const third = add(second)
  expect([first, second, third].map((event) => moverBefore(trace, third, event))).toEqual([
    -1, -1, 1,
  ])
  expect(moverBefore(trace, 1e9, 2)).toBe(-1)
})
