import { PACKAGE_VERSION } from '../version.ts'
import type { SizedCap, Tuned } from './types.ts'

type Head<Name extends string> = { readonly breakwater: string; readonly experiment: Name }

/** A tuning as plain data: what `breakwater tune --json` prints; what is not a number is null in JSON. */
export type TuneDocument = Head<'tune'> & Tuned

/** A sized cap as plain data: what `breakwater tune --budget --json` prints. */
export type CapDocument = Head<'cap'> & SizedCap

/** Lay a tuning out as plain data. */
export function tuneDocument(found: Tuned): TuneDocument {
  return { breakwater: PACKAGE_VERSION, experiment: 'tune', ...found }
}

/** Lay a sized cap out as plain data. */
export function capDocument(found: SizedCap): CapDocument {
  return { breakwater: PACKAGE_VERSION, experiment: 'cap', ...found }
}
