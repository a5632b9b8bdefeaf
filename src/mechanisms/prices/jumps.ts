import { assets, choice, f64, type Model, model, number } from '../../world/index.ts'
import { jumpSum, poissonCount } from './jumpDiffusion.ts'

/** Seconds in a year of 365 days. */
const YEAR = 365 * 86400

/** Jumps at Poisson times with normal log sizes, for each asset apart or for all together. */
export const jumps: Model = model({
  kind: 'prices/jumps',
  phase: 'driver',
  doc: 'Poisson jumps with normal log size, any number in a tick; the drift that they add is not taken back',
  params: {
    assets: assets('assets that jump'),
    perYear: number('expected jumps', '1/year', { min: 0 }),
    mean: number('mean log size', 'log', { default: 0 }),
    sd: number('standard deviation of the log size', 'log', { min: 0 }),
    scope: choice(
      'whether assets jump alone or all at once by the same size',
      ['each', 'all'],
      'each',
    ),
  },
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s, { draws }) {
    const shared = p.scope === 'all'
    return {
      ports: {
        driver: { assets: p.assets, shift: (a) => s.shift[a]! },
      },
      step({ tick, dt }) {
        const expected = (p.perYear * dt) / YEAR
        for (const a of p.assets) {
          const slot = shared ? 0 : 2 * a
          // Small uniforms jump, so that a higher rate keeps the jumps of a lower one.
          const count = poissonCount(1 - draws.uniform(tick, slot), expected)
          if (count > 0) s.shift[a]! += jumpSum(count, p, draws.normal(tick, slot + 1))
        }
      },
    }
  },
})
