import type { RunOutcome } from '../experiments/index.ts'
import { writeMeasures, writePaths } from '../stores/index.ts'
import type { Output } from './files.ts'

/** The numbers of a run as files that `breakwater query` reads: one row per path, one per measure. */
export function resultFiles(outcome: RunOutcome): readonly Output[] {
  const { document, names, values, failures } = outcome
  const { seed, paths, path, measures } = document
  const unitOf = (name: string): string => measures.find((m) => m.name === name)?.unit ?? 'USD'
  const columns = names.map((name) => ({ name, unit: unitOf(name), values: values(name) }))
  const stored = { seed, first: path ?? 0, paths, columns, failures }
  return [
    { name: 'paths.parquet', content: (file) => writePaths(stored, file) },
    { name: 'measures.parquet', content: (file) => writeMeasures(measures, file) },
  ]
}
