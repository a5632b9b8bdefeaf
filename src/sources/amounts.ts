import { parseNumber } from './csv.ts'
import { type Place, type Problems, quoted } from './problems.ts'

/** One `NAME:number` of a cell. */
export type Named = { readonly name: string; readonly value: number }

/** How a list of `NAME:number` is read. */
export type NamedRules = {
  readonly what: string
  readonly max?: number
  /** Refuse a name, with the reason and what to do; null when it is fine. */
  readonly refuse?: (name: string) => string | null
  /** How often one name may stand in a cell; 1 when absent. */
  readonly repeats?: (name: string) => number
}

const NAME = /^[A-Za-z0-9][\w.+-]*$/

/**
 * Read `NAME:number;NAME:number` from a cell; the empty cell is the empty list.
 * Problems are noted and their entries left out.
 */
export function parseNamed(text: string, place: Place, p: Problems, rules: NamedRules): Named[] {
  const out: Named[] = []
  if (text.trim() === '') return out
  for (const part of text.split(';')) {
    const entry = part.trim()
    const colon = entry.indexOf(':')
    const name = colon < 0 ? entry : entry.slice(0, colon).trim()
    if (colon < 0 || !NAME.test(name)) {
      p.add(place, `${quoted(entry)} is not NAME:${rules.what}; write for example ETH:10;WBTC:0.5`)
      continue
    }
    const refused = rules.refuse?.(name)
    const times = out.filter((other) => other.name === name).length
    if (refused) p.add(place, refused)
    else if (times >= (rules.repeats?.(name) ?? 1))
      p.add(place, `${quoted(name)} stands twice in ${quoted(text)}; add the amounts up`)
    else {
      const limits = { min: 0, ...(rules.max === undefined ? {} : { max: rules.max }) }
      const number = entry.slice(colon + 1).trim()
      const value = parseNumber(number, place, p, { ...limits, what: rules.what })
      if (!Number.isNaN(value)) out.push({ name, value })
    }
  }
  return out
}
