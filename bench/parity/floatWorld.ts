/** A world of one lender at fixed prices, and the passes over its book that are timed. */
import { buildWorld } from '../../src/engine/index.ts'
import { MODELS } from '../../src/mechanisms/index.ts'
import {
  type Asset,
  f64,
  type Lender,
  type Model,
  model,
  numeraire,
  type Params,
  type World,
} from '../../src/world/index.ts'

/** The float side: each function is a whole pass over the workload. */
export type FloatSide = {
  /** Rows with debt that are scanned. */
  readonly rows: number
  /** Find the rows below 1, with prices and indices as of now. @returns how many; rows in `found`. */
  scan(): number
  readonly found: Int32Array
  /** Compute all health factors into `healths`, by user. */
  health(): void
  readonly healths: Float64Array
}

/** Name of the lender in its world. */
export const LENDER = 'lender'

/** Prices that stand still. */
const stated: Model = model({
  kind: 'bench/prices',
  phase: 'oracle',
  doc: 'opening prices',
  params: {},
  columns: (_, assets) => ({ price: f64(assets.length, 'USD') }),
  create(_, s, { assets }) {
    assets.forEach(({ price }, a) => {
      s.price[a] = price
    })
    const priceSource = {
      covers: () => true,
      price: (a: number) => s.price[a]!,
      cause: () => -1,
      moveOf: () => 0,
    }
    return { ports: { priceSource } }
  },
})

const CHAIN = {
  blockSeconds: 12,
  order: 'bid',
  rounds: 1,
  gasLimit: 30e6,
  demand: 0.5,
  elasticity: 1,
  gasPrice: 0,
  native: 0,
  nativePrice: '',
  outages: [],
}

/** Build the world of one lender. @param prices USD by name of the asset, in order of its markets. */
export function lenderWorld(
  prices: Readonly<Record<string, number>>,
  kind: string,
  params: Params,
): World {
  const assets = Object.entries(prices).map(
    ([name, price]): Asset => ({ name, price, kind: 'volatile' }),
  )
  return buildWorld(
    {
      assets: [numeraire, ...assets],
      tickSeconds: 12,
      ticks: 1,
      chains: [{ name: 'chain', kind: 'chain', chain: 'chain', params: CHAIN }],
      instances: [
        { name: 'feeds', kind: stated.kind, chain: 'chain', params: {} },
        { name: LENDER, kind, chain: 'chain', params: { oracle: 'feeds', ...params } },
      ],
    },
    [...MODELS, stated],
    { seed: 1 },
  )
}

/** Offer the passes over a lender's book; its first rows are the users. */
export function passesOf(world: World, users: number): FloatSide {
  const lender: Lender = world.port('lender', LENDER)
  const { book, liability } = lender
  const found = new Int32Array(book.rows)
  const healths = new Float64Array(users)
  return {
    rows: book.rows,
    found,
    healths,
    scan: () => book.below(lender.coordinates(), found),
    health() {
      const values = lender.coordinates()
      const { start, coordinate, amount } = book
      for (let row = 0; row < users; row++) {
        let weighted = 0
        let debt = 0
        const end = start[row + 1]!
        for (let k = start[row]!; k < end; k++) {
          const c = coordinate[k]!
          const value = amount[k]! * values[c]!
          if (liability[c] === 1) debt -= value
          else weighted += value
        }
        healths[row] = weighted / debt
      }
    },
  }
}
