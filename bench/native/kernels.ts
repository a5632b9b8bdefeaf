import { philoxDraws } from '../../src/math/index.ts'

/** One collateral and one debt; a pair with price gather; four slots column by column; rows of four. */
export type Layout = 'single' | 'pair' | 'ell' | 'csr'

/** All layouts. */
export const LAYOUTS: readonly Layout[] = ['single', 'pair', 'ell', 'csr']

const ASSETS = 16
const SLOTS = 4

/** Columns of a layout, in the order in which they lie in the file of `kernels.c`. */
export type KernelInput = {
  readonly layout: Layout
  readonly rows: number
  readonly prices: Float64Array
  readonly amounts: Float64Array
  readonly coordinates: Int32Array
  /** First entry of a row, rows + 1; used by `csr`. */
  readonly start: Int32Array
}

/** Draw rows of which about one in seven is unhealthy, as in the real book. */
export function kernelInput(layout: Layout, rows: number): KernelInput {
  const draws = philoxDraws(11, rows, `kernel/${layout}`)
  const slots = layout === 'single' || layout === 'pair' ? 2 : SLOTS
  const prices = Float64Array.from({ length: ASSETS }, (_, a) => 1 + draws.uniform(a, 0))
  const amounts = new Float64Array(rows * slots)
  const coordinates = new Int32Array(layout === 'single' ? 0 : rows * slots)
  for (let i = 0; i < rows; i++) {
    const health = 0.85 + draws.uniform(i, 1)
    for (let s = 0; s < slots; s++) {
      // Entries of a row lie next to each other in `csr` and a column apart otherwise.
      const k = layout === 'csr' ? i * slots + s : s * rows + i
      const asset = layout === 'single' ? 0 : Math.floor(draws.uniform(i, 2 + s) * ASSETS)
      const usd = s < slots / 2 ? health : -1
      // The debt of `single` is in money.
      amounts[k] = layout === 'single' && s > 0 ? usd : usd / prices[asset]!
      if (layout !== 'single') coordinates[k] = asset
    }
  }
  const start = Int32Array.from({ length: layout === 'csr' ? rows + 1 : 0 }, (_, i) => i * slots)
  return { layout, rows, prices, amounts, coordinates, start }
}

/** Move the price a little, so that no pass can be left out. */
const NUDGE = 1e-9

function single({ rows, prices, amounts }: KernelInput, passes: number): number {
  let below = 0
  for (let pass = 1; pass <= passes; pass++) {
    const price = prices[0]! + pass * NUDGE
    for (let i = 0; i < rows; i++) below += Number(amounts[i]! * price + amounts[rows + i]! < 0)
  }
  return below
}

function pair({ rows, prices, amounts, coordinates }: KernelInput, passes: number): number {
  const price = Float64Array.from(prices)
  let below = 0
  for (let pass = 1; pass <= passes; pass++) {
    price[0]! += NUDGE
    for (let i = 0, j = rows; i < rows; i++, j++) {
      const margin = amounts[i]! * price[coordinates[i]!]! + amounts[j]! * price[coordinates[j]!]!
      below += Number(margin < 0)
    }
  }
  return below
}

function ell({ rows, prices, amounts, coordinates }: KernelInput, passes: number): number {
  const price = Float64Array.from(prices)
  let below = 0
  for (let pass = 1; pass <= passes; pass++) {
    price[0]! += NUDGE
    for (let i = 0; i < rows; i++) {
      let margin = amounts[i]! * price[coordinates[i]!]!
      for (let k = i + rows; k < SLOTS * rows; k += rows)
        margin += amounts[k]! * price[coordinates[k]!]!
      below += Number(margin < 0)
    }
  }
  return below
}

function csr({ rows, prices, amounts, coordinates, start }: KernelInput, passes: number): number {
  const price = Float64Array.from(prices)
  let below = 0
  for (let pass = 1; pass <= passes; pass++) {
    price[0]! += NUDGE
    for (let i = 0; i < rows; i++) {
      const end = start[i + 1]!
      let margin = 0
      for (let k = start[i]!; k < end; k++) margin += amounts[k]! * price[coordinates[k]!]!
      below += Number(margin < 0)
    }
  }
  return below
}

/**
 * Count the unhealthy rows, plain loops over typed arrays. The passes are inside: called from another
 * loop a kernel may be inlined there, half compiled.
 */
export const KERNELS: Readonly<Record<Layout, (input: KernelInput, passes: number) => number>> = {
  single,
  pair,
  ell,
  csr,
}
