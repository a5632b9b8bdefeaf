import type { Built, Lender, World } from '../world/index.ts'
import type { AccountRow } from './accounts.ts'
import { type Desk, desksOf } from './desks.ts'
import { clock, dollars, short } from './format.ts'
import { type Finding, type Judge, judgeOf, REASONS, type Reason } from './reasons.ts'

/** What an account holds or owes of one asset, USD at reference prices. */
export type Holding = { readonly asset: string; readonly value: number }

/** An account in trouble: below its threshold, with bad debt, or one that the oracle cannot judge. */
export type Troubled = AccountRow & {
  readonly reason: Reason
  /** The reason with its numbers. */
  readonly detail: string
  /** What liquidating it now would gain after gas, USD; null when nothing can be repaid. */
  readonly net: number | null
}

/** An account in trouble with what it holds and owes, the largest value first. */
export type TroubledRow = Troubled & {
  readonly held: readonly Holding[]
  readonly owed: readonly Holding[]
}

/** Accounts in trouble for one reason. */
export type ReasonRow = {
  readonly reason: Reason
  readonly meaning: string
  readonly accounts: number
  readonly debt: number
  readonly badDebt: number
  /** Sum of the gains after gas of those that pay, each as if it were the only one, USD. */
  readonly net: number
}

/** Accounts in trouble: the worst one by one, all of them by reason. */
export type TroubledTables = {
  /** The largest bad debts. */
  readonly bad: readonly TroubledRow[]
  /** The largest debts below their thresholds that still have collateral. */
  readonly below: readonly TroubledRow[]
  readonly belowCount: number
  readonly belowDebt: number
  /** The most debt first; every account in trouble counts once. */
  readonly reasons: readonly ReasonRow[]
  /** Who was asked, per lender. */
  readonly judges: readonly string[]
}

/** Reasons under which a liquidation would pay. */
const PAYING: ReadonlySet<Reason> = new Set(['pays', 'unseen', 'capital', 'pair'])

/** One lender as it is judged. */
type Bench = {
  readonly world: World
  readonly built: Built
  readonly lender: Lender
  readonly desks: readonly Desk[]
  readonly judge: Judge
}

function benchOf(world: World, built: Built): Bench {
  const lender = built.instance.ports!.lender!
  const prices = world.spec.assets.map((_, a) => lender.price(a))
  const values = new Float64Array(lender.book.coordinates)
  lender.coordinatesAt(prices, 'value', values)
  const desks = desksOf(world, built)
  return { world, built, lender, desks, judge: judgeOf(lender, desks, values) }
}

/** Assets of a row that the oracle has no price of. */
function unpriced({ world, lender }: Bench, row: number): readonly string[] {
  const { start, count, coordinate, amount } = lender.book
  const names = new Set<string>()
  for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
    const asset = lender.assetOf(coordinate[k]!)
    if (amount[k] !== 0 && !(lender.price(asset) > 0)) names.add(world.spec.assets[asset]!.name)
  }
  return [...names]
}

/** How the numbers of a finding read: `$7.50k of USDC for $8.10k of ETH`. */
function tradeText({ world, lender }: Bench, { repay, debt, collateral }: Finding): string {
  const [owed, held] = [lender.assetOf(debt), lender.assetOf(collateral)]
  const seized = lender.seizeFor(repay, debt, collateral) * lender.price(held)
  const nameOf = (asset: number): string => world.spec.assets[asset]!.name
  return `${dollars(repay * lender.price(owed))} of ${nameOf(owed)} for ${dollars(seized)} of ${nameOf(held)}`
}

function needText({ gasCost, floor }: Desk): string {
  const least = floor > 0 ? ` and ${dollars(floor)} of least profit` : ''
  return `${dollars(gasCost)} of gas${least}`
}

function gainText(finding: Finding): string {
  const gain = finding.gain ?? finding.marginGain ?? 0
  return gain < 0 ? `loses ${dollars(-gain)}` : `gains ${dollars(gain)}`
}

/** Seconds since the event that moved a row below its threshold; null when it was there before. */
function below({ world, lender }: Bench, row: number): number | null {
  const event = lender.trigger(row)
  if (event < 0) return null
  return world.clock[0]! * world.spec.tickSeconds - world.trace.columns.time[event]!
}

/** Whether a row fell too late for the prices that its liquidator had seen at the last block. */
function isUnseen(bench: Bench, row: number, { delay }: Desk): boolean {
  const age = below(bench, row)
  return delay > 0 && age !== null && age < delay
}

function detailOf(bench: Bench, row: number, finding: Finding): string {
  const { world, lender } = bench
  const { desk, reason } = finding
  const nameOf = (c: number): string => world.spec.assets[lender.assetOf(c)]!.name
  const trade = (): string => tradeText(bench, finding)
  switch (reason) {
    case 'refused':
      return `the contract takes no repayment of ${nameOf(finding.debt)} for ${nameOf(finding.collateral)}`
    case 'venue':
      return `${desk.venueName ?? 'nobody'} does not trade ${nameOf(finding.debt)} or ${nameOf(finding.collateral)} against USD`
    case 'spread':
      return `${trade()} at oracle prices ${gainText(finding)} at ${desk.venueName ?? 'oracle prices'} without slippage`
    case 'small':
      return `${trade()} ${gainText(finding)} against ${needText(desk)}`
    case 'slippage': {
      const at = `${dollars(finding.marginGain ?? 0)} without slippage`
      const after = finding.gain === null ? 'cannot be filled' : `${gainText(finding)} after it`
      return `${trade()}: ${at}, ${after}, against ${needText(desk)}`
    }
    case 'cash': {
      const asset = lender.assetOf(finding.collateral)
      const cash = `${short(lender.cash(asset))} ${world.spec.assets[asset]!.name}`
      return `the market holds ${cash}; with cash ${trade()} ${gainText(finding)}`
    }
    case 'capital':
      return `${trade()} ${gainText(finding)} and costs ${dollars(finding.cost ?? 0)}; ${desk.name} can spend ${dollars(Math.max(0, desk.capital))}`
    case 'unseen':
      return `${trade()} ${gainText(finding)}; it fell ${clock(below(bench, row) ?? 0)} before the end and prices are seen ${clock(desk.delay)} late`
    default:
      return `${trade()} ${gainText(finding)} against ${needText(desk)}`
  }
}

type Verdict = Pick<Troubled, 'reason' | 'detail' | 'net'>

function verdictOf(bench: Bench, account: AccountRow): Verdict {
  const { row, healthFactor, liquidated } = account
  const nothing =
    liquidated > 0 ? `${dollars(liquidated)} was liquidated, no collateral is left` : ''
  if (healthFactor === null) {
    const names = unpriced(bench, row)
    return { reason: 'price', detail: `no oracle price of ${names.join(', ')}`, net: null }
  }
  if (healthFactor >= 1)
    return {
      reason: 'healthy',
      detail: `the oracle prices it at a health factor of ${healthFactor.toFixed(3)}`,
      net: null,
    }
  const finding = bench.judge(row)
  if (finding === null || finding.reason === 'nothing')
    return { reason: 'nothing', detail: nothing || 'it holds no collateral', net: null }
  const isLate = finding.reason === 'pays' && isUnseen(bench, row, finding.desk)
  const told: Finding = isLate ? { ...finding, reason: 'unseen' } : finding
  const gain = finding.gain ?? finding.marginGain
  const net = gain === null || finding.repay === 0 ? null : gain - finding.desk.gasCost
  return { reason: told.reason, detail: detailOf(bench, row, told), net }
}

function isTroubled({ debt, badDebt, healthFactor }: AccountRow): boolean {
  return debt > 0 && (badDebt > 0 || healthFactor === null || healthFactor < 1)
}

/**
 * Find every account in trouble, and why it is not (or not fully) liquidated, as the world stands.
 * @param accounts of the same moment, from `accountsOf`.
 */
export function troubledOf(world: World, accounts: readonly AccountRow[]): readonly Troubled[] {
  const benches = new Map(world.all('lender').map((b) => [b.name, benchOf(world, b)]))
  return accounts
    .filter(isTroubled)
    .map((account) => ({ ...account, ...verdictOf(benches.get(account.lender)!, account) }))
}

/** Tell whether an account is below its threshold and still has collateral. */
export function isLeft({ healthFactor, collateral }: AccountRow): boolean {
  return healthFactor !== null && healthFactor < 1 && collateral > 0
}

/** Count accounts in trouble by reason, the most debt first. */
export function reasonsOf(troubled: readonly Troubled[]): readonly ReasonRow[] {
  const rows = new Map<Reason, { accounts: number; debt: number; badDebt: number; net: number }>()
  for (const { reason, debt, badDebt, net } of troubled) {
    const sums = rows.get(reason) ?? { accounts: 0, debt: 0, badDebt: 0, net: 0 }
    sums.accounts++
    sums.debt += debt
    sums.badDebt += badDebt
    sums.net += PAYING.has(reason) ? (net ?? 0) : 0
    rows.set(reason, sums)
  }
  return [...rows]
    .map(([reason, sums]) => ({ reason, meaning: REASONS[reason], ...sums }))
    .sort((a, b) => b.debt - a.debt)
}

/** Say who would liquidate a lender's accounts, and what that costs now. */
function judgeText(
  { name }: Built,
  { name: desk, venueName, gas, gasCost, capital }: Desk,
): string {
  const cost = `${short(gas)} gas costs ${dollars(gasCost)}`
  if (desk === null)
    return `${name}: no liquidator in this scenario; judged by collateral seized minus debt repaid at oracle prices, where ${cost}`
  return `${name}: ${desk} with ${dollars(Math.max(0, capital))} to spend, trading on ${venueName}, where ${cost}`
}

/** Both sides of an account, the largest value first, at the prices that its sums were made of. */
function withSides(world: World, account: Troubled, prices: Float64Array): TroubledRow {
  const { book, ...lender } = world.port('lender', account.lender)
  const values = new Float64Array(book.coordinates)
  lender.coordinatesAt(prices, 'value', values)
  const held = new Map<string, number>()
  const owed = new Map<string, number>()
  const first = book.start[account.row]!
  for (let k = first; k < first + book.count[account.row]!; k++) {
    const value = book.amount[k]! * values[book.coordinate[k]!]!
    const name = world.spec.assets[lender.assetOf(book.coordinate[k]!)]!.name
    const side = value < 0 ? owed : held
    if (value !== 0) side.set(name, (side.get(name) ?? 0) + Math.abs(value))
  }
  const sorted = (side: Map<string, number>): readonly Holding[] =>
    [...side].map(([asset, value]) => ({ asset, value })).sort((a, b) => b.value - a.value)
  return { ...account, held: sorted(held), owed: sorted(owed) }
}

/**
 * Make the tables of accounts in trouble.
 * @param prices reference prices of the moment, USD; length = number of assets.
 * @param top rows of each table of accounts.
 */
export function troubledTables(
  world: World,
  accounts: readonly AccountRow[],
  prices: Float64Array,
  top: number,
): TroubledTables {
  const troubled = troubledOf(world, accounts)
  const detailed = (rows: readonly Troubled[]): readonly TroubledRow[] =>
    rows.slice(0, top).map((row) => withSides(world, row, prices))
  const bad = troubled.filter((a) => a.badDebt > 0).sort((a, b) => b.badDebt - a.badDebt)
  const under = troubled.filter(isLeft).sort((a, b) => b.debt - a.debt)
  const judges = world
    .all('lender')
    .flatMap((built) => desksOf(world, built).map((desk) => judgeText(built, desk)))
  return {
    ...{ bad: detailed(bad), below: detailed(under), belowCount: under.length },
    belowDebt: under.reduce((sum, a) => sum + a.debt, 0),
    ...{ reasons: reasonsOf(troubled), judges },
  }
}
