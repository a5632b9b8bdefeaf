import { RunOptionError } from './errors.ts'
import type { Chunk, ChunkResult, PathFailure } from './plan.ts'

/** Numbers of all paths of a run, put together from chunks in any order. */
export type PathTable = {
  /** Put the numbers of a chunk in their place; rows beyond the table's end are left out. */
  readonly put: (result: ChunkResult) => void
  /** Paths before `count` that have no numbers yet. */
  readonly missing: (count: number) => readonly Chunk[]
  /** Paths from the first on that are done without a gap, failed ones included. */
  readonly finished: () => number
  /**
   * A view of one column.
   * @param count rows, from the first; all of them must be finished. NaN where a path has no number.
   */
  readonly column: (index: number, count: number) => Float64Array
  /** Failures among the first `count` rows, in order. */
  readonly failures: (count: number) => readonly PathFailure[]
}

function allocate(width: number, paths: number): Float64Array[] {
  try {
    return Array.from({ length: width }, () => new Float64Array(paths))
  } catch (cause) {
    const size = `${width} numbers of each of ${paths} paths do not fit into memory`
    throw new RunOptionError(`${size}; give fewer --paths`, { cause })
  }
}

/**
 * Make the table of a run: one typed array per column, touched only where there are numbers.
 * @param first number of the first path.
 */
export function createTable(width: number, first: number, paths: number): PathTable {
  const columns = allocate(width, paths)
  const isDone = new Uint8Array(paths)
  const failed = new Map<number, string>()
  let done = 0
  return {
    put({ from, to, values, failures }) {
      const end = Math.min(to, first + paths)
      for (let path = from; path < end; path++) {
        const row = (path - from) * width
        for (let k = 0; k < width; k++) columns[k]![path - first] = values[row + k]!
        isDone[path - first] = 1
      }
      for (const { path, reason } of failures) if (path < end) failed.set(path, reason)
    },
    missing(count) {
      const chunks: Chunk[] = []
      for (let k = 0; k < count; k++) {
        if (isDone[k] === 1) continue
        const from = k
        while (k < count && isDone[k] === 0) k++
        chunks.push({ run: 0, from: first + from, to: first + k })
      }
      return chunks
    },
    finished() {
      while (done < paths && isDone[done] === 1) done++
      return done
    },
    column: (index, count) => columns[index]!.subarray(0, count),
    failures: (count) =>
      [...failed]
        .filter(([path]) => path < first + count)
        .sort(([a], [b]) => a - b)
        .map(([path, reason]) => ({ path, reason })),
  }
}
