import { ETH, type Member, smallWorld } from '../../../test/conformance/model.ts'
import { f64, list, type Model, model, number, type World } from '../../world/index.ts'

/** States a price of ETH per tick and how old it is; 0 means no answer. Each change is an event. */
const teller: Model = model({
  kind: 'test/teller',
  phase: 'oracle',
  doc: 'stated answers',
  params: {
    path: list('price after each tick', number('price', 'USD'), { default: [] }),
    ages: list('age after each tick', number('age', 's'), { default: [] }),
  },
  columns: () => ({ now: f64(1, 'USD', 2000), age: f64(1, 's'), last: f64(2, 'event', -1) }),
  create(p, s, { trace, self }) {
    return {
      ports: {
        priceSource: {
          covers: (a) => a === ETH || a === 0,
          price: (a) => (a === 0 ? 1 : a === ETH && s.now[0]! > 0 ? s.now[0]! : Number.NaN),
          cause: (a, direction) => (a === ETH ? s.last[direction < 0 ? 0 : 1]! : -1),
          moveOf: (event, a) =>
            trace.columns.instance[event] === self && a === ETH ? trace.columns.y[event]! : 0,
          age: (a) => (a === ETH ? s.age[0]! : 0),
        },
      },
      step({ tick }) {
        s.age[0] = p.ages[tick - 1] ?? s.age[0]!
        const next = p.path[tick - 1] ?? s.now[0]!
        if (next === s.now[0]) return
        const change = { instance: self, parent: -1, asset: ETH, x: next }
        const event = trace.add('answer', { ...change, y: Math.log(next / s.now[0]!) })
        s.last[next < s.now[0]! ? 0 : 1] = event
        s.now[0] = next
      },
    }
  },
})

/** What a teller says after each tick; the last entries hold on. */
export type Told = { readonly path?: readonly number[]; readonly ages?: readonly number[] }

/** A world of tellers, named in the order given ("t0", "t1", ...), and of who reads them. */
export function toldWorld(
  told: readonly Told[],
  members: Readonly<Record<string, Member>>,
  chain: Readonly<Record<string, unknown>> = {},
): World {
  const tellers = told.map((params, i): [string, Member] => [`t${i}`, [teller, params]])
  return smallWorld({ ...Object.fromEntries(tellers), ...members }, { chain })
}
