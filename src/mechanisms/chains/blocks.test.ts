import { describe, expect, it } from 'vitest'
import { type Member, selfOf, smallWorld, stepWorld } from '../../../test/conformance/model.ts'
import {
  type Action,
  EVENT_NAMES,
  f64,
  list,
  type Model,
  model,
  number,
  record,
  USD,
  usd,
  type World,
} from '../../world/index.ts'

/**
 * Submits stated actions in every block: `add` counts and leaves a topUp event, `guard` does the same
 * and is protective, `fail` counts and is refused.
 */
const actor: Model = model({
  kind: 'test/actor',
  phase: 'agent',
  doc: 'submits stated actions',
  params: {
    cash: usd('money at the start', { default: 1e6 }),
    submissions: list(
      'in every block',
      record('one', {
        actions: list('in a bundle', record('one', { kind: number('0 add, 1 guard, 2 fail', '') })),
        bid: number('bid', 'gwei', { default: 0 }),
        gas: number('gas of each action', 'gas', { default: 0 }),
        arrival: number('arrival', 's', { default: 0 }),
      }),
    ),
  },
  columns: () => ({ count: f64(1, 'actions') }),
  create(p, s, { ledger, self, trace }) {
    ledger.endow(self, USD, p.cash)
    const add = ([key]: readonly number[]): null => {
      s.count[0]! += 1
      trace.add('topUp', { instance: self, parent: -1, row: key! })
      return null
    }
    return {
      observe({ round }, submit) {
        if (round > 0) return
        p.submissions.forEach(({ actions, bid, gas, arrival }, key) => {
          const asked = actions.map(
            ({ kind }): Action => ({
              kind: ['add', 'guard', 'fail'][kind]!,
              args: [key],
              gas,
            }),
          )
          submit({ actions: asked, bid, key, arrival })
        })
      },
      actions: {
        add: { doc: 'count', execute: add },
        guard: { doc: 'count', protective: true, execute: add },
        fail: {
          doc: 'count and be refused',
          execute: (args) => (add(args) === null ? 'no' : null),
        },
      },
    }
  },
})

type Given = {
  readonly kinds?: readonly number[]
  readonly bid?: number
  readonly gas?: number
  readonly arrival?: number
}

function actorOf(submissions: readonly Given[], cash = 1e6): Member {
  return [
    actor,
    {
      cash,
      submissions: submissions.map(({ kinds = [0], bid = 0, gas = 0, arrival = 0 }) => ({
        actions: kinds.map((kind) => ({ kind })),
        bid,
        gas,
        arrival,
      })),
    },
  ]
}

/** Name and key of what was executed since event `from`, in order. */
function executed(world: World, from = 0): string[] {
  const { kind, instance, row } = world.trace.columns
  const out: string[] = []
  for (let id = from; id < world.trace.length; id++)
    if (EVENT_NAMES[kind[id]!] === 'topUp')
      out.push(`${world.instances[instance[id]!]!.name}${row[id]}`)
  return out
}

function run(
  chain: Readonly<Record<string, unknown>>,
  actors: Readonly<Record<string, Member>>,
  blocks = 1,
): World {
  const world = smallWorld(actors, { chain })
  stepWorld(world, blocks)
  return world
}

describe('the order of a block', () => {
  it('by bid: the highest first', () => {
    const actors = { a: actorOf([{ bid: 1 }, { bid: 3 }]), b: actorOf([{ bid: 2 }, { bid: 9 }]) }
    expect(executed(run({ order: 'bid' }, actors))).toEqual(['b1', 'a1', 'b0', 'a0'])
  })

  it('first come: the earliest arrival first, whatever is bid', () => {
    const actors = {
      a: actorOf([
        { bid: 9, arrival: 3 },
        { bid: 1, arrival: 0.5 },
      ]),
      b: actorOf([{ bid: 5, arrival: 1 }]),
    }
    expect(executed(run({ order: 'fifo' }, actors))).toEqual(['a1', 'b0', 'a0'])
  })

  it('adversarial: what protects others last, each part by bid', () => {
    const actors = {
      a: actorOf([
        { kinds: [1], bid: 100 },
        { kinds: [0], bid: 1 },
      ]),
      b: actorOf([
        { kinds: [0], bid: 2 },
        { kinds: [1], bid: 200 },
      ]),
      c: actorOf([{ kinds: [1, 0], bid: 50 }]),
    }
    const order = executed(run({ order: 'adversarial' }, actors))
    expect(order).toEqual(['c0', 'c0', 'b0', 'a1', 'b1', 'a0'])
  })

  it('random: every order as often, whatever is bid', () => {
    const actors = { a: actorOf([{ bid: 9 }]), b: actorOf([{ bid: 1 }]), c: actorOf([{}]) }
    const n = 1200
    const order = executed(run({ order: 'random' }, actors, n))
    const counts = new Map<string, number>()
    for (let k = 0; k < n; k++) {
      const block = order.slice(3 * k, 3 * k + 3).join()
      counts.set(block, (counts.get(block) ?? 0) + 1)
    }
    expect(counts.size).toBe(6)
    const error = Math.sqrt((n * 5) / 36)
    for (const count of counts.values()) expect(Math.abs(count - n / 6)).toBeLessThan(3 * error)
  })

  it.each(['bid', 'fifo', 'adversarial'])('%s: ties go by no name and no place', (order) => {
    const actors = { a: actorOf([{ bid: 1 }, { bid: 1 }]), z: actorOf([{ bid: 1 }]) }
    const n = 1000
    const first = { a0: 0, a1: 0, z0: 0 }
    const all = executed(run({ order }, actors, n))
    for (let k = 0; k < n; k++) first[all[3 * k] as keyof typeof first]++
    for (const count of Object.values(first))
      expect(Math.abs(count - n / 3)).toBeLessThan(3 * Math.sqrt((n * 2) / 9))
  })
})

describe('the gas of a block', () => {
  it('is never exceeded; what does not fit leaves room for what does', () => {
    const actors = {
      a: actorOf([
        { bid: 3, gas: 60 },
        { bid: 2, gas: 60 },
        { bid: 1, gas: 40 },
      ]),
    }
    expect(executed(run({ gasLimit: 200, demand: 0.5 }, actors))).toEqual(['a0', 'a2'])
  })

  it('moves the base fee with what was used', () => {
    const chain = { gasLimit: 200, demand: 0.5, gasPrice: 8 }
    expect(run(chain, { a: actorOf([{ gas: 100 }]) }).chains[0]!.baseFee()).toBe(9)
    expect(run(chain, { a: actorOf([{ gas: 50 }]) }).chains[0]!.baseFee()).toBe(8.5)
  })

  it('is paid by the submitter, and who cannot pay is not executed', () => {
    // 1e9 gas at 1 + 4 gwei is 5 USD.
    const actors = {
      rich: actorOf([{ gas: 1e9, bid: 4 }], 100),
      poor: actorOf([{ gas: 1e9, bid: 4 }], 4),
    }
    const world = run({ gasLimit: 1e10, gasPrice: 1 }, actors)
    expect(executed(world)).toEqual(['rich0'])
    expect(world.ledger.balance(selfOf(world, 'rich'), USD)).toBeCloseTo(95, 12)
    expect(world.ledger.balance(selfOf(world, 'poor'), USD)).toBe(4)
    expect(world.ledger.balance(world.ledger.holders - 1, USD)).toBeCloseTo(5, 12)
  })
})

describe('a bundle', () => {
  it('is taken whole', () => {
    const world = run({}, { a: actorOf([{ kinds: [0, 0, 1] }]) })
    expect(world.columns['a/count']![0]).toBe(3)
  })

  it('or not at all: a refused action undoes those before it, and the gas of all is paid', () => {
    const actors = { a: actorOf([{ kinds: [0, 0, 2], gas: 1e9 }], 100) }
    const world = run({ gasLimit: 1e10, gasPrice: 1 }, actors)
    expect(world.columns['a/count']![0]).toBe(0)
    expect(executed(world)).toEqual([])
    expect(world.ledger.balance(selfOf(world, 'a'), USD)).toBeCloseTo(97, 12)
    const { kind, x, row, other } = world.trace.columns
    expect(EVENT_NAMES[kind[0]!]).toBe('failed')
    expect([row[0], world.trace.texts[other[0]!]]).toEqual([0, 'no'])
    expect(x[0]).toBeCloseTo(3, 12)
  })

  it('does not touch what others did in the same block', () => {
    const actors = {
      a: actorOf([
        { kinds: [0], bid: 3 },
        { kinds: [0, 2], bid: 2 },
        { kinds: [0], bid: 1 },
      ]),
      b: actorOf([{ kinds: [0, 2], bid: 2.5 }]),
    }
    const world = run({}, actors)
    expect(executed(world)).toEqual(['a0', 'a2'])
    expect(world.columns['a/count']![0]).toBe(2)
    expect(world.columns['b/count']![0]).toBe(0)
  })
})
