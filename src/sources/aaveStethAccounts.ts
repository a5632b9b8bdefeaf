import { quantile, sortedCopy, sum } from '../math/index.ts'
import {
  type Assumption,
  file,
  type Loaded,
  list,
  number,
  type ParamSpec,
  type ParamsOf,
  text,
  usd,
} from '../world/index.ts'
import { type AaveBook, type AaveTerms, aaveBook } from './aaveStethBook.ts'
import { type AaveFile, readBorrowers, readStables, type StableRow } from './aaveStethFile.ts'
import { type ImpliedPrices, impliedPrices, ownThresholds } from './aaveStethPrices.ts'
import type { Consensus } from './consensus.ts'
import { dataSource, type Files } from './files.ts'
import { SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const optionalFile: ParamSpec<string> = {
  ...file('CSV of stablecoin debt by coin; without it, all of it is otherDebt'),
  default: '',
  optional: true,
}

const params = {
  borrowers: file('CSV of Aave borrowers with stETH (v2, in ETH) or wstETH (v3, in USD)'),
  stableDebtors: optionalFile,
  ethPrice: usd('price of ETH at the start; 0: of the file’s date', { default: 0 }),
  fileEthPrice: number('price of ETH on the file’s date, where the file is in ETH', 'USD', {
    default: 1719.57,
    min: 1e-6,
  }),
  stablePrice: number('price of the stablecoins on the file’s date', 'USD', {
    default: 1,
    min: 0.01,
  }),
  coins: list('stablecoins kept as assets; the others join otherDebt; empty: all', text('coin'), {
    default: [],
  }),
  eth: text('asset that WETH debt is owed in', 'ETH'),
  staked: text('asset of the staked collateral; empty: stETH in v2, wstETH in v3', ''),
  cbeth: text('asset of cbETH collateral; empty: part of otherCollateral', 'cbETH'),
  reth: text('asset of rETH collateral; empty: part of otherCollateral', 'rETH'),
  otherCollateral: text('asset of collateral given only in value', 'otherCollateral'),
  otherDebt: text('asset of debt given only in value', 'otherDebt'),
  date: text('month of the files, printed in the report', '2023-06'),
}

type Given = ParamsOf<typeof params>
type Fact = Loaded['facts'][number]

/** Everything a load has worked out. */
type Work = {
  readonly given: Given
  readonly file: AaveFile
  readonly implied: ImpliedPrices
  readonly terms: AaveTerms
  /** USD per ETH on the file's date, and at the start of the world. */
  readonly fileEth: number
  readonly ethPrice: number
  readonly book: AaveBook
}

function needed(found: Consensus | null, what: string, given: Given): number {
  if (found) return found.value
  throw new SourceError([
    `${given.borrowers}: implies no price of ${what}: fewer than 3 accounts with nothing else agree; take the whole file`,
  ])
}

function termsOf(file: AaveFile, implied: ImpliedPrices, given: Given): AaveTerms {
  const isV2 = file.unit === 'ETH'
  const names = { ...given, staked: given.staked || (isV2 ? 'stETH' : 'wstETH') }
  const staked = needed(implied.staked, names.staked, given)
  const kept = (name: string, found: Consensus | null): number =>
    name === '' ? 0 : (found?.value ?? 0)
  return {
    names,
    price: {
      eth: needed(implied.eth, names.eth, given),
      staked,
      cbeth: kept(names.cbeth, implied.cbeth),
      reth: kept(names.reth, implied.reth),
    },
    own: ownThresholds(file.rows, staked),
    usd: isV2 ? given.fileEthPrice : 1,
    stablePrice: given.stablePrice,
    keeps: (coin) => given.coins.length === 0 || given.coins.includes(coin),
  }
}

/** Prices at the start: what is priced in ETH moves with it, the rest keeps its USD. */
function pricesOf(work: Work): Readonly<Record<string, number>> {
  const { terms, given, book, ethPrice, fileEth } = work
  const { names, price, usd: unit } = terms
  const move = unit * (ethPrice / fileEth)
  const own: Record<string, number> = { [names.eth]: price.eth * move }
  own[names.staked] = price.staked * move
  if (price.cbeth > 0) own[names.cbeth] = price.cbeth * move
  if (price.reth > 0) own[names.reth] = price.reth * move
  for (const coin of book.stableDebt.keys()) if (terms.keeps(coin)) own[coin] = given.stablePrice
  return { ...own, [names.otherCollateral]: 1, [names.otherDebt]: 1 }
}

function priceFacts(name: string, found: Consensus | null, unit: string): Fact[] {
  if (!found) return []
  return [
    { name: `filePrice.${name}`, value: found.value, unit },
    { name: `filePrice.${name}.agree`, value: found.count, unit: `of ${found.of} accounts` },
    { name: `filePrice.${name}.spread`, value: found.spread, unit: 'fraction' },
  ]
}

function deviationFacts({ book }: Work): Fact[] {
  const off = sortedCopy(book.deviations.map(Math.abs))
  if (off.length === 0) return []
  const level = (p: number, name: string): Fact => ({
    name: `healthFactorDeviation.${name}`,
    value: quantile(off, p),
    unit: 'fraction',
  })
  const above = off.filter((x) => x > 1e-6).length
  return [
    level(0.5, 'p50'),
    level(0.99, 'p99'),
    level(1, 'max'),
    { name: 'healthFactorDeviation.above1e-6', value: above, unit: 'accounts' },
    { name: 'debtMovedWithinLastDigit', value: book.moved.length, unit: 'accounts' },
    { name: 'columnsDisagree', value: book.disagreeing.length, unit: 'accounts' },
  ]
}

function totalFacts({ file, book }: Work): Fact[] {
  const unit = file.unit
  const liquidatable = file.rows.filter((row) => row.debt > 0 && row.healthFactor < 1)
  return [
    { name: 'accounts', value: file.rows.length, unit: 'accounts' },
    { name: 'totalCollateral', value: sum(file.rows.map((row) => row.collateral)), unit },
    { name: 'totalDebt', value: sum(file.rows.map((row) => row.debt)), unit },
    {
      name: 'eModeAccounts',
      value: file.rows.filter((r) => r.eMode === 1).length,
      unit: 'accounts',
    },
    { name: 'liquidatableAccounts', value: liquidatable.length, unit: 'accounts at file prices' },
    { name: 'liquidatableDebt', value: sum(liquidatable.map((row) => row.debt)), unit },
    { name: 'otherCollateral', value: book.otherCollateral, unit: 'USD' },
    { name: 'otherDebt', value: book.otherDebt, unit: 'USD' },
  ]
}

function factsOf(work: Work): Fact[] {
  const { file, implied, terms, book } = work
  const { names, own } = terms
  const accounts = 'accounts'
  return [
    ...totalFacts(work),
    ...priceFacts(names.eth, file.unit === 'USD' ? implied.eth : null, file.unit),
    ...priceFacts(names.staked, implied.staked, file.unit),
    ...priceFacts(names.cbeth, terms.price.cbeth > 0 ? implied.cbeth : null, file.unit),
    ...priceFacts(names.reth, terms.price.reth > 0 ? implied.reth : null, file.unit),
    { name: 'ownThreshold', value: own.plain, unit: 'fraction' },
    ...(Number.isNaN(own.eMode)
      ? []
      : [{ name: 'ownThreshold.eMode', value: own.eMode, unit: 'fraction' }]),
    { name: 'withOwnThreshold', value: book.ownThreshold, unit: accounts },
    { name: 'withAverageThreshold', value: book.averageThreshold, unit: accounts },
    ...deviationFacts(work),
    { name: 'stableDebtorsJoined', value: book.joined, unit: accounts },
    ...[...book.stableDebt].map(([coin, value]) => ({
      name: `stableDebt.${coin}`,
      value,
      unit: 'USD',
    })),
  ]
}

function leftOut({ book, file }: Work): Loaded['leftOut'] {
  const { unjoined, excess } = book
  const amount = sum(unjoined.map((row) => row.debt))
  return [
    {
      reason: 'rows of stablecoin debt that fit no account, or more than one: part of otherDebt',
      count: unjoined.length,
      amount,
      unit: file.unit,
    },
    {
      reason: 'accounts whose parts are worth more than their total: parts scaled down to it',
      count: excess.length,
      amount: sum(excess.map((row) => row.excess)),
      unit: file.unit,
    },
  ].filter((entry) => entry.count > 0)
}

function assumptionsOf({ given, file, terms, ethPrice, fileEth }: Work): Assumption[] {
  const { names } = terms
  const moved: Assumption = {
    name: 'prices set to one date',
    value: ethPrice,
    unit: 'USD per ETH',
    source: `the file's date has ${fileEth.toFixed(2)}; what is priced in ETH moves with it, stablecoins and the remainder keep their USD value`,
    parameter: 'ethPrice',
  }
  const fileEthPrice: Assumption = {
    name: 'fileEthPrice',
    value: given.fileEthPrice,
    unit: 'USD',
    source: 'the v2 file is in ETH; the v3 file of the same month implies 1719.57',
    parameter: 'fileEthPrice',
  }
  return [
    ...(ethPrice === fileEth ? [] : [moved]),
    ...(file.unit === 'ETH' ? [fileEthPrice] : []),
    {
      name: `${names.otherCollateral}, ${names.otherDebt}`,
      value: 1,
      unit: 'USD',
      source: 'the file gives them only in value; held constant in USD',
    },
    {
      name: 'stablePrice',
      value: given.stablePrice,
      unit: 'USD',
      source: 'par: the files give stablecoin debt in value',
      parameter: 'stablePrice',
    },
    {
      name: `threshold of ${names.staked}`,
      value: terms.own.plain,
      unit: 'fraction',
      source: `most frequent among accounts with nothing else; the other collateral of an account gets what its average leaves, or all of it gets the average where that is outside 0-1`,
    },
  ]
}

function listsOf({ book }: Work): NonNullable<Loaded['lists']> {
  return [
    {
      name: 'debts moved within their last printed digit to rebuild the health factor to 1e-6',
      columns: ['account', 'USD'],
      rows: book.moved.map((row) => [row.account, row.usd]),
    },
    {
      name: 'accounts whose health factor does not follow from their other columns',
      columns: ['account', 'healthFactor', 'rebuilt'],
      rows: book.disagreeing.map((row) => [row.account, row.healthFactor, row.rebuilt]),
    },
    {
      name: 'accounts whose parts are worth more than their total',
      columns: ['account', 'what', 'excess'],
      rows: book.excess.map((row) => [row.account, row.what, row.excess]),
    },
  ]
}

function load(given: Given, files: Files): Loaded {
  const borrowers = files.read(given.borrowers)
  const file = readBorrowers(borrowers.text, given.borrowers)
  const data = [dataSource(given.borrowers, borrowers, given.date)]
  let stables: readonly StableRow[] = []
  if (given.stableDebtors !== '') {
    const companion = files.read(given.stableDebtors)
    stables = readStables(companion.text, given.stableDebtors)
    data.push(dataSource(given.stableDebtors, companion, given.date))
  }
  const implied = impliedPrices(file)
  const terms = termsOf(file, implied, given)
  const fileEth = terms.price.eth * terms.usd
  const ethPrice = given.ethPrice || fileEth
  const book = aaveBook(file, stables, terms)
  const work: Work = { given, file, implied, terms, fileEth, ethPrice, book }
  const { names, price } = terms
  return {
    outputs: {
      positions: book.positions,
      prices: pricesOf(work),
      rates: { [names.staked]: price.staked / price.eth },
    },
    data,
    leftOut: leftOut(work),
    assumptions: assumptionsOf(work),
    lists: listsOf(work),
    facts: factsOf(work),
  }
}

/** Real Aave borrowers with staked ETH as collateral; totals and health factors as in the file. */
export const aaveStethAccounts: Source = source({
  kind: 'aaveStethAccounts',
  doc: 'Aave v2 or v3 borrowers with stETH or wstETH, in tokens where the files allow it',
  params,
  outputs: {
    positions: 'all accounts, in whole tokens, with thresholds; e-mode as category 1',
    prices: 'asset -> USD per whole token',
    rates: 'staked asset -> ETH per token on the file’s date',
  },
  load,
})
