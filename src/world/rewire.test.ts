import { describe, expect, it } from 'vitest'
import { type Arrange, type Model, model } from './model.ts'
import { optionalRef, ref, refs } from './params.ts'
import { arranged, referredBy, rewired, split, without } from './rewire.ts'
import type { InstanceSpec, WorldSpec } from './spec.ts'

const plain = (kind: string, params: Model['params'] = {}, arrange?: Arrange): Model =>
  model({ kind, phase: 'agent', doc: '', params, ...(arrange && { arrange }), create: () => ({}) })

const POOL = plain('pool')
const KEEPER = plain('keeper', { pools: refs('venue', 'pools'), spare: optionalRef('venue', '') })
const USER = plain('user', { pool: ref('venue', 'pool') })
const FRIEND = plain('friend', { user: ref('venue', 'user') })
const MODELS = [POOL, KEEPER, USER, FRIEND]

const at = (name: string, kind: string, params = {}): InstanceSpec => ({
  name,
  kind,
  chain: 'main',
  params,
})

function world(...instances: readonly InstanceSpec[]): WorldSpec {
  return { assets: [], tickSeconds: 1, ticks: 1, chains: [], instances }
}

const shared = world(
  at('a', 'pool'),
  at('b', 'pool'),
  at('keeper', 'keeper', { pools: ['a', 'b'], spare: 'a' }),
  at('user', 'user', { pool: 'a' }),
  at('friend', 'friend', { user: 'user' }),
)

const named = ({ instances }: WorldSpec): Record<string, unknown> =>
  Object.fromEntries(instances.map(({ name, params }) => [name, params]))

describe('without', () => {
  it('takes out what cannot do without what is gone, and keeps the rest of lists', () => {
    const left = without(shared, MODELS, new Set(['a']))
    expect(named(left)).toEqual({ b: {}, keeper: { pools: ['b'], spare: '' } })
  })
})

describe('references', () => {
  const both = plain('both', { one: ref('venue', ''), others: refs('priceSource', '') })
  const own = at('own', 'both', { one: 'a', others: ['a', 'b', 'a'] })

  it('are told by the port that they ask for, each name once', () => {
    expect(referredBy(own, [both], 'venue')).toEqual(['a'])
    expect(referredBy(own, [both], 'priceSource')).toEqual(['a', 'b'])
    expect(referredBy(at('keeper', 'keeper', { pools: [], spare: '' }), MODELS, 'venue')).toEqual(
      [],
    )
  })

  it('are sent elsewhere by name and port', () => {
    const to = (name: string, port: string): string => (port === 'venue' ? `${name}.x` : name)
    expect(rewired(own, [both], to).params).toEqual({ one: 'a.x', others: ['a', 'b'] })
  })
})

describe('split', () => {
  const parts = new Map([
    ['x', at('', 'pool')],
    ['y', at('', 'pool')],
  ])

  it('names all parts in lists, and copies what refers to one instance, and its friends', () => {
    const whole = world(...shared.instances.filter(({ name }) => name !== 'keeper'))
    expect(named(split(whole, MODELS, 'a', parts))).toEqual({
      b: {},
      'a.x': {},
      'a.y': {},
      'user.x': { pool: 'a.x' },
      'user.y': { pool: 'a.y' },
      'friend.x': { user: 'user.x' },
      'friend.y': { user: 'user.y' },
    })
    const keeper = world(at('a', 'pool'), at('keeper', 'keeper', { pools: ['a'], spare: '' }))
    expect(named(split(keeper, MODELS, 'a', parts)).keeper).toEqual({
      pools: ['a.x', 'a.y'],
      spare: '',
    })
  })

  it('copies nothing for a single part', () => {
    const one = split(shared, MODELS, 'a', new Map([['x', at('', 'pool')]]))
    expect(named(one)).toMatchObject({
      keeper: { pools: ['a.x', 'b'], spare: 'a.x' },
      user: { pool: 'a.x' },
      friend: { user: 'user' },
    })
  })
})

describe('arranged', () => {
  it('lets a model put others in its place, once', () => {
    const cell = plain('cell', { pool: ref('venue', 'pool') }, (spec, own, models) => {
      const others = spec.instances.filter(({ name }) => name !== own.name)
      const parts = new Map(['x', 'y'].map((suffix) => [suffix, at('', 'pool')]))
      return split({ ...spec, instances: others }, models, String(own.params.pool), parts)
    })
    const given = world(at('a', 'pool'), at('cells', 'cell', { pool: 'a' }))
    const made = arranged(given, [...MODELS, cell])
    expect(Object.keys(named(made))).toEqual(['a.x', 'a.y'])
    expect(arranged(made, [...MODELS, cell])).toEqual(made)
  })
})
