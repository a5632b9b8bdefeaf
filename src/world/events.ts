/** What the columns of one kind of event mean; unused columns hold -1 (indices) or 0 (numbers). */
export type EventSpec = {
  readonly doc: string
  readonly row?: string
  readonly asset?: string
  readonly other?: string
  readonly x?: string
  readonly y?: string
  readonly z?: string
  readonly w?: string
}

/** Version of the event table; stored with every trace. */
export const TRACE_VERSION = 1

/** Kinds of events. */
export type EventName =
  | 'news'
  | 'impact'
  | 'answer'
  | 'liquidation'
  | 'swap'
  | 'insolvent'
  | 'topUp'
  | 'unwind'
  | 'failed'
  | 'deficit'
  | 'hedge'
  | 'settlement'
  | 'noEquilibrium'
  | 'optionTrade'
  | 'gap'
  | 'term'
  | 'borrow'
  | 'withdrawal'
  | 'assertion'
  | 'dispute'
  | 'bribe'
  | 'verdict'
  | 'drain'
  | 'cover'
  | 'unstake'

/** What each kind of event means. The order is the code stored in a trace: append only. */
export const EVENTS: Readonly<Record<EventName, EventSpec>> = {
  news: {
    doc: 'exogenous price move (a root of the forest)',
    asset: 'asset',
    x: 'reference price after, USD',
    y: 'log move',
  },
  impact: {
    doc: 'a trade moved a reference price',
    asset: 'asset',
    x: 'reference price after, USD',
    y: 'log move',
    z: 'amount sold, whole tokens (negative: bought)',
    w: 'log impact outstanding after it',
  },
  answer: {
    doc: 'a feed stored a new answer',
    asset: 'asset',
    x: 'answer, USD',
    y: 'log change of the answer',
    z: 'age of the observation, s',
  },
  liquidation: {
    doc: 'debt repaid for collateral',
    row: 'position',
    asset: 'collateral asset seized',
    other: 'debt asset repaid',
    x: 'repaid, USD at oracle prices',
    y: 'seized, USD at oracle prices',
    z: 'healthFactor before',
    w: 'seized collateral, whole tokens',
  },
  swap: {
    doc: 'a trade in a venue',
    asset: 'asset sold',
    other: 'asset bought',
    x: 'sold, whole tokens',
    y: 'bought, whole tokens',
    z: 'log move of the spot price of the asset sold in this venue',
  },
  insolvent: {
    doc: 'a position is left with debt and without collateral',
    row: 'position',
    x: 'debt left, USD at oracle prices',
  },
  topUp: { doc: 'a borrower added collateral', row: 'position', asset: 'asset', x: 'USD' },
  unwind: { doc: 'a borrower repaid debt', row: 'position', asset: 'asset', x: 'USD' },
  failed: {
    doc: 'an action failed; its state changes were taken back and its gas was paid',
    row: 'position, or -1',
    other: 'reason, index into the trace text table',
    x: 'gas cost, USD',
  },
  deficit: {
    doc: 'debt without collateral was taken off a position and booked to its market',
    row: 'position',
    other: 'debt asset',
    x: 'booked, USD at oracle prices',
    w: 'booked, whole tokens',
  },
  hedge: {
    doc: 'a dealer in options traded the underlying asset',
    asset: 'asset',
    x: 'bought, whole tokens (negative: sold)',
    y: 'what was to be bought, whole tokens',
    z: 'loop gain of this hedge: price impact x net short gamma x spot',
  },
  settlement: {
    doc: 'options of a dealer expired and were settled in cash',
    asset: 'asset',
    x: 'paid by the dealer, USD (negative: received)',
    y: 'settlement price, USD',
    z: 'options that expired, rows',
  },
  noEquilibrium: {
    doc: 'hedging feeds itself: with a loop gain of 1 or more no finite price is an equilibrium (gap)',
    asset: 'asset',
    x: 'loop gain',
    y: 'log price move that the hedges of this block have made',
    z: 'net short gamma x spot, whole tokens per unit of log price',
  },
  gap: {
    doc: 'an order was larger than all that was offered: it took that, and the rest found nobody',
    asset: 'asset sold',
    other: 'asset bought',
    x: 'unfilled, whole tokens',
    y: 'filled, whole tokens',
    z: 'average price paid over the best one before it, less 1',
  },
  optionTrade: {
    doc: 'a customer traded an option with a dealer',
    row: "row of the dealer's book",
    asset: 'underlying asset',
    x: 'bought by the dealer, whole tokens (negative: sold)',
    y: 'premium received by the dealer, USD (negative: paid)',
    z: 'half-spread that was quoted, vol',
  },
  term: {
    doc: 'a control changed a term of a protocol, a venue or an oracle',
    row: 'instance that was changed',
    asset: 'asset, or -1 for all',
    other: 'which term, its place in TERMS',
    x: 'value before',
    y: 'value after',
    z: 'time from the proposal to the change, s',
  },
  borrow: {
    doc: 'an account borrowed while the path ran',
    row: 'position',
    asset: 'asset',
    x: 'USD at oracle prices',
    w: 'whole tokens',
  },
  withdrawal: {
    doc: 'a supplier took out what it had supplied',
    row: 'position, or -1',
    asset: 'asset',
    x: 'USD at oracle prices',
    w: 'whole tokens',
  },
  assertion: {
    doc: 'somebody asserted a price against a bond; it counts after a window unless disputed',
    row: 'instance that asserted',
    asset: 'asset',
    x: 'asserted price, USD',
    y: 'log distance from the answer that still counts',
    z: 'bond, whole tokens',
  },
  dispute: {
    doc: 'somebody posted an equal bond against an asserted price; a vote decides',
    row: 'instance that disputed',
    asset: 'asset',
    x: 'asserted price, USD',
    z: 'bond, whole tokens',
  },
  bribe: {
    doc: 'voters were offered money to uphold an asserted price',
    row: 'instance that offers',
    asset: 'asset',
    x: 'offered, USD',
    y: 'own tokens that back the price, whole tokens',
  },
  verdict: {
    doc: 'a vote on a disputed price ended',
    row: 'instance that receives the bonds, or -1 when nothing was decided',
    asset: 'asset',
    other: '0 = rejected, 1 = upheld, 2 = undecided',
    x: 'tokens that voted to uphold',
    y: 'tokens that voted to reject',
    z: 'bribes paid, USD',
    w: 'asserted price, USD',
  },
  drain: {
    doc: 'a stranger took reserves out of a pool through a defect of its code',
    row: 'instance that took them',
    asset: 'asset taken',
    other: "the pool's other asset",
    x: 'whole tokens taken',
    y: 'share of what the pool held',
    z: 'log move of the price of that asset in the pool',
  },
  cover: {
    doc: 'a layer of a loss waterfall paid for bad debt of a lender',
    row: 'instance of the lender',
    asset: 'asset of the debt',
    other: 'layer, its place in LAYERS',
    x: 'paid, USD at oracle prices',
    y: 'left in the layer, whole tokens',
    w: 'paid, whole tokens',
  },
  unstake: {
    doc: 'a staker of a safety module asked to leave, or left',
    row: 'staker',
    asset: 'asset staked',
    other: '0 = asked, 1 = left',
    w: 'whole tokens',
  },
}

/** Layers of a loss waterfall; their places are the codes in `cover` events. */
export const LAYERS = ['junior', 'stakers', 'treasury'] as const

export type LayerName = (typeof LAYERS)[number]

/** Codes of the kinds of events: their place in `EVENTS`. */
export const EVENT_NAMES: readonly EventName[] = Object.keys(EVENTS) as EventName[]
