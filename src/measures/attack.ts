import { type Account, type Attacker, eventCode, type World } from '../world/index.ts'
import { type AttackSums, type Measure, type PathView, referencePrices } from './view.ts'

/** How long after an attack it is marked, s. */
const MARK = 86_400

/** One attacker, what it had at the start, and its mark once it is due. */
type Watched = {
  readonly attacker: Attacker
  readonly self: number
  readonly opening: Mark
  mark: Mark | null
}

/** Balances, with what is in escrow, and accounts at one moment, USD at reference prices. */
type Mark = {
  readonly balances: number
  /** Sum over own accounts of collateral less debt where that is positive: others are abandoned. */
  readonly accounts: number
  /** What protocols have given, less what they were given. */
  readonly taken: number
}

/** What an account is worth to its owner, USD at stated prices. */
function equityOf({ lender, row }: Account, prices: Float64Array): number {
  const { book } = lender
  const values = new Float64Array(book.coordinates)
  lender.coordinatesAt(prices, 'value', values)
  let net = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    net += book.amount[k]! * values[book.coordinate[k]!]!
  return Math.max(0, net)
}

function markOf(world: World, attacker: Attacker, self: number, prices: Float64Array): Mark {
  let balances = 0
  let taken = 0
  for (let a = 0; a < prices.length; a++) {
    balances += (world.ledger.balance(self, a) + (attacker.escrowed?.(a) ?? 0)) * prices[a]!
    taken += attacker.taken(a) * prices[a]!
  }
  const accounts = attacker.accounts().reduce((sum, own) => sum + equityOf(own, prices), 0)
  return { balances, accounts, taken }
}

/** Whether an attacker has laid out anything: what it holds may have changed its price before. */
function hasBegun(attacker: Attacker): boolean {
  return attacker.outlay() > 0 || attacker.capitalNeeded() > 0 || attacker.paperGain() !== 0
}

/**
 * Watch attackers from the start of a path, and mark each a day after its attack was over, or at the end
 * of the path when that comes first. All sums are of balances at reference prices of the moment.
 * @returns functions to call after every tick and at the end; null sums without attackers.
 */
export function createAttackWatch(world: World): {
  readonly look: (time: number) => void
  readonly sums: () => AttackSums | null
} {
  const scratch = new Float64Array(world.spec.assets.length)
  const markNow = (attacker: Attacker, self: number): Mark =>
    markOf(world, attacker, self, referencePrices(world, scratch))
  const all = world.all('attacker').map(({ self, instance }): Watched => {
    const attacker = instance.ports!.attacker!
    return { attacker, self, opening: markNow(attacker, self), mark: null }
  })
  function sums(): AttackSums {
    let [profit, cost] = [0, 0]
    for (const { attacker, self, opening, mark } of all) {
      if (!hasBegun(attacker)) continue
      const now = mark ?? markNow(attacker, self)
      profit += now.balances + now.accounts - opening.balances - opening.accounts
      cost += opening.balances + now.taken - now.balances
    }
    return { profit, cost }
  }
  return {
    look(time) {
      for (const one of all)
        if (one.mark === null && time >= one.attacker.endedAt() + MARK)
          one.mark = markNow(one.attacker, one.self)
    },
    sums: () => (all.length > 0 ? sums() : null),
  }
}

/** Loss of the attackers in worlds without lenders; null where there is a lender or no attacker. */
export function attackersLoss({ world, watched: { attack } }: PathView): number | null {
  return attack && world.all('lender').length === 0 ? -attack.profit : null
}

/** Add up what attackers say of themselves; null without attackers. */
function total({ world }: PathView, of: (attacker: Attacker) => number): number | null {
  const all = world.all('attacker').map(({ instance }) => instance.ports!.attacker!)
  return all.length === 0 ? null : all.reduce((sum, attacker) => sum + of(attacker), 0)
}

/** What the attackers' own accounts borrowed, USD at oracle prices of the moment. */
function borrowed({ world }: PathView): number | null {
  const own = new Set<string>()
  const lenders = world.all('lender')
  if (world.all('attacker').length === 0) return null
  for (const { instance } of world.all('attacker'))
    for (const { lender, row } of instance.ports!.attacker!.accounts())
      for (const { self, instance: at } of lenders)
        if (at.ports!.lender === lender) own.add(`${self} ${row}`)
  const { kind, instance, row, x } = world.trace.columns
  const code = eventCode('borrow')
  let sum = 0
  for (let e = 0; e < world.trace.length; e++)
    if (kind[e] === code && own.has(`${instance[e]} ${row[e]}`)) sum += x[e]!
  return sum
}

const usd = 'USD'
const marked =
  'marked by balances at reference prices 24 hours after the attack was over, or at the end of the path'

/** Measures of attacks; none of them has a value in a world without attackers. */
export const ATTACK_MEASURES: readonly Measure[] = [
  {
    name: 'attackerProfit',
    unit: usd,
    better: 'lower',
    doc: `what attackers gained: balances, and own accounts where they are worth more than nothing, ${marked}`,
    value: ({ watched }) => watched.attack?.profit ?? null,
  },
  {
    name: 'attackCost',
    unit: usd,
    better: 'higher',
    doc: `what attackers lost but for what protocols gave them: trades, gas; ${marked}`,
    value: ({ watched }) => watched.attack?.cost ?? null,
  },
  {
    name: 'attackCapital',
    unit: usd,
    better: 'higher',
    doc: 'most of their own money that attackers lacked against the start at one time, losses and gas so far included',
    value: (view) => total(view, (attacker) => attacker.capitalNeeded()),
  },
  {
    name: 'peakCapital',
    unit: usd,
    better: 'higher',
    doc: 'most money that attackers had in what they bought and had not sold again, at what it cost',
    value: (view) => total(view, (attacker) => attacker.peakCapital()),
  },
  {
    name: 'outlay',
    unit: usd,
    better: 'higher',
    doc: 'money that attackers spent on moving prices, summed over blocks: the same money counts every time',
    value: (view) => total(view, (attacker) => attacker.outlay()),
  },
  {
    name: 'paperGain',
    unit: usd,
    better: 'lower',
    doc: "rise of the value of attackers' collateral at their lenders' prices, from the start to the strike",
    value: (view) => total(view, (attacker) => attacker.paperGain()),
  },
  {
    name: 'attackBorrowed',
    unit: usd,
    better: 'lower',
    doc: "what attackers' own accounts borrowed, at oracle prices of the moment",
    value: borrowed,
  },
]
