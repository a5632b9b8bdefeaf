import { type Draws, exp, log1p } from '../../math/index.ts'

/** What last-particle splitting is run on. */
export type LastParticle = {
  readonly particles: number
  /** The event is a score above this. */
  readonly threshold: number
  /** Draws a score from the nominal law given that it is above a level (-Infinity: without condition). */
  readonly draw: (above: number, uniform: number) => number
  readonly draws: Draws
}

/** Restore the order of a heap of scores, smallest first, after its first entry has changed. */
function sink(heap: Float64Array): void {
  let at = 0
  for (;;) {
    let least = at
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && heap[child]! < heap[least]!) least = child
    if (least === at) return
    const kept = heap[at]!
    heap[at] = heap[least]!
    heap[least] = kept
    at = least
  }
}

/**
 * Estimate P(score > threshold) by splitting that kills the last particle of all, with ideal moves:
 * unbiased, of relative variance P^(-1/particles) - 1.
 * @returns the estimate and the number of draws.
 * Source: Guyader, Hengartner and Matzner-Lober, "Simulation and estimation of extreme quantiles and
 * extreme probabilities" (2011).
 */
export function lastParticle({ particles, threshold, draw, draws }: LastParticle): {
  readonly probability: number
  readonly evaluations: number
} {
  const heap = new Float64Array(particles)
  for (let i = 0; i < particles; i++) heap[i] = draw(Number.NEGATIVE_INFINITY, draws.uniform(0, i))
  heap.sort()
  let kills = 0
  while (!(heap[0]! > threshold)) {
    kills++
    heap[0] = draw(heap[0]!, draws.uniform(kills, 0))
    sink(heap)
  }
  return { probability: survival(particles, kills), evaluations: particles + kills }
}

/** (1 - 1/n)^kills. */
function survival(particles: number, kills: number): number {
  return kills === 0 ? 1 : exp(kills * log1p(-1 / particles))
}
