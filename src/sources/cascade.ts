import { bisect, log1p } from '../math/index.ts'

/** Shape of the threshold density in log price, counted from the price before the shock. */
export type Density = 'uniform' | 'rising'

/** Mass of thresholds above log drop D over the pool's base reserve: rD, or aD^2/2. */
export function thresholdMass(density: Density, r: number, drop: number): number {
  return density === 'uniform' ? r * drop : (r * drop * drop) / 2
}

/** Four units in the last place, which `bisect` adds by itself. */
const EXACT = { tolerance: 0 }

function excess(density: Density, r: number, shock: number, drop: number): number {
  return shock + 2 * log1p(thresholdMass(density, r, drop)) - drop
}

/**
 * Final log drop of a constant-product pool after a cascade: the smallest root of
 * D = s + 2 ln(1 + m(D)), m = rD (uniform) or aD^2/2 (rising).
 *
 * The excess g(D) = s + 2 ln(1 + m(D)) - D starts at s >= 0 and ends below any bound. Uniform: g is
 * concave, so there is one sign change, after its top at D = 2 - 1/r when r > 1/2. Rising: g falls
 * to D1 = 2 - sqrt(4 - 2/a), rises to D2 = 2 + sqrt(4 - 2/a), then falls; below a = 1/2 it only falls.
 * @param r density over base reserve, per unit log price (rising: per squared unit), >= 0.
 * @param shock log drop before the first liquidation, >= 0.
 * @returns the drop, or NaN when it exceeds `limit`.
 */
export function finalDrop(density: Density, r: number, shock: number, limit = 500): number {
  const g = (drop: number): number => excess(density, r, shock, drop)
  const turn = density === 'rising' && r > 0.5 ? Math.sqrt(4 - 2 / r) : 0
  if (turn > 0) {
    const dip = 2 - turn
    if (g(dip) <= 0) return shock === 0 ? 0 : bisect(g, 0, dip, EXACT)
  }
  const top = density === 'rising' ? 2 + turn : Math.max(0, 2 - 1 / r)
  if (shock === 0 && (density === 'rising' ? turn === 0 : r <= 0.5)) return 0
  if (!(g(limit) <= 0)) return Number.NaN
  return bisect(g, turn > 0 || density === 'uniform' ? top : 0, limit, EXACT)
}
