import { exp, log, philoxDraws } from '../../math/index.ts'

/** Noise in dx = (mu - x^2) dt + sd dW, looked at every `every`. */
export type Fold = {
  /** Distance to the fold at time t. */
  readonly mu: (t: number) => number
  readonly sd: number
  readonly every: number
  readonly ticks: number
  readonly seed: number
}

const FINE = 10

/** Run the fold from its stable state; ends when the state has fallen through. */
export function runFold({ mu, sd, every, ticks, seed }: Fold): Float64Array {
  const draws = philoxDraws(seed, 0, 'fold')
  const dt = every / FINE
  const step = sd * Math.sqrt(dt)
  const out: number[] = []
  let x = Math.sqrt(mu(0))
  for (let t = 0; t < ticks && x > -0.5; t++) {
    out.push(x)
    for (let k = 0; k < FINE; k++)
      x += (mu((t + k / FINE) * every) - x * x) * dt + step * draws.normal(t, k)
  }
  return Float64Array.from(out)
}

/** Linearised fold, exact at the ticks: an Ornstein-Uhlenbeck process. */
export function runLinear(
  mu: number,
  sd: number,
  every: number,
  ticks: number,
  seed: number,
): Float64Array {
  const draws = philoxDraws(seed, 0, 'linear')
  const lag = exp(-2 * Math.sqrt(mu) * every)
  const spread = sd / Math.sqrt(4 * Math.sqrt(mu))
  const out = new Float64Array(ticks)
  let x = spread * draws.normal(0, 0)
  for (let t = 0; t < ticks; t++) {
    out[t] = x
    x = lag * x + spread * Math.sqrt(1 - lag * lag) * draws.normal(t + 1, 0)
  }
  return out
}

/** Times of a Hawkes process with kernel n b exp(-b t), by Ogata's thinning. */
export function runHawkes(
  background: number,
  branching: number,
  decay: number,
  duration: number,
  seed: number,
): Float64Array {
  const draws = philoxDraws(seed, 0, 'hawkes')
  const out: number[] = []
  let [t, excited] = [0, 0]
  for (let k = 0; ; k++) {
    const most = background + excited
    const wait = -log(draws.uniform(k, 0)) / most
    t += wait
    if (t >= duration) return Float64Array.from(out)
    excited *= exp(-decay * wait)
    if (draws.uniform(k, 1) * most > background + excited) continue
    out.push(t)
    excited += branching * decay
  }
}
