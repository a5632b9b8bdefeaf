import type { Row } from '../trace.ts'

/** Counts of the steps that both sides agreed on. */
export type Tally = {
  add(rows: readonly Row[]): void
  operations(): number
  succeeded(): number
  reverts(): Record<string, number>
  kinds(): Record<string, [number, number]>
}

/** Start counting. */
export function createTally(): Tally {
  const reverts: Record<string, number> = {}
  const kinds: Record<string, [number, number]> = {}
  let operations = 0
  let succeeded = 0
  return {
    add(rows) {
      for (const { op, result } of rows) {
        operations++
        kinds[op.kind] ??= [0, 0]
        const kind = kinds[op.kind]!
        kind[0]++
        if (result.ok) {
          succeeded++
          kind[1]++
        } else reverts[result.reason] = (reverts[result.reason] ?? 0) + 1
      }
    },
    operations: () => operations,
    succeeded: () => succeeded,
    reverts: () => reverts,
    kinds: () => kinds,
  }
}
