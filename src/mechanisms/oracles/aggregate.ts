import { exp } from '../../math/index.ts'

/**
 * Answers about one asset, ascending, and of equal ones the younger first, so that nothing depends on
 * the order in which they were put in. Scratch: the first `count` entries hold.
 */
export type Answers = {
  count: number
  /** USD. */
  readonly value: Float64Array
  /** s. */
  readonly age: Float64Array
  /** 1 for the youngest, see `weigh`. */
  readonly weight: Float64Array
}

/** Make room for answers of so many sources. */
export function createAnswers(sources: number): Answers {
  const column = (): Float64Array => new Float64Array(sources)
  return { count: 0, value: column(), age: column(), weight: column() }
}

/** Put an answer in its place among the others. */
export function put(answers: Answers, price: number, seconds: number): void {
  const { value, age, weight } = answers
  let k = answers.count++
  for (; k > 0; k--) {
    const before = value[k - 1]!
    if (before < price || (before === price && age[k - 1]! <= seconds)) break
    value[k] = before
    age[k] = age[k - 1]!
  }
  value[k] = price
  age[k] = seconds
  weight[answers.count - 1] = 1
}

/**
 * Weigh answers by age: a weight halves with every `halfLife`. Relative to the youngest, so that
 * answers that are all old still weigh something.
 * @param halfLife s; 0 = all weigh the same.
 */
export function weigh({ count, age, weight }: Answers, halfLife: number): void {
  if (halfLife === 0 || count === 0) return
  let youngest = age[0]!
  for (let k = 1; k < count; k++) youngest = Math.min(youngest, age[k]!)
  for (let k = 0; k < count; k++) weight[k] = exp((-Math.LN2 * (age[k]! - youngest)) / halfLife)
}

/**
 * Find the place of the weighted lower median: the lowest answer with at least half of the weight at
 * or below it. With equal weights the middle one, the lower of two middles.
 * @returns a place; -1 without answers.
 */
export function middle({ count, weight }: Answers): number {
  let total = 0
  for (let k = 0; k < count; k++) total += weight[k]!
  let below = 0
  for (let k = 0; k < count; k++) {
    below += weight[k]!
    if (below >= total / 2) return k
  }
  return count - 1
}

/**
 * Leave out the answers that are further from the median than `limit`, relative to it, and weigh the
 * rest anew: beside an answer that is gone all of them may weigh nothing.
 * @param limit fraction; 0 = none is left out. @param halfLife s, see `weigh`.
 */
export function leaveOut(answers: Answers, limit: number, halfLife: number): void {
  if (limit === 0 || answers.count === 0) return
  const { value, age, weight } = answers
  const centre = value[middle(answers)]!
  let kept = 0
  for (let k = 0; k < answers.count; k++) {
    if (Math.abs(value[k]! - centre) > limit * centre) continue
    value[kept] = value[k]!
    age[kept] = age[k]!
    weight[kept++] = weight[k]!
  }
  answers.count = kept
  weigh(answers, halfLife)
}

/**
 * Cut the lowest and the highest answers off, floor(trim x count) on each side, and weigh the rest anew.
 * @param trim fraction below 1/2. @param halfLife s, see `weigh`.
 */
export function cutEnds(answers: Answers, trim: number, halfLife: number): void {
  const { count, value, age, weight } = answers
  const cut = Math.floor(trim * count)
  if (cut === 0) return
  for (const column of [value, age, weight]) column.copyWithin(0, cut, count - cut)
  answers.count = count - 2 * cut
  weigh(answers, halfLife)
}

/** Compute the weighted mean of the answers or, `of` their ages; NaN without answers. */
export function meanOf(answers: Answers, of: 'value' | 'age'): number {
  const { count, weight } = answers
  const column = answers[of]
  const first = column[0]!
  let total = 0
  let off = 0
  for (let k = 0; k < count; k++) {
    total += weight[k]!
    off += weight[k]! * (column[k]! - first)
  }
  return count === 0 ? Number.NaN : first + off / total
}
