import type { TailResult } from '../experiments/index.ts'

const METHODS = {
  plain: 'counting',
  importance: 'importance sampling',
  splitting: 'multilevel splitting',
} as const

function short(x: number): string {
  return String(Number(x.toPrecision(3)))
}

/** Say how probable a rare event is, with its error and how good the sample was; or why not. */
export function tailLine(tail: TailResult): string {
  const { condition, probability, low, high, evaluations, method } = tail
  const how = `${METHODS[method]}, ${evaluations} paths`
  if (probability === null)
    return `tail: P(${condition}) cannot be told: ${tail.reason}; at most ${short(high)} (${how})`
  const variation = `${short(100 * tail.coefficientOfVariation!)} % variation`
  const size = `effective sample ${Math.round(tail.effectiveSampleSize)}`
  const share = `largest weight ${short(100 * tail.maxWeightShare)} %`
  return `tail: P(${condition}) = ${short(probability)} [${short(low)}, ${short(high)}] (${how}; ${variation}, ${size}, ${share})`
}
