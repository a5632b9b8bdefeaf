import { log } from '../../math/index.ts'
import { assets, choice, f64, type Model, model, number, USD } from '../../world/index.ts'

/** Slot of the draw of a block's length: dollars never move, so no asset has it. */
const LENGTH = USD

/**
 * Driftless geometric Brownian motion as it is found at blocks, one block per tick. Blocks at Poisson
 * times are blocks after exponential waits: between two of them the price has moved with an
 * exponential multiple of the mean variance, the same multiple for all assets. What happens at blocks
 * depends on nothing else, so ticks of one length stand for both.
 */
export const perBlock: Model = model({
  kind: 'prices/perBlock',
  phase: 'driver',
  doc: 'driftless geometric Brownian motion seen at blocks a fixed or a Poisson time apart, one a tick',
  params: {
    assets: assets('assets that move, independently of each other'),
    vol: number('standard deviation of the log move in a block of mean length', '1/sqrt(block)', {
      min: 0,
    }),
    interval: choice('times between blocks', ['fixed', 'poisson'], 'fixed'),
  },
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s, { draws }) {
    const isFixed = p.interval === 'fixed'
    return {
      ports: { driver: { assets: p.assets, shift: (a) => s.shift[a]! } },
      step({ tick }) {
        const variance = p.vol * p.vol * (isFixed ? 1 : -log(draws.uniform(tick, LENGTH)))
        const width = Math.sqrt(variance)
        // The price, not its log, is without drift.
        for (const a of p.assets) s.shift[a]! += width * draws.normal(tick, a) - variance / 2
      },
    }
  },
})
