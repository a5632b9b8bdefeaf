import { log } from '../math/index.ts'
import {
  fraction,
  type Loaded,
  number,
  type ParamsOf,
  type TickTable,
  text,
} from '../world/index.ts'
import { quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  base: text('asset that is token 0 of the pool'),
  quote: text('asset that is token 1 of the pool, in which price and depth are'),
  price: number('price at which the depth holds', 'quote/base', { min: 1e-18, max: 1e18 }),
  depth: number(
    'worth of either asset whose sale, fee included, lowers its price by 1 %',
    'quote tokens',
    { min: 1e-9 },
  ),
  range: fraction('liquidity lies from price x (1 - range) to price x (1 + range)', {
    default: 0.5,
    min: 0.02,
    max: 0.999,
  }),
  band: fraction('half-width in which all of the liquidity lies; 0: the whole range', {
    default: 0,
    max: 0.999,
  }),
  tail: fraction('share of the liquidity that lies in the range outside the band, too', {
    default: 0.1,
    min: 1e-6,
  }),
  fee: fraction('one-side fee', { default: 0.0005, max: 0.5 }),
  tickSpacing: number('ticks between places where liquidity may start or end', 'ticks', {
    default: 10,
    min: 1,
    max: 16384,
    integer: true,
  }),
}

type Given = ParamsOf<typeof params>

/** Half-width that a sale of the depth stays within: 1 % down, and 1 / 0.99 up. */
const LEAST_BAND = 0.02
/** Decimals of both tokens of the table; amounts are whole tokens when it is read. */
const DECIMALS = 18
/** Relative rise of the root of the price while it falls by 1 % read the other way round. */
const ROOT_STEP = 1 / Math.sqrt(0.99) - 1

/**
 * Liquidity, whole units, of which `depth` moves the price by 1 %: selling base x moves the root r
 * of the price by 1 / r' = 1 / r + (1 - fee) x / L, selling quote y by r' = r + (1 - fee) y / L
 * (Uniswap/v3-core contracts/libraries/SqrtPriceMath.sol), so one L does for both sides.
 */
function liquidityOf({ price, depth, fee }: Given): number {
  return ((1 - fee) * depth) / (Math.sqrt(price) * ROOT_STEP)
}

/** Tick of a price, a real number. */
function tickOf(price: number): number {
  return log(price) / log(1.0001)
}

/** Ticks around a half-width, widened to multiples of the spacing; they exist for every price taken. */
function edges({ price, tickSpacing }: Given, width: number): readonly [number, number] {
  return [
    Math.floor(tickOf(price * (1 - width)) / tickSpacing) * tickSpacing,
    Math.ceil(tickOf(price * (1 + width)) / tickSpacing) * tickSpacing,
  ]
}

/** Where liquidity starts and ends. @throws {SourceError} when the band leaves no tail. */
function profile(given: Given): { readonly ticks: number[]; readonly net: number[] } {
  const all = liquidityOf(given) * Number(`1e${DECIMALS}`)
  const [low, high] = edges(given, given.range)
  if (given.band === 0) return { ticks: [low, high], net: [all, -all] }
  const [left, right] = edges(given, given.band)
  if (given.band < LEAST_BAND || !(low < left && right < high))
    throw new SourceError([
      `depthPool: band ${given.band} (ticks ${left} to ${right}) must be at least ${LEAST_BAND} and ` +
        `end inside the range ${given.range} (ticks ${low} to ${high}); state 0 for no band`,
    ])
  const tail = given.tail * all
  return { ticks: [low, left, right, high], net: [tail, all - tail, tail - all, -tail] }
}

function load(given: Given): Loaded {
  const { base, quote, price, depth, range, fee, tickSpacing } = given
  if (base === quote)
    throw new SourceError([`depthPool: base and quote are both ${quoted(base)}; name two assets`])
  const { ticks, net } = profile(given)
  const table: TickTable = {
    pool: `${base}/${quote}`,
    assets: [base, quote],
    decimals: [DECIMALS, DECIMALS],
    fee,
    tickSpacing,
    tick: Math.floor(tickOf(price)),
    sqrtPrice: Math.sqrt(price),
    liquidity: liquidityOf(given) * Number(`1e${DECIMALS}`),
    ticks: Int32Array.from(ticks),
    net: Float64Array.from(net),
  }
  const told = 'stated, not read: there are no data of this pool'
  return {
    outputs: { ticks: table },
    data: [],
    leftOut: [],
    assumptions: [
      {
        name: `depth of ${base}/${quote}`,
        value: depth,
        unit: `${quote} per 1 %`,
        source: told,
        parameter: 'depth',
      },
      {
        name: `liquidity of ${base}/${quote}`,
        value: given.band === 0 ? `even within ${range}` : `${given.tail} beyond ${given.band}`,
        unit: 'fraction of the price',
        source: told,
        parameter: given.band === 0 ? 'range' : 'band',
      },
    ],
    facts: [{ name: 'liquidity', value: liquidityOf(given), unit: `sqrt(${base} ${quote})` }],
  }
}

/** A concentrated-liquidity pool of stated depth, where there are no data. */
export const depthPool: Source = source({
  kind: 'depthPool',
  doc: 'tick table of a pool with a stated depth, for liquidity/concentrated',
  params,
  outputs: { ticks: 'the pool: liquidity around the price, so deep that `depth` moves it by 1 %' },
  load,
})
