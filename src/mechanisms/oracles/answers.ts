import { log } from '../../math/index.ts'
import {
  type Context,
  eventCode,
  f64,
  i32,
  moverBefore,
  type PriceSource,
  USD,
} from '../../world/index.ts'

const ANSWER = eventCode('answer')

type F64 = ReturnType<typeof f64>
type I32 = ReturnType<typeof i32>

/** Columns of an oracle that stores answers. */
type AnswerColumns = Readonly<Record<'answer' | 'answered' | 'now', F64>> &
  Readonly<Record<'down' | 'up', I32>>

/** Describe those columns for `n` assets. */
export function answerColumns(n: number): AnswerColumns {
  return {
    answer: f64(n, 'USD'),
    answered: f64(n, 's'),
    now: f64(1, 's'),
    down: i32(n, 'event', -1),
    up: i32(n, 'event', -1),
  }
}

/** The columns themselves: the answer (0: none yet), its time, the time now, the events that moved it last. */
export type Answers = Readonly<Record<'answer' | 'answered' | 'now', Float64Array>> &
  Readonly<Record<'down' | 'up', Int32Array>>

/** Mark the assets that an oracle answers for, and a dollar. @returns 1 for each of them. */
export function coverage(assets: readonly number[], { assets: all }: Context): Uint8Array {
  const covered = new Uint8Array(all.length)
  for (const a of [USD, ...assets]) covered[a] = 1
  return covered
}

/** The last event that moved an answer either way; -1 when nothing has. */
function lastMove({ down, up }: Answers, asset: number): number {
  return Math.max(down[asset]!, up[asset]!)
}

/**
 * Store an answer, made now, and record it.
 * @param price USD, > 0.
 * @param parent event that moved the price to where it was seen; -1 for none.
 * @param age seconds since it was seen.
 */
export function storeAnswer(
  s: Answers,
  { trace, self }: Context,
  asset: number,
  price: number,
  parent: number,
  age: number,
): void {
  const before = s.answer[asset]!
  const y = before > 0 ? log(price / before) : 0
  const event = trace.add('answer', {
    ...{ instance: self, parent, previous: lastMove(s, asset), asset },
    ...{ x: price, y, z: age },
  })
  if (price < before) s.down[asset] = event
  else if (price > before) s.up[asset] = event
  s.answer[asset] = price
  s.answered[asset] = s.now[0]!
}

/** Answer with what is stored. */
export function storedAnswers(
  s: Answers,
  { self, trace }: Context,
  covered: Uint8Array,
): Required<PriceSource> {
  return {
    covers: (a) => covered[a] === 1,
    price(a) {
      if (a === USD) return 1
      return s.answer[a]! > 0 ? s.answer[a]! : Number.NaN
    },
    cause: (a, direction) => (direction < 0 ? s.down[a]! : s.up[a]!),
    moveOf(event, a) {
      const { instance, asset, kind, y } = trace.columns
      const isOwn = instance[event] === self && asset[event] === a
      return isOwn && kind[event] === ANSWER ? y[event]! : 0
    },
    moverBefore: (event, a) => moverBefore(trace, lastMove(s, a), event),
    age: (a) => (a === USD ? 0 : s.now[0]! - s.answered[a]!),
  }
}
