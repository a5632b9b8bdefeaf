import { quantile, sortedCopy, sum } from '../math/index.ts'
import {
  type Assumption,
  file,
  fraction,
  type Loaded,
  list,
  number,
  type ParamsOf,
  record,
  text,
} from '../world/index.ts'
import { type CompoundBook, type Factor, readBook } from './compoundV2Book.ts'
import { type AssetTerms, assetTerms, readImplied, readTerms } from './compoundV2Terms.ts'
import { dataSource, type Files } from './files.ts'
import { createProblems, quoted } from './problems.ts'
import { type Source, source } from './source.ts'

const scale = (what: string) =>
  number(`multiplies ${what}`, '1', { default: 1, min: 0.01, max: 100 })

const params = {
  accounts: file('CSV of accounts with cToken balances, debts and totals in ETH'),
  implied: file('CSV of ETH values per cToken and per unit of debt'),
  parameters: file('CSV of public parameters per market'),
  ethPrice: number('price of ETH at the time of the file', 'USD', { default: 1837, min: 1e-6 }),
  stablePrice: number('price of the stablecoins', 'USD', { default: 1, min: 0.01 }),
  accruedInterest: fraction(
    'typical interest in a debt since its last touch, where a price follows from debts only',
    { default: 0.055 },
  ),
  borrowerShare: fraction(
    'share of a market’s supply that the accounts hold, where no utilization is known',
    { default: 0.6, min: 0.01 },
  ),
  lowestHealth: number(
    'accounts whose health factor is below this at the start are left out; 0 = none',
    'ratio',
    { default: 0, min: 0 },
  ),
  collateralFactorScale: scale(
    'collateral factors (at most 1) at the same weighted collateral: fewer tokens behind it',
  ),
  collateralFactorShifts: list(
    'what is added to collateral factors at unchanged positions',
    record('that of one market', {
      asset: text('name of the asset'),
      by: fraction('added; the factor stays within 0 and 0.999999', { default: 0, min: -1 }),
    }),
    { default: [] },
  ),
  exchangeRateScale: scale('exchange rates that are not implied'),
  cashScale: scale('cash of the markets; never below what the accounts’ cTokens need'),
  rateScale: scale('base rates, multipliers and jump multipliers'),
  reserveFactorScale: scale('reserve factors (at most 1)'),
}

type Given = ParamsOf<typeof params>

/** Largest collateral factor that a shift leads to: one of 1 would leave no room for interest. */
const MOST = 0.999999

/** One market as the model lending/compoundV2 takes it; rates per year, amounts in whole tokens. */
export type CompoundMarket = {
  readonly collateralFactor: number
  readonly exchangeRate: number
  readonly cash: number
  readonly reserves: number
  readonly reserveFactor: number
  readonly baseRate: number
  readonly multiplier: number
  readonly jumpMultiplier: number
  readonly kink: number
}

/**
 * Cash: from utilization where it is known, else so that the accounts hold `borrowerShare` of the
 * supply; at least what is needed to fund the accounts' own cTokens.
 */
function cashOf(terms: AssetTerms, borrows: number, supplies: number, given: Given): number {
  const { utilization } = terms.given
  const wanted =
    utilization > 0
      ? borrows * (1 / utilization - 1)
      : Math.max(0, supplies / given.borrowerShare - borrows)
  const needed = Math.max(0, supplies * (1 + 1e-9) - borrows)
  return Math.max(wanted * given.cashScale, needed)
}

/** Collateral factor to run with; one that is not shifted stays to the last bit. */
function factorOf({ collateralFactor, given: { asset } }: AssetTerms, given: Given): number {
  const own = given.collateralFactorShifts.filter(
    (shift) => shift.asset === asset && shift.by !== 0,
  )
  return own.reduce((sum, { by }) => Math.min(MOST, Math.max(0, sum + by)), collateralFactor)
}

function marketOf(terms: AssetTerms, book: CompoundBook, given: Given): CompoundMarket {
  const asset = terms.given.asset
  const borrows = book.borrows.get(asset) ?? 0
  const supplies = book.supplies.get(asset) ?? 0
  return {
    collateralFactor: factorOf(terms, given),
    exchangeRate: terms.exchangeRate,
    cash: cashOf(terms, borrows, supplies, given),
    reserves: 0,
    reserveFactor: Math.min(1, terms.given.reserveFactor * given.reserveFactorScale),
    baseRate: terms.given.baseRate * given.rateScale,
    multiplier: terms.given.multiplier * given.rateScale,
    jumpMultiplier: terms.given.jumpMultiplier * given.rateScale,
    kink: terms.given.kink,
  }
}

type Fact = Loaded['facts'][number]

const LEVELS = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

function isOutside({ factor }: Factor): boolean {
  return factor < 0.8 || factor > 1.2
}

/** Accounts that were scaled by more than a fifth, the largest first. */
function outsideList(name: string, factors: readonly Factor[]) {
  const rows = factors.filter(isOutside).sort((a, b) => b.eth - a.eth)
  return {
    name: `accounts with a ${name} outside 0.8-1.2`,
    columns: ['account', name, 'ETH'],
    rows: rows.map((f) => [f.account, f.factor, f.eth]),
  }
}

function factorFacts(name: string, factors: readonly Factor[]): Fact[] {
  if (factors.length === 0) return []
  const values = sortedCopy(factors.map((f) => f.factor))
  const outside = factors.filter(isOutside)
  const point = (suffix: string, value: number): Fact => ({
    name: `${name}.${suffix}`,
    value,
    unit: 'factor',
  })
  return [
    { name: `${name}.count`, value: values.length, unit: 'accounts' },
    point('min', values[0]!),
    ...LEVELS.map((level) =>
      point(`p${`${level * 100}`.padStart(2, '0')}`, quantile(values, level)),
    ),
    point('max', values.at(-1)!),
    { name: `${name}.outside0.8-1.2`, value: outside.length, unit: 'accounts' },
    { name: `${name}.outside0.8-1.2.total`, value: sum(outside.map((f) => f.eth)), unit: 'ETH' },
  ]
}

function factsOf(book: CompoundBook): Fact[] {
  const liquidatable = book.borrow.filter((debt, i) => debt > book.weighted[i]!)
  return [
    { name: 'accounts', value: book.accounts, unit: 'accounts' },
    { name: 'accountsWithDebt', value: book.borrow.length, unit: 'accounts' },
    { name: 'totalDebt', value: sum(book.borrow), unit: 'ETH' },
    { name: 'totalDebtBeforeScaling', value: sum(book.unscaled), unit: 'ETH' },
    { name: 'liquidatableAccountsAtStart', value: liquidatable.length, unit: 'accounts' },
    { name: 'liquidatableDebtAtStart', value: sum(liquidatable), unit: 'ETH' },
    ...factorFacts('debtFactor', book.debtFactors),
    ...factorFacts('collateralFactor', book.collateralFactors),
    { name: 'notEnteredKeptAtThreshold0', value: book.notEntered.count, unit: 'accounts' },
    { name: 'notEnteredKeptAtThreshold0.total', value: book.notEntered.eth, unit: 'ETH' },
    { name: 'balancesOfTwoContractsAddedUp', value: book.twice, unit: 'entries' },
  ]
}

function leftOut(book: CompoundBook): Loaded['leftOut'] {
  const { debt, collateral, entries } = book.unexplained
  return [
    {
      reason: 'debt in ETH without a debt balance',
      count: debt.count,
      amount: debt.eth,
      unit: 'ETH',
    },
    {
      reason: 'weighted collateral in ETH without a cToken balance that counts',
      count: collateral.count,
      amount: collateral.eth,
      unit: 'ETH',
    },
    {
      reason: 'accounts whose health factor is below lowestHealth',
      count: book.tooLow.count,
      amount: book.tooLow.eth,
      unit: 'ETH of debt',
    },
    { reason: 'balances of zero, or debts of an account whose total is zero', count: entries },
  ].filter((entry) => entry.count > 0)
}

function listed(terms: readonly AssetTerms[], value: (t: AssetTerms) => number): string {
  return terms
    .filter((t) => Number.isFinite(value(t)))
    .map((t) => `${t.given.asset} ${Number(value(t).toPrecision(4))}`)
    .join(', ')
}

const TABLE = 'data/lending/compound_v2_public_parameters.csv, column source'

function assumptionsOf(terms: readonly AssetTerms[], given: Given): Assumption[] {
  const stated = terms.filter((t) => t.given.price === 'collateral' || t.weight === 0)
  const record = (
    name: string,
    value: number | string,
    unit: string,
    source: string,
    parameter: string,
  ): Assumption => ({ name, value, unit, source, parameter })
  return [
    record(
      'ethPrice',
      given.ethPrice,
      'USD',
      'issue 2; ETH closed at 1,842 on Binance on 2023-05-08 08:00 UTC, where the ratios of the implied prices fit best',
      'ethPrice',
    ),
    record(
      'stablePrice',
      given.stablePrice,
      'USD',
      'par; Compound v2 fixed USDC and USDT at 1',
      'stablePrice',
    ),
    record(
      'collateralFactors',
      listed(terms, (t) => t.collateralFactor),
      'fraction',
      TABLE,
      'collateralFactorScale',
    ),
    record(
      'exchangeRates',
      listed(stated, (t) => t.exchangeRate),
      'underlying per cToken',
      TABLE,
      'exchangeRateScale',
    ),
    record(
      'accruedInterest',
      given.accruedInterest,
      'fraction',
      'median over the non-stable markets whose price is known both from collateral and from debt',
      'accruedInterest',
    ),
    record(
      'utilization',
      listed(terms, (t) => t.given.utilization),
      'fraction',
      TABLE,
      'cashScale',
    ),
    record(
      'borrowerShare',
      given.borrowerShare,
      'fraction',
      'between the shares in USDC (0.48) and DAI (0.61) that follow from the cited borrow rates',
      'borrowerShare',
    ),
    record(
      'rateModels',
      listed(terms, (t) => t.given.multiplier),
      'rise to the kink, 1/year',
      TABLE,
      'rateScale',
    ),
    record(
      'reserveFactors',
      listed(terms, (t) => t.given.reserveFactor),
      'fraction',
      TABLE,
      'reserveFactorScale',
    ),
    {
      name: 'reserves',
      value: 0,
      unit: 'tokens',
      source: 'none at the start: they would only enlarge cash',
    },
  ]
}

/** @throws {SourceError} when a shift is given for no market. */
function checkShifts(
  { collateralFactorShifts }: Given,
  terms: ReadonlyMap<string, AssetTerms>,
): void {
  const p = createProblems()
  for (const { asset } of collateralFactorShifts)
    if (!terms.has(asset))
      p.add(
        { path: 'compoundV2Accounts: collateralFactorShifts' },
        `${quoted(asset)} has no market; there are ${[...terms.keys()].join(', ')}`,
      )
  p.check()
}

function load(given: Given, files: Files): Loaded {
  const accounts = files.read(given.accounts)
  const implied = files.read(given.implied)
  const parameters = files.read(given.parameters)
  const terms = assetTerms(
    readTerms(parameters.text, given.parameters),
    readImplied(implied.text, given.implied),
    given,
    given.parameters,
  )
  checkShifts(given, terms)
  const book = readBook(accounts.text, given.accounts, terms, given.ethPrice, given.lowestHealth)
  const all = [...terms.values()]
  return {
    outputs: {
      positions: book.positions,
      prices: Object.fromEntries(all.map((t) => [t.given.asset, t.price])),
      markets: Object.fromEntries(all.map((t) => [t.given.asset, marketOf(t, book, given)])),
    },
    data: [
      dataSource(given.accounts, accounts, '2023-05'),
      dataSource(given.implied, implied, '2023-05'),
      dataSource(given.parameters, parameters, 'public values of 2020 to 2023'),
    ],
    leftOut: leftOut(book),
    assumptions: assumptionsOf(all, given),
    lists: [
      outsideList('debtFactor', book.debtFactors),
      outsideList('collateralFactor', book.collateralFactors),
    ],
    facts: factsOf(book),
  }
}

/** Real Compound v2 accounts, scaled to their stated totals. */
export const compoundV2Accounts: Source = source({
  kind: 'compoundV2Accounts',
  doc: 'Compound v2 accounts with the prices and markets that their totals imply',
  params,
  outputs: {
    positions: 'all accounts, in whole underlying tokens',
    prices: 'asset -> USD per whole token',
    markets: 'asset -> terms and opening cash, for lending/compoundV2',
  },
  load,
})
