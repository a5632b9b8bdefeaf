import {
  type Action,
  type Attacker,
  asset,
  type Context,
  choice,
  f64,
  InputError,
  i32,
  type Model,
  model,
  number,
  type Outcome,
  optionalRef,
  type ParamsOf,
  ref,
  seconds,
  text,
  USD,
  usd,
} from '../../../world/index.ts'
import { AT, type Desk, noteLack, priceOfPush, push, type State, sellAll, worthOf } from './desk.ts'
import { pushFactor } from './kernel.ts'
import { borrowAll, findsVictim, isOvervalued, liquidateOthers, pledgedValue } from './strike.ts'

/** Thrown when an attacker cannot do what its parameters say. */
export class AttackerError extends InputError {
  override readonly name = 'AttackerError'
}

const params = {
  venue: ref('venue', 'where it moves the price'),
  asset: asset('whose price it moves'),
  money: asset('what it trades the asset for, and what its capital is'),
  exit: optionalRef(
    'venue',
    "where it sells what it bought, or buys what it sells in a push down; '' = in `venue`",
  ),
  factor: number('wanted answer of the oracle over the price before', 'ratio', {
    default: 1,
    min: 1e-9,
  }),
  rise: number('wanted rise of that answer, times `factor`', 'fraction', {
    default: 0,
    min: -0.999999,
  }),
  window: number('blocks over which the oracle takes a mean; 1 = none', 'blocks', {
    default: 1,
    min: 1,
    integer: true,
  }),
  mean: choice('that mean', ['arithmetic', 'geometric'], 'arithmetic'),
  mode: choice(
    'push and strike in one bundle, or at the end of one block, or of every block of the window',
    ['atomic', 'single', 'multi'],
    'multi',
  ),
  strike: choice(
    'what it does with the moved price: borrow all it can, liquidate others, nothing',
    ['borrow', 'liquidate', 'none'],
    'none',
  ),
  lender: optionalRef('lender', "protocol that it strikes; '' = none"),
  account: text('its account there; it has entries for all that it pledges and borrows', ''),
  liquidations: number('most accounts that it liquidates', 'accounts', {
    default: 10,
    min: 1,
    integer: true,
  }),
  capital: number('own money, at opening prices; -1 = as much as all its pushes take', 'USD', {
    min: -1,
  }),
  gasMoney: usd('further money that is kept for gas', { default: 1000 }),
  at: seconds('start of the attack; 0 = the first block', { default: 0 }),
  patience: seconds(
    'time from its first try for which it strikes again in every block, or sends its bundle again, ' +
      'while that is worth it; 0 = it tries once',
    { default: 3600 },
  ),
  gas: number('gas per trade, borrowing or liquidation', 'gas', { default: 200_000, min: 0 }),
  pushBid: number('priority fee of pushes: low, to be last in a block', 'gwei', {
    default: 0,
    min: 0,
  }),
  strikeBid: number('priority fee of strikes: high, to be first in the next', 'gwei', {
    default: 5,
    min: 0,
  }),
}

type Params = ParamsOf<typeof params>

/** Rounding of sums of all that it has. */
const ROUNDING = 1e-9

/** Phases of an attack after pushes and strikes (0), as the column `phase` has them. */
const LEAVING = 1
const OVER = 2

function pushesOf({ mode, window }: Params): number {
  return mode === 'multi' ? window : 1
}

/** The factor of every push, by the mean and the blocks that are pushed. */
function factorOf(p: Params): number {
  const goal = p.factor * (1 + p.rise)
  return p.mode === 'atomic' ? goal : pushFactor(goal, p.window, pushesOf(p), p.mean)
}

/** Give it its own money; what all pushes take is more than enough if anything is sold in between. */
function endow(p: Params, desk: Desk): void {
  const { ledger, self, assets } = desk.context
  desk.s.sums[AT.capital] =
    p.capital >= 0
      ? p.capital / assets[p.money]!.price
      : pushesOf(p) * priceOfPush(desk, factorOf(p)) * (1 + 1e-9)
  ledger.endow(self, p.money, desk.s.sums[AT.capital]!)
  ledger.endow(self, USD, p.gasMoney)
}

function portOf(desk: Desk): Attacker {
  const { context, money, s } = desk
  const price = context.assets[money]!.price
  const { sums, taken } = s
  return {
    accounts: () => (desk.lender && desk.row >= 0 ? [{ lender: desk.lender, row: desk.row }] : []),
    outlay: () => sums[AT.outlay]! * price,
    peakCapital: () => sums[AT.peak]! * price,
    capitalNeeded: () => sums[AT.needed]! * price,
    taken: (a) => taken[a]!,
    paperGain: () => sums[AT.gain]!,
    endedAt: () => (s.phase[0] === OVER ? sums[AT.submitted]! : Number.NaN),
  }
}

function rowOf(p: Params, { lender, context }: Desk): number {
  if (!lender || p.account === '') return -1
  for (let row = 0; row < lender.book.rows; row++) if (lender.account(row) === p.account) return row
  throw new AttackerError(
    `"${context.name}" has no account "${p.account}" at "${p.lender}"; take a name from its positions`,
  )
}

function check(p: Params, { venue, lender, row }: Desk, { name, assets }: Context): void {
  const fail = (what: string): never => {
    throw new AttackerError(`"${name}" ${what}`)
  }
  if (!venue!.has(p.money, p.asset))
    fail(
      `pushes ${assets[p.asset]!.name} with ${assets[p.money]!.name}, which venue "${p.venue}" ` +
        'does not trade; name another venue, asset or money',
    )
  if (factorOf(p) < 1 && p.exit === '')
    fail('pushes a price down and has nowhere to buy what it sells; name an `exit`')
  if (p.strike !== 'none' && !lender) fail(`strikes by "${p.strike}" at nobody; name a \`lender\``)
  if (p.strike === 'borrow' && row < 0) fail('borrows without an account; name its `account`')
}

/** Whether it tries to strike in this block: at first whatever it sees, then while it is worth it. */
function isTrying(p: Params, desk: Desk, time: number): boolean {
  const { sums } = desk.s
  if (sums[AT.struck] === 0) {
    sums[AT.struck] = time
    if (p.strike === 'borrow' && p.mode !== 'atomic')
      sums[AT.gain] = pledgedValue(desk) - sums[AT.opening]!
    return true
  }
  if (time - sums[AT.struck]! > p.patience || p.patience === 0) return false
  if (p.mode === 'atomic') return true
  return p.strike === 'borrow' ? isOvervalued(desk) : findsVictim(desk)
}

/** What it submits in this block, by its phase; own columns say what has happened. */
function planOf(p: Params, desk: Desk, time: number): readonly Action[] {
  const { s, context } = desk
  const act = (kind: string, args: readonly number[] = [], times = 1): Action => ({
    kind,
    args,
    gas: p.gas * times,
  })
  const finish = act('sell', [1])
  const strike = act('strike', [], p.strike === 'liquidate' ? 1 + p.liquidations : 1)
  const pushed = act('push', [factorOf(p)])
  if (s.phase[0] === LEAVING) return [finish]
  const isPushing = s.pushes[0]! < pushesOf(p)
  // It waits while the venue is halted.
  if (isPushing && !(desk.venue!.spot(p.money, p.asset) > 0)) return []
  const isAtomic = p.mode === 'atomic'
  if (isPushing && !isAtomic) {
    const holds = context.ledger.balance(context.self, desk.asset) > 0
    return holds && desk.exit !== desk.venue ? [act('sell', [0]), pushed] : [pushed]
  }
  const isStriking = (isAtomic || p.strike !== 'none') && isTrying(p, desk, time)
  if (!isStriking) {
    s.phase[0] = LEAVING
    return [finish]
  }
  if (!isAtomic) return [strike, finish]
  return p.strike === 'none' ? [pushed, finish] : [pushed, strike, finish, act('gain')]
}

function strikeOf(p: Params, desk: Desk): Outcome {
  return p.strike === 'borrow' ? borrowAll(desk) : liquidateOthers(desk, p.liquidations)
}

/** End the attack after the last sale. */
function end({ s }: Desk): Outcome {
  s.phase[0] = OVER
  return null
}

/**
 * A minimal attacker with finite capital: pushes a venue's price, at the end of a block so that an
 * oracle counts it, again in every block in which others have restored it; strikes first thing in the
 * block after, by borrowing against what the oracle now says or by liquidating others; and sells what
 * is left. In one bundle all of it is done or nothing, and nothing if it does not pay. A strike that is
 * refused, priced out or has found no room is tried again while it is worth it and `patience` lasts.
 * Every step is an ordinary action, priced in gas and open to whoever bids more.
 */
export const attacker: Model = model({
  kind: 'agents/attacker',
  phase: 'agent',
  doc: 'moves a price with own capital, strikes a protocol that believes it, and sells what is left',
  params,
  columns: (_, assets) => ({
    sums: f64(Object.keys(AT).length, 'see AT'),
    taken: f64(assets.length, 'tokens'),
    pushes: i32(1, 'pushes'),
    phase: i32(1, 'phase'),
    cause: i32(1, 'event', -1),
  }),
  create(p, s: State, context) {
    const { self } = context
    const unlinked = { venue: null, exit: null, lender: null, row: -1 }
    const { asset, money, gasMoney } = p
    const desk: Desk = { context, s, asset, money, gasMoney, ...unlinked }
    const own =
      (execute: (args: readonly number[]) => Outcome) =>
      (args: readonly number[], sender: number): Outcome =>
        sender === self ? execute(args) : 'not an own attack'
    return {
      ports: { attacker: portOf(desk) },
      link(use) {
        desk.venue = use('venue', p.venue)
        desk.exit = p.exit ? use('venue', p.exit) : desk.venue
        desk.lender = p.lender ? use('lender', p.lender) : null
        desk.row = rowOf(p, desk)
      },
      refresh(cause) {
        if (cause !== 'build') return
        check(p, desk, context)
        endow(p, desk)
      },
      observe({ round, time }, submit) {
        if (round > 0 || s.phase[0] === OVER || time < p.at) return
        if (s.sums[AT.submitted] === 0) s.sums[AT.opening] = pledgedValue(desk)
        s.sums[AT.submitted] = time
        // Gas of what was refused leaves no other trace here.
        noteLack(desk)
        const actions = planOf(p, desk, time)
        if (actions.length === 0) return
        const isPush = actions.some(({ kind }) => kind === 'push')
        submit({ actions, bid: isPush && p.mode !== 'atomic' ? p.pushBid : p.strikeBid, key: 0 })
      },
      actions: {
        push: {
          doc: 'args [factor]: move the price to so many times what it was, as far as money goes',
          execute: own(([factor]) => push(desk, factor!)),
        },
        strike: {
          doc: 'borrow all it can, or liquidate whoever can be',
          execute: own(() => strikeOf(p, desk)),
        },
        sell: {
          doc: 'args [1 when it is the last]: turn all it holds into money',
          execute: own(([isLast]) => sellAll(desk) ?? (isLast === 1 ? end(desk) : null)),
        },
        gain: {
          doc: 'refuse, and so undo the bundle, unless it has more than before',
          execute: own(() =>
            worthOf(desk) > s.sums[AT.before]! * (1 + ROUNDING) ? null : 'unprofitable',
          ),
        },
      },
    }
  },
})
