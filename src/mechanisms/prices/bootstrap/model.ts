import {
  assetIndex,
  choice,
  data,
  f64,
  InputError,
  type Model,
  model,
  number,
  type PriceTable,
  perAsset,
  record,
  seconds,
} from '../../../world/index.ts'
import { YEAR } from '../correlations.ts'
import { filterMoves, type GarchLaw, nextVariance, stepMoves } from './kernel.ts'

/** Thrown when a history cannot be drawn from. */
export class BootstrapError extends InputError {
  override readonly name = 'BootstrapError'
}

const FEWEST = 100

const params = {
  prices: data<PriceTable>('priceTable', 'the recorded prices'),
  laws: perAsset(
    'assets that move, with their GARCH(1,1)',
    record('one asset', {
      vol: number('long-run volatility', '1/sqrt(year)', { min: 0 }),
      alpha: number('weight of the last squared return', 'fraction', { min: 0, max: 1 }),
      beta: number('weight of the last variance', 'fraction', { min: 0, max: 1 }),
    }),
  ),
  step: seconds('distance of the prices that returns are taken of', { default: 3600, min: 1 }),
  block: number('steps that are drawn together', 'steps', { default: 1, min: 1, integer: true }),
  start: choice(
    'volatility at the start: the long-run one, or that at the end of the record',
    ['longRun', 'recent'],
    'longRun',
  ),
}

type Line = {
  readonly asset: number
  readonly law: GarchLaw
  readonly longRun: number
  readonly first: number
  readonly residuals: Float64Array
}

type Given = {
  readonly prices: PriceTable
  readonly laws: readonly { readonly asset: number; readonly value: GarchLaw }[]
  readonly step: number
  readonly block: number
  readonly start: string
}

function linesOf(p: Given, targets: readonly number[]): readonly Line[] {
  const columns = p.laws.map(({ asset }) => p.prices.prices[targets.indexOf(asset)])
  if (columns.length === 0 || columns.some((column) => column === undefined))
    throw new BootstrapError(
      `the table has ${p.prices.assets.join(', ')}; give laws for assets that it has, under their names`,
    )
  const { rows, follows, moves } = stepMoves(p.prices.time, columns as Float64Array[], p.step)
  if (rows < Math.max(FEWEST, 2 * p.block))
    throw new BootstrapError(
      `the table holds ${rows} joint returns over ${p.step} s; ${Math.max(FEWEST, 2 * p.block)} are needed: use a longer record, fewer assets or its own step`,
    )
  return p.laws.map(({ asset, value: law }, i) => {
    if (!(law.alpha + law.beta < 1))
      throw new BootstrapError(
        `alpha + beta is ${law.alpha + law.beta}; a variance that returns needs a sum below 1`,
      )
    const longRun = (law.vol * law.vol * p.step) / YEAR
    const { residuals, last } = filterMoves(moves[i]!, follows, law, longRun)
    return { asset, law, longRun, residuals, first: p.start === 'recent' ? last : longRun }
  })
}

/**
 * Filtered historical bootstrap: rows of GARCH residuals are drawn again for all assets at once, and
 * scaled by the volatility that the path itself has built up. Between the ends of a step the path is a
 * Brownian bridge with that volatility, so ticks may be shorter or longer than the step.
 *
 * Draws by (place, slot), N assets in the world: uniform 0 at (block of steps) = the row; normal
 * 2a + 1 and 2a + 2 at (tick) = bridge before and after a step's end within the tick.
 * Source: Barone-Adesi, Giannopoulos and Vosper, Journal of Futures Markets 19 (1999).
 */
export const bootstrap: Model = model({
  kind: 'prices/bootstrap',
  phase: 'driver',
  doc: 'filtered historical bootstrap: GARCH residuals drawn jointly, scaled by current volatility',
  params,
  columns: (_, all) => ({
    shift: f64(all.length, 'log'),
    /** Variance of this step and of the next. */
    now: f64(all.length, 'per step'),
    variance: f64(all.length, 'per step', -1),
    /** Log move that this step has still to make. */
    left: f64(all.length, 'log'),
    step: f64(1, 'steps', -1),
  }),
  create(p, s, { draws, assets: all }) {
    const targets = p.prices.assets.map((name) => assetIndex(all, name))
    const lines = linesOf(p, targets)
    const rows = lines[0]!.residuals.length

    /** Close the step before and draw the next one. */
    function open(step: number): void {
      const block = Math.floor(step / p.block)
      const first = Math.floor(draws.uniform(block, 0) * rows)
      const row = (first + (step - block * p.block)) % rows
      for (const { asset: a, law, longRun, first: opening, residuals } of lines) {
        if (s.variance[a]! < 0) s.variance[a] = opening
        const variance = s.variance[a]!
        const move = Math.sqrt(variance) * residuals[row]! - variance / 2
        s.left[a]! += move
        s.now[a] = variance
        s.variance[a] = nextVariance(law, longRun, move + variance / 2, variance)
      }
      s.step[0] = step
    }

    /** Walk from `at` to `to` within the current step. */
    function walk(at: number, to: number, tick: number, part: number): void {
      const end = (s.step[0]! + 1) * p.step
      const share = end - to < 1e-9 * p.step ? 1 : (to - at) / (end - at)
      for (const { asset: a } of lines) {
        let move = s.left[a]! * share
        if (share < 1) {
          const variance = (s.now[a]! / p.step) * (to - at) * (1 - share)
          move += Math.sqrt(variance) * draws.normal(tick, 2 * a + part)
        }
        s.shift[a]! += move
        s.left[a]! -= move
      }
    }

    return {
      ports: { driver: { assets: lines.map(({ asset }) => asset), shift: (a) => s.shift[a]! } },
      step({ tick, time, dt }) {
        let part = 1
        for (let at = time - dt; time - at > 1e-9 * dt; ) {
          const step = Math.floor(at / p.step + 1e-9)
          if (step > s.step[0]!) open(step)
          const to = Math.min((step + 1) * p.step, time)
          walk(at, to, tick, part)
          part = 2
          at = to
        }
      },
    }
  },
})
