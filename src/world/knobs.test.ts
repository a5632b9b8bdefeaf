import { expect, it } from 'vitest'
import { knobsIn, turnKnob } from './knobs.ts'
import { model } from './model.ts'
import { number } from './params.ts'
import type { WorldSpec } from './spec.ts'

const late = model({
  kind: 'test/late',
  phase: 'agent',
  doc: '',
  params: { wait: number('', 's'), other: number('', 's') },
  knobs: { liquidationDelay: (p, value) => ({ wait: value + 0 * p.other }) },
  create: () => ({}),
})
const plain = model({ kind: 'test/plain', phase: 'agent', doc: '', params: {}, create: () => ({}) })

const spec: WorldSpec = {
  ...{ assets: [], tickSeconds: 1, ticks: 1, chains: [] },
  instances: [
    { name: 'a', kind: 'test/late', chain: 'main', params: { wait: 1, other: 2 } },
    { name: 'b', kind: 'test/plain', chain: 'main', params: { wait: 3 } },
  ],
}

it('a knob turns what it means something to and nothing else', () => {
  const turned = turnKnob(spec, [late, plain], 'liquidationDelay', 60)
  expect(turned.instances.map((i) => i.params)).toEqual([{ wait: 60, other: 2 }, { wait: 3 }])
  expect(spec.instances[0]!.params).toEqual({ wait: 1, other: 2 })
})

it('a world has the knobs that its models have', () => {
  expect(knobsIn(spec, [late, plain])).toEqual(['liquidationDelay'])
  expect(knobsIn({ ...spec, instances: [] }, [late, plain])).toEqual([])
})
