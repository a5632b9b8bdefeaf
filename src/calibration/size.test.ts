import { describe, expect, it } from 'vitest'
import { calibrate } from './calibrate.ts'
import { KNOWN, type KnownName } from './processes.conformance.ts'
import { sampleOf, single } from './sample.ts'

/** Most rejections of `n` right fits at 5 % that are still likelier than 1 in 100. */
function mostByChance(n: number): number {
  let [term, below, count] = [0.95 ** n, 0.95 ** n, 0]
  while (below < 0.99) {
    count++
    term *= ((n - count + 1) / count) * (0.05 / 0.95)
    below += term
  }
  return count
}

describe('the check seldom rejects the right family', () => {
  it.each<[KnownName, number, number]>([
    ['gbm', 2000, 40],
    ['jumpDiffusion', 800, 15],
    ['regimes', 1000, 15],
    ['ou', 1000, 20],
    ['bootstrap', 1500, 15],
  ])('%s, %i hours, %i seeds', (name, rows, seeds) => {
    let rejected = 0
    for (let seed = 1; seed <= seeds; seed++) {
      const known = KNOWN[name]
      // One asset, as the checks of two are no two independent trials.
      const one = single(sampleOf(known.draw(rows, seed)), 0)
      if (!calibrate(one, known.process).fits) rejected++
    }
    expect(rejected).toBeLessThanOrEqual(mostByChance(seeds))
  })
})
