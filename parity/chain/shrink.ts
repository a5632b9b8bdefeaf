import type { Timed } from './run.ts'

/**
 * Find a short list of steps that still fails: drop ever smaller stretches while it does (Zeller's
 * delta debugging), keeping each dropped step's wait.
 * @param fails runs a list from the start of a case.
 * @param budget number of runs to spend.
 */
export async function shrink(
  steps: readonly Timed[],
  fails: (steps: readonly Timed[]) => Promise<readonly Timed[] | null>,
  budget: number,
): Promise<readonly Timed[]> {
  let best = steps
  let stretch = Math.ceil(best.length / 2)
  let left = budget
  while (left > 0) {
    let dropped = false
    for (let from = 0; from < best.length - 1 && left > 0; ) {
      const failing = await fails(without(best, from, stretch))
      left--
      if (failing) {
        best = failing
        dropped = true
      } else from += stretch
    }
    if (stretch === 1 && !dropped) break
    stretch = Math.max(1, Math.floor(stretch / 2))
  }
  return best
}

/** Leave out a stretch, never the last step; what follows waits for it as well. */
function without(steps: readonly Timed[], from: number, count: number): Timed[] {
  const to = Math.min(from + count, steps.length - 1)
  const waited = steps.slice(from, to).reduce((sum, { wait }) => sum + wait, 0n)
  const rest = steps.slice(to)
  const [next, ...later] = rest
  if (!next) return steps.slice(0, from)
  return [...steps.slice(0, from), { ...next, wait: next.wait + waited }, ...later]
}
