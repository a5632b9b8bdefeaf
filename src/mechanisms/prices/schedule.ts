import { exp, log1p } from '../../math/index.ts'
import { assets, f64, list, type Model, model, number, record, seconds } from '../../world/index.ts'

/** Log move of a shock at full size; a drop of 1 or more leaves 1e-12 of the price. */
function logMove(drop: number): number {
  return log1p(-Math.min(drop, 1 - 1e-12))
}

/** Share of a shock that has happened: nothing before `at`, all of it from `at + over` on. */
function shareDone(time: number, at: number, over: number): number {
  if (time < at) return 0
  return time < at + over ? (time - at) / over : 1
}

/** Scheduled shocks: assets fall (or rise, for a negative drop) by stated fractions at stated times. */
export const schedule: Model = model({
  kind: 'prices/schedule',
  phase: 'driver',
  doc: 'scheduled shocks: each moves assets by a stated fraction, evenly in log price',
  params: {
    shocks: list(
      'the shocks; several on one asset add up in log price',
      record('one shock', {
        assets: assets('assets that move'),
        drop: number('fall of the price; negative for a rise', 'fraction', { max: 1 }),
        scale: number('multiplies the drop', 'fraction', { default: 1 }),
        at: seconds('start', { default: 0 }),
        over: seconds('duration; 0 = at once', { default: 0 }),
        lasts: seconds('time from its start after which it is taken back at once; 0 = it stays', {
          default: 0,
        }),
      }),
    ),
  },
  columns: (_, all) => ({ shift: f64(all.length, 'log') }),
  create(p, s) {
    const moved = [...new Set(p.shocks.flatMap((shock) => shock.assets))]
    const shocks = p.shocks.map((shock) => ({ ...shock, move: logMove(shock.drop * shock.scale) }))
    return {
      ports: {
        driver: { assets: moved, shift: (asset) => s.shift[asset]! },
        shock: {
          apply(factors) {
            for (const { assets: hit, move } of shocks)
              for (const asset of hit) factors[asset]! *= exp(move)
          },
        },
      },
      step({ time }) {
        s.shift.fill(0)
        for (const { assets: hit, move, at, over, lasts } of shocks) {
          if (lasts > 0 && time >= at + lasts) continue
          const shift = shareDone(time, at, over) * move
          for (const asset of hit) s.shift[asset]! += shift
        }
      },
    }
  },
})
