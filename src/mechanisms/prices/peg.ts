import { exp, expm1 } from '../../math/index.ts'
import { f64, type Model, model, number, perAsset, record, u8 } from '../../world/index.ts'
import { YEAR } from './correlations.ts'
import { transitions } from './regimes/kernel.ts'

const peg = record('one peg', {
  speed: number('speed of return to the peg while it holds', '1/year', { min: 0 }),
  vol: number('volatility while it holds', '1/sqrt(year)', { min: 0 }),
  breaksPerYear: number('expected breaks while it holds', '1/year', { default: 0, min: 0 }),
  breakMean: number('mean log move at a break', 'log', { default: 0 }),
  breakSd: number('its standard deviation', 'log', { default: 0, min: 0 }),
  brokenSpeed: number('speed of return while broken; 0: none', '1/year', { default: 0, min: 0 }),
  brokenVol: number('volatility while broken', '1/sqrt(year)', { default: 0, min: 0 }),
  repairsPerYear: number('rate at which a broken peg holds again; 0: never', '1/year', {
    default: 0,
    min: 0,
  }),
  start: number('log deviation from the peg at the start price', 'log', { default: 0 }),
})

/**
 * One exact step of an Ornstein-Uhlenbeck process around 0.
 *
 * @param x deviation, log. @param speed 1/year, 0: a random walk. @param vol 1/sqrt(year).
 * @param z standard normal. @returns the deviation `years` later.
 */
export function revert(x: number, speed: number, vol: number, years: number, z: number): number {
  return x * exp(-speed * years) + vol * Math.sqrt(revertVariance(speed, years)) * z
}

/** Variance of the step for vol 1: (1 - exp(-2 speed t)) / (2 speed), or t. */
export function revertVariance(speed: number, years: number): number {
  return speed === 0 ? years : -expm1(-2 * speed * years) / (2 * speed)
}

/**
 * A peg with breaks: the log deviation reverts to 0; a break throws it by a normal size, and until it is
 * repaired it reverts at another speed, perhaps none. State changes at most once in a tick: a break that is
 * repaired within the tick leaves no move, and one within a repair no second move.
 *
 * Draws by (tick, slot): normal 3a = shock; uniform 3a + 1 = break or repair; normal 3a + 2 = size.
 */
export const pegs: Model = model({
  kind: 'prices/peg',
  phase: 'driver',
  doc: 'Ornstein-Uhlenbeck deviation from a peg, with breaks that recover slowly or not at all; at most one break or repair per tick',
  params: { pegs: perAsset('assets with a peg', peg) },
  columns: (_, all) => ({
    shift: f64(all.length, 'log'),
    broken: u8(all.length, 'yes'),
  }),
  create(p, s, { draws, tickSeconds }) {
    const years = tickSeconds / YEAR
    const changes = p.pegs.map(({ value }) =>
      transitions([value.breaksPerYear, value.repairsPerYear], years),
    )
    return {
      ports: {
        driver: { assets: p.pegs.map(({ asset }) => asset), shift: (a) => s.shift[a]! },
      },
      step({ tick }) {
        p.pegs.forEach(({ asset: a, value: own }, i) => {
          const before = s.broken[a]!
          // Probability of being broken at the end of this tick.
          const chance = changes[i]![before * 2 + 1]!
          const broken = draws.uniform(tick, 3 * a + 1) < chance ? 1 : 0
          s.broken[a] = broken
          const isLoose = before === 1 && broken === 1
          const speed = isLoose ? own.brokenSpeed : own.speed
          const vol = isLoose ? own.brokenVol : own.vol
          const x = s.shift[a]! + own.start
          let after = revert(x, speed, vol, years, draws.normal(tick, 3 * a))
          if (broken > before) after += own.breakMean + own.breakSd * draws.normal(tick, 3 * a + 2)
          s.shift[a] = after - own.start
        })
      },
    }
  },
})
