import { file, type Loaded, type ParamsOf, text } from '../world/index.ts'
import { dataSource, type Files } from './files.ts'
import { isJson, type Json, jsonNumber, parseJson } from './json.ts'
import { createProblems, type Problems, quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  file: file('JSON list of pools as their contracts store them'),
  pool: text('part of the name of one pool, such as 3pool'),
}

/** Fees are stored in these, virtual prices and supplies in those. */
const FEE_UNIT = 1e-10
const WHOLE = 1e-18

function choosePool(content: string, path: string, wanted: string): readonly [Json, string] {
  const pools = parseJson(content, path)
  if (!Array.isArray(pools) || !pools.every(isJson))
    throw new SourceError([`${path}:1: is not a list of pools; see data/README.md for the format`])
  const found = pools.flatMap((pool, k) => (String(pool.name).includes(wanted) ? [k] : []))
  const [k] = found
  if (k !== undefined && found.length === 1) return [pools[k]!, `${path}: $[${k}]`]
  const names = pools.map((pool) => String(pool.name)).join('; ')
  throw new SourceError([
    `${path}: ${found.length} pools have ${quoted(wanted)} in their name; choose one of ${names}`,
  ])
}

function checkKind(pool: Json, place: string): void {
  if (pool.gamma !== undefined || pool.base_pool !== undefined)
    throw new SourceError([
      `${place}: ${quoted(String(pool.name))} is no plain StableSwap pool; choose one without gamma ` +
        'and base_pool',
    ])
}

/** Whole tokens by symbol. */
function balancesOf(pool: Json, place: string, p: Problems): Record<string, number> {
  const { tokens, balances } = pool
  if (!Array.isArray(tokens) || !Array.isArray(balances) || tokens.length !== balances.length)
    throw new SourceError([`${place}: needs as many balances as tokens; fetch the file again`])
  const raw = Object.fromEntries(balances.map((balance: unknown, k) => [String(k), balance]))
  return Object.fromEntries(
    tokens.map((token: unknown, k) => {
      const own = isJson(token) ? token : {}
      const at = `${place}.tokens[${k}]`
      const decimals = jsonNumber(own, 'decimals', at, p, { min: 0, max: 36 })
      const amount = jsonNumber(raw, String(k), `${place}.balances`, p, { min: 0 })
      return [String(own.symbol), amount / Number(`1e${decimals}`)]
    }),
  )
}

function load(given: ParamsOf<typeof params>, files: Files): Loaded {
  const read = files.read(given.file)
  const [pool, place] = choosePool(read.text, given.file, given.pool)
  checkKind(pool, place)
  const p = createProblems()
  const get = (key: string, unit = 1): number => unit * jsonNumber(pool, key, place, p, { min: 0 })
  const balances = balancesOf(pool, place, p)
  const a = get('a_coefficient')
  const fee = get('fee', FEE_UNIT)
  const adminFee = get('admin_fee', FEE_UNIT)
  const block = get('block')
  const invariant = get('virtual_price', WHOLE) * get('lp_token_total_supply', WHOLE)
  p.check()
  return {
    outputs: { balances, a, fee, adminFee },
    data: [dataSource(given.file, read, `block ${block}`)],
    leftOut: [],
    assumptions: [],
    facts: [{ name: 'invariant', value: invariant, unit: 'virtual price x supply' }],
  }
}

/** A plain StableSwap pool of Curve as read from a chain. */
export const curvePool: Source = source({
  kind: 'curvePool',
  doc: 'balances and terms of a StableSwap pool, for liquidity/stableswap',
  params,
  outputs: {
    balances: 'whole tokens by symbol',
    a: 'amplification as the contract states it',
    fee: 'fraction of the amount bought',
    adminFee: "share of the fee that is the DAO's",
  },
  load,
})
