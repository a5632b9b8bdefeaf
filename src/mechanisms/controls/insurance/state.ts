import type {
  Context,
  createOwed,
  LayerName,
  Lender,
  PriceSource,
  Venue,
} from '../../../world/index.ts'

/** Resolved parameters; units and meaning stand in the model. */
export type Params = Readonly<
  Record<
    | 'asset'
    | 'junior'
    | 'treasury'
    | 'stakedAsset'
    | 'staked'
    | 'maxSlash'
    | 'cooldown'
    | 'window'
    | 'yield'
    | 'rewardEvery'
    | 'horizon'
    | 'noise'
    | 'fear'
    | 'attention'
    | 'interval'
    | 'latency'
    | 'gas'
    | 'bid'
    | 'maxBaseFee',
    number
  >
> & {
  readonly lender: string
  readonly layers: readonly LayerName[]
  readonly stakes: readonly number[]
  readonly cooling: 'slashed' | 'spared'
}

/** State columns; units stand in the model. */
export type Columns = Readonly<
  Record<
    | 'clock'
    | 'looked'
    | 'fund'
    | 'covered'
    | 'stake'
    | 'cooling'
    | 'rewards'
    | 'rewarded'
    | 'rewardedAt'
    | 'seen'
    | 'refused'
    | 'lost'
    | 'traced',
    Float64Array
  >
>

/** What the functions of an insurance share; links are known only after linking. */
export type Own = {
  readonly p: Params
  readonly s: Columns
  readonly context: Context
  /** Staked at the start. */
  readonly opening: number
  readonly prices: Float64Array
  readonly counts: Uint8Array
  lender: Lender
  /** Where staked tokens are sold; null when they are the covered asset itself. */
  venue: Venue | null
  reference: PriceSource | null
  owed: ReturnType<typeof createOwed>
}

/** Whole tokens staked now. */
export function stakedIn({ s }: Own): number {
  return s.stake.reduce((sum, stake) => sum + stake, 0)
}

/** Covered asset per staked token, before impact. */
export function rateOf({ p, venue }: Own): number {
  return venue ? venue.spot(p.stakedAsset, p.asset) : 1
}

/** Mark the stakes that a slash may take from. @returns what they hold, whole tokens. */
export function markSlashable({ p, s, counts }: Own): number {
  let held = 0
  for (let i = 0; i < counts.length; i++) {
    counts[i] = p.cooling === 'slashed' || s.cooling[i]! < 0 ? 1 : 0
    held += counts[i]! * s.stake[i]!
  }
  return held
}
