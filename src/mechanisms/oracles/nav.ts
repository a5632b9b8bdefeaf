import {
  assets,
  type Context,
  f64,
  fraction,
  governedFlag,
  i32,
  list,
  type Model,
  model,
  number,
  type Outcome,
  type ParamsOf,
  type PriceSource,
  record,
  ref,
  type Submit,
  seconds,
  type TypedColumns,
  u8,
} from '../../world/index.ts'
import { answerColumns, coverage, storeAnswer, storedAnswers } from './answers.ts'

/** Rounding of times that are multiples of the tick, s. */
const SLACK = 1e-6

const params = {
  source: ref('priceSource', 'what values the backing of a share, such as fundamental prices'),
  assets: assets('shares that it answers for'),
  every: seconds('time between two valuations', { default: 86_400, min: 1e-9 }),
  delay: seconds('time from a valuation to its announcement', { default: 0 }),
  silent: list(
    'times without announcements',
    record('one silence', { from: seconds('start'), to: seconds('end') }),
    { default: [] },
  ),
  grace: seconds('how late an announcement may be before the haircut', { default: 0 }),
  haircut: fraction('taken off an announced value while the next one is late', { default: 0 }),
  gas: number('gas per announcement', 'gas', { default: 60_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 1, min: 0 }),
}

const columns = (n: number) => ({
  ...answerColumns(n),
  valued: f64(n, 'USD'),
  valuedAt: f64(n, 's', -1),
  valuedCause: i32(n, 'event', -1),
  isCut: u8(n, 'flag'),
  answering: u8(n, 'flag', 1),
})

/** What the functions of one oracle share; the source is known only after linking. */
type Nav = {
  readonly p: ParamsOf<typeof params>
  readonly s: TypedColumns<ReturnType<typeof columns>>
  readonly context: Context
  source: PriceSource | null
}

/** Value the backing; a valuation that has not been announced yet is replaced. */
function value({ s, source }: Nav, a: number): void {
  const price = source!.price(a)
  if (!(price > 0)) return
  const answer = s.answer[a]!
  s.valued[a] = price
  s.valuedAt[a] = s.now[0]!
  s.valuedCause[a] = price === answer ? -1 : source!.cause(a, price < answer ? -1 : 1)
}

/** Take the haircut off once, when an announcement is later than the grace. */
function cutLate({ p, s, context }: Nav, a: number): void {
  if (p.haircut === 0 || s.isCut[a] === 1) return
  const at = s.answered[a]!
  if (s.now[0]! - at <= p.every + p.grace + SLACK) return
  s.isCut[a] = 1
  storeAnswer(s, context, a, s.answer[a]! * (1 - p.haircut), -1, s.now[0]! - at)
  s.answered[a] = at
}

function send({ p, s }: Nav, submit: Submit): void {
  const now = s.now[0]!
  if (p.silent.some(({ from, to }) => now > from && now <= to)) return
  for (const a of p.assets) {
    if (s.answering[a] !== 1 || s.valuedAt[a]! < 0 || now - s.valuedAt[a]! < p.delay - SLACK)
      continue
    submit({ actions: [{ kind: 'announce', args: [a], gas: p.gas }], bid: p.bid, key: a })
  }
}

function announce({ s, context }: Nav, a: number): Outcome {
  if (s.answering[a] !== 1) return 'stopped'
  const at = s.valuedAt[a]!
  if (!(at >= 0)) return 'nothing to announce'
  storeAnswer(s, context, a, s.valued[a]!, s.valuedCause[a]!, s.now[0]! - at)
  s.valuedAt[a] = -1
  s.isCut[a] = 0
  return null
}

/**
 * Net asset value per share: at every multiple of `every` the backing is valued at its source, and the
 * value is announced later, as an action. Between announcements the share is priced at what it was worth
 * then, whatever its market or its backing does; whoever reads it may take a haircut off while an
 * announcement is late. Term `answering` stops announcements.
 */
export const nav: Model = model({
  kind: 'oracles/nav',
  phase: 'oracle',
  doc: 'net asset value per share, stated at dates and stale between them; announcements are actions',
  external: true,
  cuts: { feedLag: { become: 'oracles/direct' } },
  params,
  columns: (_, all) => columns(all.length),
  create(p, s, context) {
    const own: Nav = { p, s, context, source: null }
    for (const a of p.assets) s.answer[a] = context.assets[a]!.price
    const datesBy = (time: number): number => Math.floor((time + SLACK) / p.every)
    return {
      ports: {
        priceSource: storedAnswers(s, context, coverage(p.assets, context)),
        governed: governedFlag('answering', s.answering),
      },
      link(use) {
        own.source = use('priceSource', p.source)
      },
      step({ time }) {
        const isDate = datesBy(time) > datesBy(s.now[0]!)
        s.now[0] = time
        for (const a of p.assets) {
          if (isDate) value(own, a)
          cutLate(own, a)
        }
      },
      observe({ round }, submit) {
        if (round === 0) send(own, submit)
      },
      actions: {
        announce: {
          doc: 'args [asset]; store the last valuation as the answer',
          protective: true,
          execute: ([a]) => announce(own, a!),
        },
      },
    }
  },
})
