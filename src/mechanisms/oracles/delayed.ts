import {
  assets,
  type Context,
  choice,
  f64,
  i32,
  type Model,
  model,
  number,
  type Outcome,
  type ParamsOf,
  type PriceSource,
  ref,
  type Submit,
  seconds,
  type TermName,
  type TypedColumns,
  u8,
} from '../../world/index.ts'
import { answerColumns, coverage, storeAnswer, storedAnswers } from './answers.ts'

/** Rounding of times that are multiples of the tick, s. */
const SLACK = 1e-6

const params = {
  source: ref('priceSource', 'what is read'),
  assets: assets('assets that it answers for'),
  hop: seconds('least time between two readings', { default: 3600, min: 1e-9 }),
  latency: seconds("time from a hop's end until somebody asks for the reading", { default: 0 }),
  gas: number('gas per reading', 'gas', { default: 80_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 1, min: 0 }),
  opening: choice(
    'first answer and the one after it: the start price, or none until they have been read',
    ['start', 'none'],
    'start',
  ),
}

const columns = (n: number) => ({
  ...answerColumns(n),
  next: f64(n, 'USD'),
  nextAt: f64(n, 's'),
  nextCause: i32(n, 'event', -1),
  hopped: f64(n, 's'),
  answering: u8(n, 'flag', 1),
})

/** What the functions of one oracle share; the source is known only after linking. */
type Delayed = {
  readonly p: ParamsOf<typeof params>
  readonly s: TypedColumns<ReturnType<typeof columns>>
  readonly context: Context
  source: PriceSource | null
}

function hasPassed({ p, s }: Delayed, a: number, more: number): boolean {
  return s.now[0]! - s.hopped[a]! >= p.hop + more - SLACK
}

/** Ask for readings that are due, in every block until they are made. */
function send(own: Delayed, submit: Submit): void {
  const { p, s, source } = own
  for (const a of p.assets) {
    if (s.answering[a] !== 1 || !hasPassed(own, a, p.latency) || !(source!.price(a) > 0)) continue
    submit({ actions: [{ kind: 'poke', args: [a], gas: p.gas }], bid: p.bid, key: a })
  }
}

/** Publish what was read a hop ago, and read what is published next. */
function poke(own: Delayed, a: number): Outcome {
  const { p, s, context, source } = own
  if (s.answering[a] !== 1) return 'stopped'
  if (!hasPassed(own, a, 0)) return 'the hop is not over'
  const price = source!.price(a)
  if (!(price > 0)) return 'the source has no answer'
  const now = s.now[0]!
  const next = s.next[a]!
  if (next > 0) storeAnswer(s, context, a, next, s.nextCause[a]!, now - s.nextAt[a]!)
  const isMoved = next > 0 && price !== next
  s.next[a] = price
  s.nextAt[a] = now
  s.nextCause[a] = isMoved ? source!.cause(a, price < next ? -1 : 1) : -1
  // Hops end at multiples of themselves, however late the reading.
  s.hopped[a] = Math.floor((now + SLACK) / p.hop) * p.hop
  return null
}

/** Take back the answer and the next one, and stop. */
function voidAnswers({ s }: Delayed, a: number): void {
  s.answer[a] = 0
  s.next[a] = 0
  s.answering[a] = 0
}

function setTerm(own: Delayed, name: TermName, a: number, value: number): Outcome {
  if (!own.p.assets.includes(a)) return `no ${name} of asset ${a}`
  if (name === 'answering' && (value === 0 || value === 1)) own.s.answering[a] = value
  else if (name === 'price' && value === 0) voidAnswers(own, a)
  else
    return `${name} cannot become ${value}: answering is 0 or 1, and a price can only be voided, 0`
  return null
}

function termOf({ p, s }: Delayed, name: TermName, a: number): number {
  if (!p.assets.includes(a)) return Number.NaN
  if (name === 'answering') return s.answering[a]!
  return name === 'price' ? s.answer[a]! : Number.NaN
}

/**
 * A delayed oracle: once per hop somebody has it read its source, and what it publishes is what it
 * read a hop ago, so that everybody sees the next answer an hour before it counts and can stop a
 * false one. Readings are actions: late, priced out, in front of others, like everybody's.
 *
 * Term `answering` stops and starts readings; `price` set to 0 voids the answer and the next one and
 * stops. Source: makerdao/osm src/osm.sol (`poke`, `pass`, `stop`, `void`).
 */
export const delayed: Model = model({
  kind: 'oracles/delayed',
  phase: 'oracle',
  doc: 'publishes what it read one hop ago (Maker’s oracle security module); readings are actions',
  external: true,
  cuts: { feedLag: { become: 'oracles/direct' } },
  knobs: { oracleLatency: (_, latency) => ({ latency }) },
  params,
  columns: (_, all) => columns(all.length),
  create(p, s, context) {
    const own: Delayed = { p, s, context, source: null }
    if (p.opening === 'start')
      for (const a of p.assets) s.answer[a] = s.next[a] = context.assets[a]!.price
    return {
      ports: {
        priceSource: storedAnswers(s, context, coverage(p.assets, context)),
        governed: {
          terms: ['answering', 'price'],
          term: (name, a) => termOf(own, name, a),
          setTerm: (name, a, value) => setTerm(own, name, a, value),
        },
      },
      link(use) {
        own.source = use('priceSource', p.source)
      },
      step({ time }) {
        s.now[0] = time
      },
      observe({ round }, submit) {
        if (round === 0) send(own, submit)
      },
      actions: {
        poke: {
          doc: 'args [asset]; publish the price read a hop ago, and read the next',
          protective: true,
          execute: ([a]) => poke(own, a!),
        },
      },
    }
  },
})
