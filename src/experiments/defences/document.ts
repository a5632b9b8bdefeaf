import { PACKAGE_VERSION } from '../version.ts'
import type { Compared } from './types.ts'

/** One number of the comparison as experiments print it. */
export type CompareMeasure = {
  readonly name: string
  readonly unit: string
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
  readonly note: string
}

/** A comparison as plain data: what `breakwater compare --json` prints. */
export type CompareDocument = Omit<Compared, 'rows'> & {
  readonly breakwater: string
  readonly experiment: 'compare'
  /** What every arm avoids, `avoided[arm]`, then what pairs avoid beyond their sum, `interaction[a + b]`. */
  readonly measures: readonly CompareMeasure[]
}

/** Lay a comparison out as plain data; the numbers of the paths stay out. */
export function compareDocument({ rows: _, ...compared }: Compared): CompareDocument {
  const { unit } = compared.measure
  const avoided = compared.arms.flatMap(({ name, avoided: effect }): readonly CompareMeasure[] => {
    if (effect === null) return []
    const { value, low, high, verdict, method } = effect
    const note = `${verdict}; ${method}`
    return [{ name: `avoided[${name}]`, unit, value, low, high, note }]
  })
  const beyond = compared.interactions.map(({ pair, extra, verdict }): CompareMeasure => {
    const { value, low, high, method } = extra
    const note = `${verdict}; ${method}`
    return { name: `interaction[${pair.join(' + ')}]`, unit, value, low, high, note }
  })
  const { scenario, seed, ...rest } = compared
  const head = { breakwater: PACKAGE_VERSION, experiment: 'compare' } as const
  return { ...head, scenario, seed, measures: [...avoided, ...beyond], ...rest }
}
