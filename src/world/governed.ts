import type { Outcome } from './action.ts'
import type { Governed } from './ports.ts'
import { TERMS, type TermName } from './terms.ts'

/**
 * Offer one flag as a term that others may change.
 * @param flags a state column of 0 and 1: one per asset, or a single one where the term is for all.
 *   Overwritten by `setTerm`.
 */
export function governedFlag(name: TermName, flags: Uint8Array): Governed {
  const placeOf = (wanted: TermName, asset: number): number => {
    if (wanted !== name) return -1
    if (TERMS[name].per === 'all') return asset === -1 ? 0 : -1
    return asset < flags.length ? asset : -1
  }
  return {
    terms: [name],
    term: (wanted, asset) => flags[placeOf(wanted, asset)] ?? Number.NaN,
    setTerm(wanted, asset, value): Outcome {
      const at = placeOf(wanted, asset)
      if (at < 0) return `no term "${wanted}" of asset ${asset}`
      if (value !== 0 && value !== 1) return `"${name}" is 0 or 1, not ${value}`
      flags[at] = value
      return null
    },
  }
}
