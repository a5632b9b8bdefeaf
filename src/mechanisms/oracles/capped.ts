import { log } from '../../math/index.ts'
import {
  asset,
  type Context,
  f64,
  type Governed,
  InputError,
  i32,
  latestBefore,
  list,
  type Model,
  model,
  moverOf,
  number,
  type Outcome,
  type ParamsOf,
  type PriceSource,
  record,
  ref,
  type Submit,
  seconds,
  TERM_NAMES,
  type TermName,
  type TypedColumns,
  USD,
  u8,
} from '../../world/index.ts'

/** Thrown when a capped price lacks a price of its asset or of what its cap is in. */
export class CapSourceError extends InputError {
  override readonly name = 'CapSourceError'
}

/** Seconds in a year of 365 days, and the oldest snapshot that the contract takes, s. */
const YEAR = 365 * 86400
const OLDEST = 180 * 86400

const TERMS = ['ratio', 'ratioTime', 'ratioGrowth'] as const

const params = {
  source: ref('priceSource', 'what prices the assets without a cap'),
  base: ref('priceSource', 'what prices the assets that the caps are in'),
  caps: list(
    'the caps',
    record('one cap', {
      asset: asset('asset that is capped'),
      base: asset('asset that the cap is in; USD: a price cap'),
      ratio: number('exchange rate from which the cap grows', 'base/asset', { min: 1e-12 }),
      time: number('time of that rate since the start of the path', 's', { default: 0 }),
      growth: number('growth of the cap, a share of the ratio', '1/year', { default: 0, min: 0 }),
    }),
  ),
  snapshotDelay: seconds('least age of a new ratio', { default: 7 * 86400 }),
  updates: list(
    'new ratios that its manager sends',
    record('one update', {
      asset: asset('asset whose cap is set'),
      at: seconds('when it is sent'),
      ratio: number('exchange rate from which the cap grows from now on', 'base/asset'),
      age: seconds('age that the rate is said to have at that time', { default: 0 }),
    }),
    { default: [] },
  ),
  gas: number('gas of an update', 'gas', { default: 60_000, min: 0 }),
  bid: number('priority fee of an update', 'gwei', { default: 2, min: 0 }),
}

/** Before linking. */
const NO_SOURCE: PriceSource = {
  covers: () => false,
  price: () => Number.NaN,
  cause: () => -1,
  moveOf: () => 0,
}

/** By asset; `down`, `up` are the last changes of terms that moved the price, and the log moves. */
const columns = (n: number, updates: number) => ({
  ratio: f64(n, 'base/asset'),
  ratioTime: f64(n, 's'),
  ratioGrowth: f64(n, '1/year'),
  now: f64(1, 's'),
  isSent: u8(updates, 'flag'),
  down: i32(n, 'event', -1),
  up: i32(n, 'event', -1),
  downMove: f64(n, 'log'),
  upMove: f64(n, 'log'),
})

type Capped = {
  readonly p: ParamsOf<typeof params>
  readonly s: TypedColumns<ReturnType<typeof columns>>
  readonly context: Context
  /** Asset that a cap is in, by capped asset; -1 where there is no cap. */
  readonly base: Int32Array
  source: PriceSource
  bases: PriceSource
}

/**
 * Compute the cap that a snapshot allows: it grows linearly, by a share of the snapshot's ratio.
 * @param growth 1/year of 365 days, >= 0.
 * @param elapsed s since the snapshot.
 * @returns base per asset.
 */
export function capOf(ratio: number, growth: number, elapsed: number): number {
  return ratio + ((ratio * growth) / YEAR) * elapsed
}

/** The highest price that the cap allows now, USD; NaN without a price of its base. */
function ceiling({ s, base, bases }: Capped, a: number): number {
  const elapsed = s.now[0]! - s.ratioTime[a]!
  return capOf(s.ratio[a]!, s.ratioGrowth[a]!, elapsed) * bases.price(base[a]!)
}

function priceOf(own: Capped, a: number): number {
  if (own.base[a]! < 0) return a === USD ? 1 : Number.NaN
  // NaN stays NaN: without its base the contract has no answer either.
  return Math.min(own.source.price(a), ceiling(own, a))
}

/** Test a new value as the contract does. */
function refusal({ p, s }: Capped, name: TermName, a: number, value: number): Outcome {
  if (name === 'ratio') return value > 0 ? null : 'the ratio must be above zero'
  if (name === 'ratioGrowth') return value >= 0 ? null : 'the cap cannot fall by itself'
  const age = s.now[0]! - value
  if (!(value > s.ratioTime[a]!)) return 'the ratio is no younger than the last one'
  if (age < p.snapshotDelay) return 'the ratio is younger than the contract takes'
  return age > OLDEST ? 'the ratio is older than the contract takes' : null
}

function setTerm(own: Capped, name: TermName, a: number, value: number, cause = -1): Outcome {
  const { s, base, context } = own
  if (name !== 'ratio' && name !== 'ratioTime' && name !== 'ratioGrowth')
    return `a capped price has no term "${name}"`
  if (!((base[a] ?? -1) >= 0)) return `asset ${a} has no cap`
  const refused = refusal(own, name, a, value)
  if (refused !== null) return refused
  const before = priceOf(own, a)
  s[name][a] = value
  const move = log(priceOf(own, a) / before)
  // What moved the price is the change itself: named as the cause, or recorded next.
  const event = cause < 0 ? context.trace.length : cause
  if (move < 0) {
    s.down[a] = event
    s.downMove[a] = move
  } else if (move > 0) {
    s.up[a] = event
    s.upMove[a] = move
  }
  return null
}

function governedOf(own: Capped): Governed {
  return {
    terms: TERMS,
    term: (name, a) =>
      (own.base[a] ?? -1) >= 0 && (TERMS as readonly string[]).includes(name)
        ? own.s[name as (typeof TERMS)[number]][a]!
        : Number.NaN,
    setTerm: (name, a, value, cause) => setTerm(own, name, a, value, cause),
  }
}

/** Set one term and record it. */
function change(own: Capped, name: (typeof TERMS)[number], a: number, value: number): Outcome {
  const { s, context } = own
  const before = s[name][a]!
  const refused = setTerm(own, name, a, value)
  if (refused !== null || value === before) return refused
  context.trace.add('term', {
    instance: context.self,
    parent: -1,
    row: context.self,
    asset: a,
    other: TERM_NAMES.indexOf(name),
    x: before,
    y: value,
  })
  return null
}

/** Set a cap to an update: ratio and time in one call, as the contract's `setCapParameters`. */
function update(own: Capped, k: number): Outcome {
  const { at, age, asset: a, ratio } = own.p.updates[k]!
  own.s.isSent[k] = 1
  return change(own, 'ratioTime', a, at - age) ?? change(own, 'ratio', a, ratio)
}

/** Send what is due: again while it finds no room, once when the contract would refuse it. */
function send(own: Capped, submit: Submit): void {
  const { p, s } = own
  for (const [k, { at, age, asset: a, ratio }] of p.updates.entries()) {
    if (s.isSent[k] === 1 || s.now[0]! < at) continue
    const refused = refusal(own, 'ratioTime', a, at - age) ?? refusal(own, 'ratio', a, ratio)
    if (refused !== null) s.isSent[k] = 1
    submit({ actions: [{ kind: 'update', args: [k], gas: p.gas }], bid: p.bid, key: k })
  }
}

/** What last moved the price that way: a change of terms, or what the price follows now. */
function causeOf(own: Capped, a: number, direction: -1 | 1): number {
  const { s, base, source, bases } = own
  if (base[a]! < 0) return -1
  const isCapped = source.price(a) > ceiling(own, a)
  const moved = isCapped ? bases.cause(base[a]!, direction) : source.cause(a, direction)
  return Math.max(moved, direction < 0 ? s.down[a]! : s.up[a]!)
}

function moveOf(own: Capped, event: number, a: number): number {
  const { s, base, source, bases } = own
  if (base[a]! < 0) return 0
  if (event === s.down[a]) return s.downMove[a]!
  if (event === s.up[a]) return s.upMove[a]!
  const isCapped = source.price(a) > ceiling(own, a)
  return isCapped ? bases.moveOf(event, base[a]!) : source.moveOf(event, a)
}

/** Of changes of terms only the last ones name their moves. */
function moverBefore({ s, base, source, bases }: Capped, event: number, a: number): number {
  if (base[a]! < 0) return -1
  const followed = Math.max(moverOf(source, event, a), moverOf(bases, event, base[a]!))
  return Math.max(followed, latestBefore(event, s.down[a]!, s.up[a]!))
}

function portOf(own: Capped): PriceSource {
  const { base } = own
  return {
    covers: (a) => a === USD || base[a]! >= 0,
    price: (a) => priceOf(own, a),
    cause: (a, direction) => causeOf(own, a, direction),
    moveOf: (event, a) => moveOf(own, event, a),
    moverBefore: (event, a) => moverBefore(own, event, a),
    age: (a) => (base[a]! >= 0 ? (own.source.age?.(a) ?? 0) : 0),
  }
}

function check({ p, context: { name, assets }, source, bases }: Capped): void {
  for (const { asset: a, base } of p.caps)
    for (const [from, what, wanted] of [
      [source, p.source, a],
      [bases, p.base, base],
    ] as const)
      if (!from.covers(wanted))
        throw new CapSourceError(
          `"${name}" needs a price of "${assets[wanted]!.name}", which "${what}" does not cover; ` +
            'name another source or another asset',
        )
}

/**
 * A price under a cap: min(price, cap x price of `base`), where the cap is the exchange rate of a
 * snapshot, growing linearly from the snapshot's time. With USD as base and no growth it is a price
 * cap on a stable asset. A snapshot whose ratio and time do not belong together sets a cap below the
 * true rate, and the price with it.
 * Source: bgd-labs/aave-capo, src/contracts/PriceCapAdapterBase.sol and PriceCapAdapterStable.sol,
 * commit 30c8794f: a new snapshot is younger than the stored one, at least `snapshotDelay` and at most
 * 180 days old. Steps of the ratio are bounded by whoever sets it, not here.
 */
export const capped: Model = model({
  kind: 'oracles/capped',
  phase: 'oracle',
  doc: "a price under a cap that grows from a snapshot of an exchange rate (Aave's CAPO), or under a fixed price",
  external: true,
  // What is wrong is the cap; a wrong source is corrected for itself.
  correct: (_, { source, caps }) => {
    const own = caps.map((cap) => cap.asset)
    return { assets: own, kind: 'oracles/direct', params: { source, assets: own } }
  },
  params,
  columns: (p, all) => columns(all.length, p.updates.length),
  create(p, s, context) {
    const base = new Int32Array(context.assets.length).fill(-1)
    for (const cap of p.caps) {
      base[cap.asset] = cap.base
      s.ratio[cap.asset] = cap.ratio
      s.ratioTime[cap.asset] = cap.time
      s.ratioGrowth[cap.asset] = cap.growth
    }
    const own: Capped = { p, s, context, base, source: NO_SOURCE, bases: NO_SOURCE }
    return {
      ports: { priceSource: portOf(own), governed: governedOf(own) },
      link(use) {
        own.source = use('priceSource', p.source)
        own.bases = use('priceSource', p.base)
      },
      refresh(cause) {
        if (cause === 'build') check(own)
      },
      // After all have stepped, so that everybody reads one cap in a tick whatever their names.
      observe({ round, time }, submit) {
        s.now[0] = time
        if (round === 0) send(own, submit)
      },
      actions: {
        update: {
          doc: 'args [number of the update]; set a cap to a new ratio and its time',
          execute: ([k], sender) =>
            sender === context.self ? update(own, k!) : 'not the manager of the caps',
        },
      },
    }
  },
})
