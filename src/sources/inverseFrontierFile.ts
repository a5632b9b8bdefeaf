import { type Named, parseNamed } from './amounts.ts'
import { type CsvRow, type CsvTable, cellNumber, parseCsv } from './csv.ts'
import { isJson, type Json, jsonNumber, jsonText, parseJson } from './json.ts'
import { createProblems, type Place, type Problems, quoted, SourceError } from './problems.ts'

/** One market of the file; amounts of the accounts are in whole tokens of its asset. */
export type FrontierMarket = {
  readonly index: number
  /** Name in the world, unique. */
  readonly asset: string
  /** Decimals of the underlying token. */
  readonly decimals: number
  readonly collateralFactor: number
  /** USD per unit in which the accounts' amounts are. */
  readonly price: number
  /** Underlying per cToken, both whole. */
  readonly exchangeRate: number
}

/** One account; values in USD as the file states them, entries by market index. */
export type FrontierAccount = {
  readonly name: string
  readonly supplied: number
  readonly borrowed: number
  readonly borrowable: number
  readonly shortfall: number
  readonly dolaBadDebt: number
  readonly supplies: readonly Named[]
  readonly debts: readonly Named[]
  readonly entered: ReadonlySet<string>
}

/**
 * Underlying of each market by the address of its cToken (lower case): public contracts of Inverse
 * Finance Frontier on Ethereum; the names are those of InverseFinance/inverse-web, its table of
 * underlyings by market. Of two markets with one underlying the one in use has its plain name.
 */
const UNDERLYING: Readonly<Record<string, string>> = {
  '0x7fcb7dac61ee35b3d4a51117a7c58d53f0a8a670': 'DOLA',
  '0x697b4acaa24430f254224eb794d2a85ba1fa1fb8': 'ETH',
  '0x17786f3813e6ba35343211bd8fe18ec4de14f28b': 'WBTC',
  '0xd60b06b457bff7fc38ac5e7ece2b5ad16b288326': 'xSUSHI',
  '0xde2af899040536884e062d3a334f2dd36f34b4a4': 'YFI',
  '0x65b35d6eb7006e0e607bc54eb2dfd459923476fe': 'xINVold',
  '0xa978d807614c3bfb0f90bc282019b2898c617880': 'stETH',
  '0xc528b0571d0be4153aeb8ddb8cceee63c3dd7760': 'DOLA3POOL',
  '0x4b228d99b9e5bed831b8d7d2bcc88882279a16bb': 'INVDOLASLP',
  '0x1637e4e9941d55703a7a5e7807d6ada3f7dcd61b': 'xINV',
  '0x3cfd8f5539550caa56dc901f09c69ac9438e0722': 'yvDOLA3POOL',
  '0xd79bcf0ad38e06bc0be56768939f57278c7c42f7': 'yvDAI',
  '0x4597a4cf0501b853b029ce5688f6995f753efc04': 'yvUSDT',
  '0x7e18ab8d87f3430968f0755a623fb35017cb3eca': 'yvUSDC',
  '0xe809ad1577b7ff3d912b9f90bf69f8beca5dce32': 'yvYFI',
  '0xd924fc65b448c7110650685464c8855dd62c30c0': 'yvWETH',
  '0xa6f1a358f0c2e771a744af5988618bc2e198d0a0': 'yvCRVCVXETH',
  '0xe8a2eb30e9ab1b598b6a5fc4aa1b80dfb6f90753': 'WBTCv2',
  '0x8e103eb7a0d01ab2b2d29c91934a9ad17eb54b86': 'ETHv2',
  '0x55e9022e1e28831609b22f773fadb41318f8a8cc': 'YFIv2',
  '0xb7159dfbab6c99d3d38cfb4e419eb3f6455bb547': 'yvCRVIB',
  '0x1429a930ec3bcf5aa32ef298ccc5ab09836ef587': 'yvCRV3CRYPTO',
  '0xd904235dc0cd28f42aeecc0cd6a7126d871edaa4': 'yvCRVSTETH',
}

/** The two xINV contracts have 18 decimals like INV; all other cTokens have 8. */
const CTOKEN_18 = ['xINV', 'xINVold']

function readMarket(entry: Json, place: string, p: Problems): FrontierMarket {
  const index = jsonNumber(entry, 'index', place, p, { min: 0 })
  const asset = UNDERLYING[jsonText(entry, 'ctoken', place, p).toLowerCase()] ?? `market${index}`
  const decimals = jsonNumber(entry, 'decimals', place, p, { min: 0, max: 36 })
  const mantissa = jsonNumber(entry, 'exchangeRate', place, p, { min: 1e-18 })
  // The file divides the contract's mantissa by 1e18: raw underlying per raw cToken.
  const shift = (CTOKEN_18.includes(asset) ? 18 : 8) - decimals
  return {
    index,
    asset,
    decimals,
    collateralFactor: jsonNumber(entry, 'collateralFactor', place, p, { min: 0, max: 1 }),
    price: jsonNumber(entry, 'priceUsd', place, p, { min: 0 }),
    exchangeRate: mantissa * Number(`1e${shift}`),
  }
}

/** The markets of a file, and its day. */
export type FrontierMarkets = { readonly markets: readonly FrontierMarket[]; readonly date: string }

/**
 * Read the markets of Frontier.
 * @throws {SourceError} when the file has another form, or two markets share index or contract.
 */
export function readMarkets(text: string, path: string): FrontierMarkets {
  const parsed = parseJson(text, path)
  const list = isJson(parsed) ? parsed.markets : undefined
  if (!isJson(parsed) || !Array.isArray(list) || !list.every(isJson))
    throw new SourceError([`${path}:1: has no list "markets"; see data/README.md for the format`])
  const p = createProblems()
  const markets = list.map((entry: Json, i) => readMarket(entry, `${path}: $.markets[${i}]`, p))
  const updated = jsonNumber(parsed, 'lastUpdate', `${path}: $`, p, { min: 0, max: 8.64e15 })
  p.check()
  markets.forEach(({ index, asset }, i) => {
    const place = { path: `${path}: $.markets[${i}]` }
    if (index !== i) p.add(place, `index "${index}" is not ${i}; list the markets in their order`)
    if (markets.findIndex((other) => other.asset === asset) !== i)
      p.add(place, `market of ${quoted(asset)} stands twice; remove one`)
  })
  p.check()
  return { markets, date: new Date(updated).toISOString().slice(0, 10) }
}

const COLUMNS = [
  'account',
  'usd_supplied',
  'usd_borrowed',
  'usd_borrowable',
  'usd_shortfall',
  'dola_bad_debt',
  'supplied_by_market',
  'borrowed_by_market',
  'assets_in',
] as const

type Reader = {
  readonly table: CsvTable
  readonly p: Problems
  readonly markets: readonly FrontierMarket[]
  readonly lines: Map<string, number>
}

function refusal(index: string, markets: readonly FrontierMarket[]): string | null {
  const isKnown = /^\d+$/.test(index) && markets[Number(index)] !== undefined
  return isKnown ? null : `market ${quoted(index)} is unknown; known are 0 to ${markets.length - 1}`
}

function enteredIn(text: string, place: Place, { p, markets }: Reader): ReadonlySet<string> {
  const entered = new Set<string>()
  for (const part of text === '' ? [] : text.split(';')) {
    const wrong = refusal(part.trim(), markets)
    if (wrong) p.add(place, wrong)
    else entered.add(part.trim())
  }
  return entered
}

function readAccount(reader: Reader, row: CsvRow): FrontierAccount {
  const { table, p, markets, lines } = reader
  const place = (name: string): Place => ({
    path: table.path,
    line: row.line,
    column: table.column(name) + 1,
  })
  const cell = (name: string): string => row.cells[table.column(name)]!.trim()
  const value = (name: string): number =>
    cellNumber(table, row, table.column(name), p, { min: 0, what: 'amount' })
  const entries = (name: string): readonly Named[] =>
    parseNamed(cell(name), place(name), p, {
      what: 'amount',
      refuse: (index) => refusal(index, markets),
    })
  const name = cell('account')
  const before = lines.get(name)
  if (name === '') p.add(place('account'), '"" is no account; give the row a name')
  else if (before !== undefined)
    p.add(place('account'), `account ${quoted(name)} stands already in line ${before}; remove one`)
  lines.set(name, row.line)
  return {
    name,
    supplied: value('usd_supplied'),
    borrowed: value('usd_borrowed'),
    borrowable: value('usd_borrowable'),
    shortfall: value('usd_shortfall'),
    dolaBadDebt: value('dola_bad_debt'),
    supplies: entries('supplied_by_market'),
    debts: entries('borrowed_by_market'),
    entered: enteredIn(cell('assets_in'), place('assets_in'), reader),
  }
}

/**
 * Read the accounts of Frontier.
 * @throws {SourceError} with every malformed row, up to 20.
 */
export function readAccounts(
  text: string,
  path: string,
  markets: readonly FrontierMarket[],
): readonly FrontierAccount[] {
  const table = parseCsv(text, path, { required: COLUMNS })
  const p = createProblems()
  const reader: Reader = { table, p, markets, lines: new Map() }
  const accounts = table.rows.map((row) => readAccount(reader, row))
  p.check()
  return accounts
}
