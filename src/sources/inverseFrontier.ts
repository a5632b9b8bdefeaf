import { sum } from '../math/index.ts'
import {
  type Assumption,
  file,
  fraction,
  type Loaded,
  number,
  type ParamsOf,
  type PositionTable,
} from '../world/index.ts'
import type { Named } from './amounts.ts'
import type { CompoundMarket } from './compoundV2Accounts.ts'
import { dataSource, type Files } from './files.ts'
import {
  type FrontierAccount,
  type FrontierMarket,
  readAccounts,
  readMarkets,
} from './inverseFrontierFile.ts'
import { createPositions } from './positions.ts'
import { type Source, source } from './source.ts'

const params = {
  accounts: file('CSV of accounts with supplies and debts by market'),
  markets: file('JSON of markets with factor, price and exchange rate'),
  borrowRate: number('borrow rate of every market, whatever its utilization', '1/year', {
    default: 0,
    min: 0,
  }),
  cashShare: fraction('cash beyond what the accounts’ cTokens need, as a share of their supply', {
    default: 0,
  }),
}

type Given = ParamsOf<typeof params>
type Fact = Loaded['facts'][number]

/** Half a unit of the seventh digit in a value and in its parts. */
const DIGITS = 1.5e-6

/** One account with its values at the file's prices, USD. */
type Valued = {
  readonly account: FrontierAccount
  readonly collateral: number
  /** Collateral that counts, times its factor. */
  readonly weighted: number
  readonly debt: number
  readonly notEntered: number
  readonly dola: number
}

function worthOf(account: FrontierAccount, markets: readonly FrontierMarket[]): Valued {
  const add = (entries: readonly Named[], weight: (index: string) => number): number => {
    let total = 0
    for (const { name, value } of entries)
      total += value * markets[Number(name)]!.price * weight(name)
    return total
  }
  const { supplies, debts, entered } = account
  return {
    account,
    collateral: add(supplies, () => 1),
    weighted: add(supplies, (i) => (entered.has(i) ? markets[Number(i)]!.collateralFactor : 0)),
    debt: add(debts, () => 1),
    notEntered: add(supplies, (i) => (entered.has(i) ? 0 : 1)),
    dola: sum(debts.map((d) => (markets[Number(d.name)]!.asset === 'DOLA' ? d.value : 0))),
  }
}

/** Largest deviation of the file's values from those rebuilt, relative to what they are made of. */
function deviationOf({ account, collateral, weighted, debt }: Valued): number {
  const { supplied, borrowed, borrowable, shortfall } = account
  const scale = (x: number, y: number): number => Math.max(x, y, Number.MIN_VALUE)
  return Math.max(
    Math.abs(collateral - supplied) / scale(collateral, supplied),
    Math.abs(debt - borrowed) / scale(debt, borrowed),
    Math.abs(weighted - debt - (borrowable - shortfall)) / scale(weighted, debt),
  )
}

type Totals = {
  readonly positions: PositionTable
  /** Whole tokens by market index. */
  readonly supplies: Float64Array
  readonly borrows: Float64Array
}

function positionsOf(
  accounts: readonly FrontierAccount[],
  markets: readonly FrontierMarket[],
): Totals {
  const into = createPositions()
  const supplies = new Float64Array(markets.length)
  const borrows = new Float64Array(markets.length)
  for (const { name, supplies: held, debts, entered } of accounts) {
    into.account(name)
    for (const { name: index, value } of held) {
      if (value === 0) continue
      into.collateral(markets[Number(index)]!.asset, value, entered.has(index) ? Number.NaN : 0)
      supplies[Number(index)]! += value
    }
    for (const { name: index, value } of debts) {
      if (value === 0) continue
      into.debt(markets[Number(index)]!.asset, value)
      borrows[Number(index)]! += value
    }
  }
  return { positions: into.table(), supplies, borrows }
}

function marketOf(market: FrontierMarket, totals: Totals, given: Given): CompoundMarket {
  const supplies = totals.supplies[market.index]!
  const needed = Math.max(0, supplies * (1 + 1e-9) - totals.borrows[market.index]!)
  return {
    collateralFactor: market.collateralFactor,
    exchangeRate: market.exchangeRate,
    cash: needed + given.cashShare * supplies,
    reserves: 0,
    reserveFactor: 0,
    baseRate: given.borrowRate,
    multiplier: 0,
    jumpMultiplier: 0,
    kink: 1,
  }
}

function isInsolvent({ debt, collateral }: Valued): boolean {
  return debt > collateral
}

function badDebtFacts(valued: readonly Valued[]): Fact[] {
  const insolvent = valued.filter(isInsolvent)
  const solvent = valued.filter((v) => !isInsolvent(v))
  const usd = (name: string, value: number, unit = 'USD'): Fact => ({ name, value, unit })
  const flagged = (of: readonly Valued[]): number => sum(of.map((v) => v.account.dolaBadDebt))
  return [
    usd('badDebt', sum(insolvent.map((v) => v.debt - v.collateral))),
    usd('insolventAccounts', insolvent.length, 'accounts'),
    usd('dolaOwed', sum(valued.map((v) => v.dola)), 'DOLA'),
    usd('dolaOwedByInsolvent', sum(insolvent.map((v) => v.dola)), 'DOLA'),
    usd('dolaBadDebtOfFile', flagged(valued), 'DOLA'),
    usd('dolaBadDebtOfFile.insolvent', flagged(insolvent), 'DOLA on insolvent accounts'),
    usd('dolaBadDebtOfFile.solvent', flagged(solvent), 'DOLA on accounts solvent at file prices'),
    usd(
      'dolaBadDebtOfFile.solventAccounts',
      solvent.filter((v) => v.account.dolaBadDebt > 0).length,
      'accounts',
    ),
  ]
}

function factsOf(
  valued: readonly Valued[],
  markets: readonly FrontierMarket[],
  used: readonly FrontierMarket[],
  outside: number,
): Fact[] {
  const liquidatable = valued.filter((v) => v.debt > v.weighted)
  const notEntered = valued.filter((v) => v.notEntered > 0)
  const count = (name: string, value: number, unit = 'accounts'): Fact => ({ name, value, unit })
  return [
    count('accounts', valued.length),
    count('accountsWithDebt', valued.filter((v) => v.debt > 0).length),
    count('markets', markets.length, 'markets'),
    count('marketsInUse', used.length, 'markets'),
    count('totalBorrowed', sum(valued.map((v) => v.debt)), 'USD'),
    count('totalSupplied', sum(valued.map((v) => v.collateral)), 'USD'),
    ...badDebtFacts(valued),
    count('liquidatableAccounts', liquidatable.length),
    count('liquidatableDebt', sum(liquidatable.map((v) => v.debt)), 'USD'),
    count('notEnteredKeptAtThreshold0', notEntered.length),
    count('notEnteredKeptAtThreshold0.total', sum(notEntered.map((v) => v.notEntered)), 'USD'),
    count('valueDeviation.max', Math.max(0, ...valued.map(deviationOf)), 'fraction'),
    count('owedToDepositorsOutsideFile', outside, 'USD'),
  ]
}

const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`

/** The figure that is known elsewhere, beside ours, with the reason for the difference. */
function remarkOf(valued: readonly Valued[]): string {
  const insolvent = valued.filter(isInsolvent)
  const solvent = valued.filter((v) => !isInsolvent(v) && v.account.dolaBadDebt > 0)
  const flagged = (of: readonly Valued[]): number => sum(of.map((v) => v.account.dolaBadDebt))
  const owed = millions(sum(insolvent.map((v) => v.dola)))
  return `In the file, insolvent accounts owe ${owed} DOLA. The file's own figure of DOLA bad debt is ${millions(flagged(valued))}: ${millions(flagged(solvent))} of it stands on ${solvent.length} accounts that are solvent at the file's prices, because it counts their collateral in the frozen ETH, WBTC and YFI markets as worthless.`
}

function listsOf(valued: readonly Valued[]): NonNullable<Loaded['lists']> {
  const flagged = valued
    .filter((v) => !isInsolvent(v) && v.account.dolaBadDebt > 0)
    .sort((a, b) => b.account.dolaBadDebt - a.account.dolaBadDebt)
  const off = valued.filter((v) => deviationOf(v) > DIGITS)
  return [
    {
      name: 'solvent at the file’s prices, yet in its DOLA bad debt: it counts collateral in the frozen ETH, WBTC and YFI markets as worthless',
      columns: ['account', 'DOLA of the file', 'supplied USD', 'borrowed USD'],
      rows: flagged.map((v) => [v.account.name, v.account.dolaBadDebt, v.collateral, v.debt]),
    },
    {
      name: 'accounts whose values do not follow from amounts and prices: amounts kept',
      columns: ['account', 'deviation', 'supplied USD', 'borrowed USD'],
      rows: off.map((v) => [
        v.account.name,
        deviationOf(v),
        v.account.supplied,
        v.account.borrowed,
      ]),
    },
  ]
}

function assumptionsOf(given: Given, date: string): Assumption[] {
  return [
    {
      name: 'cash',
      value: given.cashShare,
      unit: 'share of supply beyond what is needed',
      source:
        'not in the file: just so much that borrows and cash cover the accounts’ cTokens; the rest of the borrows is owed to depositors outside the file, in DOLA to the protocol that minted it',
      parameter: 'cashShare',
    },
    {
      name: 'borrowRate',
      value: given.borrowRate,
      unit: '1/year',
      source: 'rate models are not in the file; borrowing is paused in all markets',
      parameter: 'borrowRate',
    },
    {
      name: 'prices',
      value: date,
      unit: 'day',
      source: 'those of the file, per unit in which it gives amounts: cTokens x exchange rate',
    },
    { name: 'reserves', value: 0, unit: 'tokens', source: 'not in the file' },
  ]
}

function load(given: Given, files: Files): Loaded {
  const marketsFile = files.read(given.markets)
  const accountsFile = files.read(given.accounts)
  const { markets, date } = readMarkets(marketsFile.text, given.markets)
  const accounts = readAccounts(accountsFile.text, given.accounts, markets)
  const totals = positionsOf(accounts, markets)
  const isUsed = (m: FrontierMarket): boolean =>
    totals.supplies[m.index]! > 0 || totals.borrows[m.index]! > 0
  const used = markets.filter(isUsed)
  const terms = used.map((m) => [m.asset, marketOf(m, totals, given)] as const)
  const outside = used.map(
    (m, i) => m.price * (terms[i]![1].cash + totals.borrows[m.index]! - totals.supplies[m.index]!),
  )
  const valued = accounts.map((account) => worthOf(account, markets))
  return {
    outputs: {
      positions: totals.positions,
      markets: Object.fromEntries(terms),
      prices: Object.fromEntries(used.map((m) => [m.asset, m.price])),
      assets: used.map((m) => m.asset),
    },
    data: [
      dataSource(given.accounts, accountsFile, date),
      dataSource(given.markets, marketsFile, date),
    ],
    leftOut: [
      { reason: 'markets that no account uses', count: markets.length - used.length },
    ].filter((entry) => entry.count > 0),
    assumptions: assumptionsOf(given, date),
    remarks: [remarkOf(valued)],
    lists: listsOf(valued),
    facts: factsOf(valued, markets, used, sum(outside)),
  }
}

/** Inverse Finance Frontier after two attacks: its accounts with the bad debt as found. */
export const inverseFrontier: Source = source({
  kind: 'inverseFrontier',
  doc: 'Inverse Finance Frontier, a Compound v2 fork with bad debt: accounts and markets as found',
  params,
  outputs: {
    positions: 'all accounts, in whole underlying tokens; threshold 0 where not entered',
    markets: 'asset -> terms and opening cash, for lending/compoundV2',
    prices: 'asset -> USD per whole token',
    assets: 'names of the assets, in the order of the markets',
  },
  load,
})
