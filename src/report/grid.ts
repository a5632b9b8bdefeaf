/** Steps wanted between the ends of a grid. */
const STEPS = 8

/** Step that is easy to read, as near to a wished one as there is: 1, 2, 2.5 or 5 times a power of ten. */
function roundStep(wished: number): number {
  const power = 10 ** Math.floor(Math.log10(wished))
  const steps = [1, 2, 2.5, 5, 10].map((k) => k * power)
  const distance = (step: number): number => Math.abs(Math.log(step / wished))
  return steps.reduce((best, step) => (distance(step) < distance(best) ? step : best))
}

/** Twelve digits: 3 x 0.1 is 0.3, not 0.30000000000000004. */
function tidy(value: number): number {
  return Number(value.toPrecision(12))
}

/**
 * Choose about nine values of a shock from 0 to twice its value, within its range, in round steps; its
 * own value is always one of them.
 * @param value the shock as it is run; @param usual what is doubled when `value` is 0.
 * @returns ascending values; empty when both are 0, for then nothing says how large a shock may be.
 */
export function shockGrid(
  value: number,
  usual: number,
  [low, high]: readonly [number, number],
): readonly number[] {
  const within = (v: number): number => Math.min(high, Math.max(low, v))
  const ends = [within(0), within(tidy(2 * (value || usual)))].sort((a, b) => a - b)
  const [from, to] = ends as [number, number]
  if (from === to) return []
  const step = roundStep((to - from) / STEPS)
  const inside = Array.from({ length: Math.ceil((to - from) / step) + 1 }, (_, k) =>
    tidy((Math.ceil(from / step) + k) * step),
  ).filter((v) => v > from && v < to)
  return [...new Set([from, ...inside, value, to])].sort((a, b) => a - b)
}
