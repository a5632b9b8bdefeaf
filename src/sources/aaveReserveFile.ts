import {
  type FieldLimits,
  isJson,
  type Json,
  jsonFlag,
  jsonNumber,
  jsonText,
  parseJson,
} from './json.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'

/** One eMode: fractions as in the scenario, bitmaps as in the file. */
export type EMode = {
  readonly category: number
  readonly ltv: number
  readonly liquidationThreshold: number
  readonly liquidationBonus: number
  /** Bit i stands for the reserve with id i; undefined where reserves name their category. */
  readonly collateral: bigint | undefined
  readonly borrowable: bigint | undefined
}

/** One reserve of a snapshot; fractions, whole tokens, USD, rates per year. */
export type Reserve = {
  readonly symbol: string
  /** Lower case. */
  readonly address: string
  readonly ltv: number
  readonly liquidationThreshold: number
  readonly liquidationBonus: number
  readonly liquidationProtocolFee: number
  readonly reserveFactor: number
  readonly supplyCap: number
  readonly borrowCap: number
  readonly debtCeiling: number
  readonly borrowableInIsolation: 0 | 1
  readonly siloedBorrowing: 0 | 1
  /** Category that the reserve itself names; undefined where eModes have bitmaps. */
  readonly category: number | undefined
  readonly optimalUtilization: number
  readonly baseRate: number
  readonly slope1: number
  readonly slope2: number
  /** NaN where the snapshot has none. */
  readonly cash: number
  /** Oracle answer: USD in v3, ETH in v2. */
  readonly answer: number
  readonly isFrozen: boolean
}

/** One snapshot of a pool. */
export type Snapshot = {
  readonly name: string
  readonly place: string
  readonly chainId: number
  /** Aave v2: no caps, no eModes, prices in ETH. */
  readonly isV2: boolean
  readonly reserves: readonly Reserve[]
  readonly eModes: readonly EMode[]
}

const BPS: FieldLimits = { min: 0, max: 10_000 }
const RAY = 1e27

function snapshotsOf(text: string, path: string): readonly Json[] {
  const parsed = parseJson(text, path)
  if (!Array.isArray(parsed) || !parsed.every(isJson))
    throw new SourceError([
      `${path}:1: is not a list of snapshots; see data/README.md for the format`,
    ])
  return parsed
}

/** The snapshot whose name holds a text, and its place in the file. */
function chooseSnapshot(all: readonly Json[], path: string, part: string): number {
  const names = all.map((s) => String(s.snapshot))
  const found = names.flatMap((name, i) => (name.includes(part) ? [i] : []))
  if (found.length === 1) return found[0]!
  const list = names.map(quoted).join(', ')
  throw new SourceError([
    `${path}: ${found.length === 0 ? 'no snapshot has' : `${found.length} snapshots have`} ${quoted(part)} in the name; choose the parameter "snapshot" from ${list}`,
  ])
}

/** Contracts store 10500 for a bonus of 5 %, and 0 for what is no collateral. */
function bonusOf(from: Json, place: string, p: Problems): number {
  const bps = jsonNumber(from, 'liquidationBonus', place, p, { min: 0, max: 20_000 })
  if (bps > 0 && bps < 10_000)
    p.add(
      { path: `${place}.liquidationBonus` },
      `"${bps}" would pay liquidators less than they repay; write 10000 + bonus, or 0`,
    )
  return bps === 0 ? 0 : (bps - 10_000) / 10_000
}

function bitmapOf(from: Json, key: string, place: string, p: Problems): bigint | undefined {
  const given = from[key]
  if (given === undefined) return undefined
  if (/^\d+$/.test(String(given))) return BigInt(String(given))
  p.add(
    { path: `${place}.${key}` },
    `${quoted(String(given))} is no bitmap; write it as decimal text`,
  )
  return 0n
}

function readEMode(from: Json, place: string, p: Problems): EMode {
  return {
    category: jsonNumber(from, 'eModeCategory', place, p, { min: 1, max: 255 }),
    ltv: jsonNumber(from, 'ltv', place, p, BPS) / 10_000,
    liquidationThreshold: jsonNumber(from, 'liquidationThreshold', place, p, BPS) / 10_000,
    liquidationBonus: bonusOf(from, place, p),
    collateral: bitmapOf(from, 'collateralBitmap', place, p),
    borrowable: bitmapOf(from, 'borrowableBitmap', place, p),
  }
}

type Reader = {
  readonly place: string
  readonly p: Problems
  readonly isV2: boolean
  readonly strategies: Json
  /** Strategies stand under the token's address in newer snapshots, else under their own. */
  readonly strategyOf: (reserve: Json) => string
}

function readStrategy(
  reserve: Json,
  place: string,
  { p, place: root, strategies, strategyOf }: Reader,
) {
  const key = strategyOf(reserve)
  const found = strategies[key]
  if (!isJson(found)) {
    p.add({ path: place }, `rate strategy ${quoted(key)} is not among the strategies; add it`)
    return { optimalUtilization: 0, baseRate: 0, slope1: 0, slope2: 0 }
  }
  const at = `${root}.strategies[${quoted(key)}]`
  const ray = (name: string, max: number): number =>
    jsonNumber(found, name, at, p, { min: 0, max: max * RAY }) / RAY
  return {
    optimalUtilization: ray('optimalUsageRatio', 1),
    baseRate: ray('baseVariableBorrowRate', 1000),
    slope1: ray('variableRateSlope1', 1000),
    slope2: ray('variableRateSlope2', 1000),
  }
}

function readCash(from: Json, decimals: number, place: string, p: Problems): number {
  const key = ['virtualBalance', 'aTokenUnderlyingBalance'].find((name) => from[name] !== undefined)
  if (key === undefined) return Number.NaN
  return jsonNumber(from, key, place, p, { min: 0 }) / Number(`1e${decimals}`)
}

function readReserve(from: Json, place: string, reader: Reader): Reserve {
  const { p, isV2 } = reader
  // Version 2 has no caps, no fee on liquidations and no isolation.
  const later: FieldLimits = isV2 ? { min: 0, fallback: 0 } : { min: 0 }
  const bps = (key: string, limits = BPS): number => jsonNumber(from, key, place, p, limits) / 1e4
  const isOn = (key: string): 0 | 1 => (jsonFlag(from, key, place, p) ? 1 : 0)
  const decimals = jsonNumber(from, 'decimals', place, p, { min: 0, max: 36 })
  const answerDecimals = jsonNumber(from, 'oracleDecimals', place, p, {
    min: 0,
    max: 36,
    fallback: isV2 ? 18 : 8,
  })
  const category =
    from.eModeCategory === undefined
      ? undefined
      : jsonNumber(from, 'eModeCategory', place, p, { min: 0, max: 255 })
  return {
    symbol: jsonText(from, 'symbol', place, p),
    address: jsonText(from, 'underlying', place, p).toLowerCase(),
    ltv: bps('ltv'),
    liquidationThreshold: bps('liquidationThreshold'),
    liquidationBonus: bonusOf(from, place, p),
    liquidationProtocolFee: bps('liquidationProtocolFee', { ...later, max: 10_000 }),
    reserveFactor: bps('reserveFactor'),
    supplyCap: jsonNumber(from, 'supplyCap', place, p, later),
    borrowCap: jsonNumber(from, 'borrowCap', place, p, later),
    debtCeiling: jsonNumber(from, 'debtCeiling', place, p, later) / 100,
    borrowableInIsolation: isOn('isBorrowableInIsolation'),
    siloedBorrowing: isOn('isSiloed'),
    category,
    ...readStrategy(from, place, reader),
    cash: readCash(from, decimals, place, p),
    answer:
      jsonNumber(from, 'oracleLatestAnswer', place, p, { min: 1 }) / Number(`1e${answerDecimals}`),
    isFrozen: isOn('isFrozen') === 1,
  }
}

/**
 * Read one snapshot of Aave reserves: basis points, caps in whole tokens, ceilings with 2 decimals,
 * rates in ray.
 * @param part text that the name of exactly one snapshot holds.
 * @throws {SourceError} when there is no such snapshot, or it holds something else.
 */
export function readSnapshot(text: string, path: string, part: string): Snapshot {
  const all = snapshotsOf(text, path)
  const chosen = chooseSnapshot(all, path, part)
  const from = all[chosen]!
  const place = `${path}: $[${chosen}]`
  const p = createProblems()
  const { reserves, strategies, eModes } = from
  if (!Array.isArray(reserves) || !reserves.every(isJson) || !isJson(strategies))
    throw new SourceError([`${place}: has no reserves or no strategies; fetch the file again`])
  if (eModes !== null && !isJson(eModes))
    p.add({ path: `${place}.eModes` }, 'is neither null (v2) nor a map of eModes; correct it')
  const isV2 = eModes === null
  const strategyOf = ({ underlying, interestRateStrategy }: Json): string =>
    String(strategies[String(underlying)] === undefined ? interestRateStrategy : underlying)
  const reader: Reader = { place, p, isV2, strategies, strategyOf }
  const read = reserves.map((r: Json, i) => readReserve(r, `${place}.reserves[${i}]`, reader))
  const categories = Object.entries(isJson(eModes) ? eModes : {}).map(([key, eMode]) =>
    readEMode(isJson(eMode) ? eMode : {}, `${place}.eModes[${quoted(key)}]`, p),
  )
  const chainId = jsonNumber(from, 'chainId', place, p, { min: 1 })
  p.check()
  return { name: String(from.snapshot), place, chainId, isV2, reserves: read, eModes: categories }
}
