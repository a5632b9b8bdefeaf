import { describe, expect, it } from 'vitest'
import {
  type Action,
  f64,
  type InstanceSpec,
  type Model,
  model,
  number,
  numeraire,
  ref,
  USD,
  type World,
  type WorldSpec,
} from '../world/index.ts'
import {
  buildWorld,
  ConservationError,
  createStepper,
  hashWorld,
  LinkError,
  NonFiniteError,
  rewind,
  snapshot,
  startPath,
} from './index.ts'

/** A chain without fees whose ordering and gas limit are parameters of the test. */
function chainOf(
  order: 'bid' | 'fifo' | 'random' | 'adversarial',
  gasLimit = 1e9,
  price = 0,
): Model {
  return model({
    kind: 'test/chain',
    phase: 'chain',
    doc: 'chain',
    params: {},
    columns: () => ({ number: f64(1, 'blocks') }),
    create: (_p, s, context) => ({
      ports: {
        chain: {
          name: context.name,
          blockSeconds: 1,
          order,
          rounds: 1,
          gasLimit,
          number: () => s.number[0]!,
          due: () => true,
          baseFee: () => price,
          gasUsd: (gas) => gas * price,
          close: () => {
            s.number[0]! += 1
          },
        },
      },
    }),
  })
}

/** Submits one action per block to `to`, and writes down in which order it was served. */
const sender: Model = model({
  kind: 'test/sender',
  phase: 'agent',
  doc: 'sender',
  params: {
    to: ref('driver', 'desk'),
    bid: number('bid', 'gwei', { default: 0 }),
    arrival: number('arrival', 's', { default: 0 }),
    gas: number('gas', 'gas', { default: 1 }),
    amount: number('USD per action', 'USD', { default: 1 }),
    capital: number('USD', 'USD', { default: 1000 }),
  },
  columns: () => ({ place: f64(1, 'place', -1), noise: f64(1, '') }),
  create(p, s, { ledger, self, draws }) {
    ledger.endow(self, USD, p.capital)
    return {
      observe({ tick }, submit) {
        s.noise[0] = draws.normal(tick, 0)
        const pay: Action = { to: p.to, kind: 'pay', args: [p.amount], gas: p.gas }
        submit({
          actions: [pay, { kind: 'note', args: [], gas: 0 }],
          bid: p.bid,
          key: 0,
          arrival: p.arrival,
        })
      },
      actions: {
        note: {
          doc: 'remember the place',
          execute: () => {
            s.place[0] = ledger.balance(self, USD)
            return null
          },
        },
      },
    }
  },
})

/** Takes money up to a total per path; what exceeds it is refused after it was moved. */
const desk: Model = model({
  kind: 'test/desk',
  phase: 'venue',
  doc: 'desk',
  params: { limit: number('most that it keeps', 'USD', { default: 1e9 }) },
  columns: () => ({ served: f64(8, 'holder', -1), count: f64(1, 'actions') }),
  create(p, s, { ledger, self, trace }) {
    return {
      ports: { driver: { assets: [], shift: () => 0 } },
      actions: {
        pay: {
          doc: 'pay',
          execute([amount], from) {
            if (!ledger.transfer(from, self, USD, amount!)) return 'no money'
            trace.add('news', { instance: self, parent: -1, x: amount! })
            s.served[s.count[0]! % 8] = from
            s.count[0]! += 1
            return ledger.balance(self, USD) > p.limit ? 'desk is full' : null
          },
        },
      },
    }
  },
})

const instance = (name: string, kind: string, params: Record<string, unknown>): InstanceSpec => ({
  name,
  kind,
  chain: 'main',
  params,
})

const SENDER = { to: 'desk', bid: 0, arrival: 0, gas: 1, amount: 1, capital: 1000 }

function specOf(instances: readonly InstanceSpec[]): WorldSpec {
  const chains = [instance('main', 'test/chain', {})]
  return { assets: [numeraire], tickSeconds: 1, ticks: 20, chains, instances }
}

function worldOf(
  senders: Readonly<Record<string, Partial<typeof SENDER>>>,
  options: {
    readonly chain?: Model
    readonly limit?: number
    readonly checked?: boolean
    readonly seed?: number
    readonly reversed?: boolean
  } = {},
): World {
  const instances = [
    instance('desk', 'test/desk', { limit: options.limit ?? 1e9 }),
    ...Object.entries(senders).map(([name, p]) =>
      instance(name, 'test/sender', { ...SENDER, ...p }),
    ),
  ]
  const spec = specOf(options.reversed ? instances.reverse() : instances)
  return buildWorld(spec, [options.chain ?? chainOf('bid'), sender, desk], {
    seed: options.seed ?? 1,
    checked: options.checked ?? true,
  })
}

/** Names in the order in which the desk served them in the last block. */
function served(world: World): string[] {
  const column = world.columns['desk/served'] as Float64Array
  return [...column].filter((h) => h >= 0).map((h) => world.instances[h]!.name)
}

const steps = (world: World, n: number): void => {
  const step = createStepper(world)
  for (let k = 0; k < n; k++) step()
}

describe('the builder', () => {
  it('serves the highest bid first', () => {
    const world = worldOf({ a: { bid: 1 }, b: { bid: 3 }, c: { bid: 2 } })
    steps(world, 1)
    expect(served(world)).toEqual(['b', 'c', 'a'])
  })

  it('serves the earliest first under fifo', () => {
    const senders = { a: { arrival: 3 }, b: { arrival: 1, bid: -9 }, c: { arrival: 2 } }
    const world = worldOf(senders, { chain: chainOf('fifo') })
    steps(world, 1)
    expect(served(world)).toEqual(['b', 'c', 'a'])
  })

  it('breaks ties by a draw per block, not by name or order of submission', () => {
    const firsts = new Map<string, number>()
    for (let seed = 0; seed < 300; seed++) {
      const world = worldOf({ a: {}, b: {}, c: {} }, { seed })
      steps(world, 1)
      const first = served(world)[0]!
      firsts.set(first, (firsts.get(first) ?? 0) + 1)
    }
    // Each is first in 100 of 300 with a standard deviation of 8.2.
    for (const name of ['a', 'b', 'c']) expect(Math.abs(firsts.get(name)! - 100)).toBeLessThan(33)
  })

  it('stops at the gas limit and lets smaller submissions in', () => {
    const senders = { a: { bid: 3, gas: 60 }, b: { bid: 2, gas: 60 }, c: { bid: 1, gas: 30 } }
    const world = worldOf(senders, { chain: chainOf('bid', 100) })
    steps(world, 1)
    expect(served(world)).toEqual(['a', 'c'])
  })
})

describe('execution', () => {
  it('takes a refused submission back whole, and keeps its gas', () => {
    const world = worldOf(
      { a: { amount: 10, gas: 2 } },
      { limit: 5, chain: chainOf('bid', 1e9, 0.5) },
    )
    steps(world, 1)
    const { ledger, trace } = world
    const self = world.instances.find((i) => i.name === 'a')!.self
    expect(ledger.balance(self, USD)).toBe(999)
    expect(ledger.balance(ledger.holders - 1, USD)).toBe(1)
    expect(world.gas[self]).toBe(1)
    expect(served(world)).toEqual([])
    expect(trace.length).toBe(1)
    expect(trace.texts[trace.columns.other[0]!]).toBe('desk is full')
    expect(trace.columns.x[0]).toBe(1)
  })

  it('takes a bundle whole or not at all', () => {
    const world = worldOf({ a: { amount: 10 } }, { limit: 5 })
    steps(world, 1)
    expect((world.columns['a/place'] as Float64Array)[0]).toBe(-1)
    const roomy = worldOf({ a: { amount: 10 } })
    steps(roomy, 1)
    expect((roomy.columns['a/place'] as Float64Array)[0]).toBe(990)
  })

  it('leaves out who cannot pay the gas', () => {
    const world = worldOf({ a: { capital: 1, gas: 4 } }, { chain: chainOf('bid', 1e9, 0.5) })
    steps(world, 1)
    expect(world.trace.length).toBe(0)
  })

  it('forgets the reasons of failures that are taken back', () => {
    const world = worldOf({ a: { amount: 10 } }, { limit: 5 })
    const here = snapshot(world)
    steps(world, 1)
    expect(world.trace.texts).toEqual(['desk is full'])
    rewind(world, here)
    expect(world.trace.texts).toEqual([])
  })

  it.each(['step', 'observe'] as const)('refuses value moved in %s', (moment) => {
    const thief: Model = model({
      kind: 'test/thief',
      phase: 'agent',
      doc: 'thief',
      params: {},
      create: (_p, _s, { ledger, self }) => ({
        [moment]: () => {
          ledger.transfer(ledger.holders - 1, self, USD, 1)
        },
      }),
    })
    const world = buildWorld(specOf([instance('t', 'test/thief', {})]), [chainOf('bid'), thief], {
      seed: 1,
    })
    expect(() => steps(world, 1)).toThrowError(expect.objectContaining({ name: 'LedgerError' }))
  })
})

describe('checked mode', () => {
  const broken = (spoil: (columns: { readonly x: Float64Array }, world: Float64Array) => void) =>
    model({
      kind: 'test/broken',
      phase: 'agent',
      doc: 'broken',
      params: {},
      columns: () => ({ x: f64(1, '') }),
      create: (_p, s, { ledger }) => ({ step: () => spoil(s, ledger.balances) }),
    })
  const build = (bad: Model): World =>
    buildWorld(specOf([instance('b', 'test/broken', {})]), [chainOf('bid'), bad], {
      seed: 1,
      checked: true,
    })

  it('finds tokens out of nowhere', () => {
    const world = build(
      broken((_s, balances) => {
        balances[0]! += 1
      }),
    )
    expect(() => steps(world, 1)).toThrowError(ConservationError)
  })

  it('refuses NaN in a column', () => {
    const world = build(
      broken((s) => {
        s.x[0] = Number.NaN
      }),
    )
    expect(() => steps(world, 1)).toThrowError(NonFiniteError)
  })
})

describe('identity', () => {
  const senders = { a: { bid: 1 }, b: { bid: 1, amount: 2 }, c: { amount: 700 } }

  it('gives the same bytes for the same seed, others for another', () => {
    const hash = (seed: number): string => {
      const world = worldOf(senders, { seed })
      steps(world, 12)
      return hashWorld(world)
    }
    expect(hash(7)).toBe(hash(7))
    expect(hash(7)).not.toBe(hash(8))
  })

  it('does not depend on the order in which instances are listed', () => {
    const forward = worldOf(senders)
    const backward = worldOf(senders, { reversed: true })
    steps(forward, 12)
    steps(backward, 12)
    expect(hashWorld(backward)).toBe(hashWorld(forward))
  })

  it('does not shift the draws of others when an instance is added', () => {
    const few = worldOf({ a: {} })
    const more = worldOf({ a: {}, aa: {}, b: {} })
    steps(few, 3)
    steps(more, 3)
    expect(more.columns['a/noise']).toEqual(few.columns['a/noise'])
  })

  it('rewinds to any block and steps on to the same bytes', () => {
    const world = worldOf(senders, { limit: 40 })
    const moments = []
    const hashes = []
    for (let k = 0; k < 10; k++) {
      moments.push(snapshot(world))
      hashes.push(hashWorld(world))
      steps(world, 1)
    }
    const end = hashWorld(world)
    for (let k = 9; k >= 0; k--) {
      rewind(world, moments[k]!)
      expect(hashWorld(world)).toBe(hashes[k])
      steps(world, 10 - k)
      expect(hashWorld(world)).toBe(end)
      rewind(world, moments[k]!)
    }
  })

  it('starts any path from the opening', () => {
    const fresh = worldOf(senders, { seed: 5 })
    startPath(fresh, 5, 3)
    steps(fresh, 8)
    const used = worldOf(senders, { seed: 5 })
    steps(used, 15)
    startPath(used, 5, 3)
    steps(used, 8)
    expect(hashWorld(used)).toBe(hashWorld(fresh))
  })
})

describe('linking', () => {
  const models = [chainOf('bid'), sender, desk]
  const build = (...instances: InstanceSpec[]): (() => World) => {
    return () => buildWorld(specOf(instances), models, { seed: 1 })
  }

  it('names what is missing', () => {
    expect(build(instance('a', 'test/nothing', {}))).toThrowError(LinkError)
    expect(
      build(instance('a', 'test/sender', { ...SENDER, to: 'x' }), instance('a', 'test/desk', {})),
    ).toThrowError(/two instances are named "a"/)
    const linked = model({
      kind: 'test/linked',
      phase: 'agent',
      doc: '',
      params: { to: ref('pool', '') },
      create: (p) => ({
        link: (use) => {
          use('pool', p.to)
        },
      }),
    })
    const bad = (to: string) => () =>
      buildWorld(
        specOf([instance('d', 'test/desk', { limit: 1 }), instance('l', 'test/linked', { to })]),
        [...models, linked],
        { seed: 1 },
      )
    expect(bad('d')).toThrowError('"l" needs a pool, but "d" (test/desk) is none')
    expect(bad('q')).toThrowError('"l" refers to "q", which does not exist')
  })

  it('refuses an instance on an unknown chain', () => {
    expect(build({ ...instance('d', 'test/desk', {}), chain: 'other' })).toThrowError(LinkError)
  })
})
