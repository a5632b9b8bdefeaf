import { type CsvTable, cellNumber, parseCsv } from './csv.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'

/** How the price of an asset follows: a fixed one, or one implied by the accounts. */
export type PriceRule = 'stable' | 'eth' | 'collateral' | 'debt' | number

/** One line of the public parameters; rates per year, as the contract's constructor takes them. */
export type PublicTerms = {
  readonly asset: string
  /** How many cToken contracts share the symbol; that often it may stand in one cell. */
  readonly contracts: number
  readonly collateralFactor: number
  /** Underlying per cToken; NaN where it follows from the price. */
  readonly exchangeRate: number
  readonly price: PriceRule
  /** Borrows over supply; NaN where the borrowers' share of supply is used instead. */
  readonly utilization: number
  readonly reserveFactor: number
  readonly baseRate: number
  readonly multiplier: number
  readonly jumpMultiplier: number
  readonly kink: number
  readonly source: string
}

/** Implied values of one asset, ETH; NaN where no single-asset account tells. */
export type Implied = {
  /** Weighted collateral per cToken. */
  readonly collateral: number
  /** Debt per unit of principal. */
  readonly debt: number
}

/** What scenario parameters choose. */
export type TermChoices = {
  readonly ethPrice: number
  readonly stablePrice: number
  readonly accruedInterest: number
  readonly collateralFactorScale: number
  readonly exchangeRateScale: number
}

/** Everything about one asset that turns balances into amounts. */
export type AssetTerms = {
  readonly given: PublicTerms
  /** ETH of weighted collateral per cToken; 0 where it does not count as collateral. */
  readonly weight: number
  /** ETH of debt per unit of principal, typical interest included. */
  readonly debtValue: number
  /** USD per whole token. */
  readonly price: number
  readonly collateralFactor: number
  /** Underlying per cToken. */
  readonly exchangeRate: number
}

const TERM_COLUMNS = [
  'asset',
  'contracts',
  'collateralFactor',
  'exchangeRate',
  'price',
  'utilization',
  'reserveFactor',
  'baseRate',
  'multiplier',
  'jumpMultiplier',
  'kink',
  'source',
] as const

const RULES = ['stable', 'eth', 'collateral', 'debt']

type ReadCell = (name: string, limits?: Parameters<typeof cellNumber>[4]) => number

/** Reads numbers of one row by column name; `optional` gives NaN for an empty cell. */
function cells(table: CsvTable, row: CsvTable['rows'][number], p: Problems) {
  const text = (name: string): string => row.cells[table.column(name)]!.trim()
  const read: ReadCell = (name, limits) => cellNumber(table, row, table.column(name), p, limits)
  const optional: ReadCell = (name, limits) => (text(name) === '' ? Number.NaN : read(name, limits))
  return { text, read, optional }
}

function uniqueAsset(
  seen: Map<string, number>,
  name: string,
  table: CsvTable,
  line: number,
  p: Problems,
): void {
  const before = seen.get(name)
  const place = { path: table.path, line, column: 1 }
  if (name === '') p.add(place, '"" is no asset; name it')
  else if (before !== undefined)
    p.add(place, `${quoted(name)} stands already in line ${before}; remove one`)
  seen.set(name, line)
}

/**
 * Read the table of public parameters.
 * @throws {SourceError} when a row is malformed.
 */
export function readTerms(text: string, path: string): readonly PublicTerms[] {
  const table = parseCsv(text, path, { required: TERM_COLUMNS })
  const p = createProblems()
  const seen = new Map<string, number>()
  const share = { min: 0, max: 1, what: 'fraction' }
  const rate = { min: 0, what: 'yearly rate' }
  const terms = table.rows.map((row): PublicTerms => {
    const { text: cell, read, optional } = cells(table, row, p)
    const asset = cell('asset')
    uniqueAsset(seen, asset, table, row.line, p)
    const rule = cell('price')
    return {
      asset,
      contracts: read('contracts', { min: 1, max: 9, what: 'number of contracts' }),
      collateralFactor: read('collateralFactor', share),
      exchangeRate: optional('exchangeRate', { min: 1e-12, what: 'exchange rate' }),
      price: RULES.includes(rule)
        ? (rule as PriceRule)
        : read('price', { min: 1e-12, what: `price or rule (${RULES.join(', ')})` }),
      utilization: optional('utilization', { min: 1e-6, max: 1, what: 'utilization' }),
      reserveFactor: read('reserveFactor', share),
      baseRate: read('baseRate', rate),
      multiplier: read('multiplier', rate),
      jumpMultiplier: read('jumpMultiplier', rate),
      kink: read('kink', share),
      source: cell('source'),
    }
  })
  p.check()
  return terms
}

/**
 * Read the implied values per market; names lose their leading c.
 * @throws {SourceError} when a row is malformed.
 */
export function readImplied(text: string, path: string): ReadonlyMap<string, Implied> {
  const table = parseCsv(text, path, { required: ['ctoken', 'p50', 'p50d'], others: true })
  const p = createProblems()
  const seen = new Map<string, number>()
  const implied = new Map<string, Implied>()
  for (const row of table.rows) {
    const { text: cell, optional } = cells(table, row, p)
    const name = cell('ctoken')
    uniqueAsset(seen, name, table, row.line, p)
    if (!/^c[A-Z]/.test(name))
      p.add(
        { path, line: row.line, column: 1 },
        `${quoted(name)} is no cToken; write for example cETH`,
      )
    const value = { min: 1e-18, what: 'value in ETH' }
    implied.set(name.slice(1), {
      collateral: optional('p50', value),
      debt: optional('p50d', value),
    })
  }
  p.check()
  return implied
}

function priceOf(given: PublicTerms, implied: Implied, choices: TermChoices): number {
  const { ethPrice } = choices
  if (typeof given.price === 'number') return given.price
  if (given.price === 'stable') return choices.stablePrice
  if (given.price === 'eth') return ethPrice
  if (given.price === 'debt') return (implied.debt * ethPrice) / (1 + choices.accruedInterest)
  const rate = given.exchangeRate * choices.exchangeRateScale
  return (implied.collateral * ethPrice) / (given.collateralFactor * rate)
}

function termsOf(
  given: PublicTerms,
  implied: Implied,
  choices: TermChoices,
  path: string,
): AssetTerms {
  const price = priceOf(given, implied, choices)
  const weight = implied.collateral || 0
  const collateralFactor = Math.min(1, given.collateralFactor * choices.collateralFactorScale)
  const exchangeRate =
    weight > 0
      ? (weight * choices.ethPrice) / (collateralFactor * price)
      : given.exchangeRate * choices.exchangeRateScale
  const place = `${path}: ${given.asset}`
  if (!(price > 0))
    throw new SourceError([
      `${place}: the price rule "${given.price}" gives no price (implied collateral ${implied.collateral}, debt ${implied.debt}); state a price`,
    ])
  if (weight > 0 !== given.collateralFactor > 0)
    throw new SourceError([
      `${place}: collateral factor ${given.collateralFactor}, but its implied collateral value is ${weight}; both or neither must be zero`,
    ])
  if (!(exchangeRate > 0))
    throw new SourceError([`${place}: no exchange rate follows; fill the column "exchangeRate"`])
  return {
    given,
    weight,
    debtValue: implied.debt > 0 ? implied.debt : price / choices.ethPrice,
    price,
    collateralFactor,
    exchangeRate,
  }
}

/**
 * Put implied values and public parameters together, by asset.
 *
 * Implied collateral = collateralFactor x exchangeRate x price / ethPrice, so two of the three must be
 * known. A stable or ETH price gives the exchange rate; a stated exchange rate gives the price. The
 * choice `collateralFactorScale` is applied after the price is fixed: with the weighted value as read, a
 * larger factor means fewer underlying tokens.
 * @throws {SourceError} when an asset stands in one file only or a rule gives no number.
 */
export function assetTerms(
  terms: readonly PublicTerms[],
  implied: ReadonlyMap<string, Implied>,
  choices: TermChoices,
  path: string,
): ReadonlyMap<string, AssetTerms> {
  const missing = [...implied.keys()].filter((name) => !terms.some((t) => t.asset === name))
  const extra = terms.filter((t) => !implied.has(t.asset)).map((t) => t.asset)
  if (missing.length + extra.length > 0)
    throw new SourceError([
      ...missing.map((name) => `${path}: asset ${quoted(name)} is missing; add its row`),
      ...extra.map(
        (name) => `${path}: asset ${quoted(name)} has no implied values; remove its row`,
      ),
    ])
  return new Map(
    terms.map((given) => [given.asset, termsOf(given, implied.get(given.asset)!, choices, path)]),
  )
}
