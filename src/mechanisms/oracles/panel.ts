import { number, type ParamSpec, type PriceSource, refs, seconds } from '../../world/index.ts'
import { type Answers, createAnswers, leaveOut, put, weigh } from './aggregate.ts'

/** Parameters of whatever makes one answer of several. */
export const panelParams: {
  readonly sources: ParamSpec<readonly string[]>
  readonly quorum: ParamSpec<number>
  readonly guard: ParamSpec<number>
  readonly halfLife: ParamSpec<number>
} = {
  sources: refs('priceSource', 'the sources'),
  quorum: number('least number of answers that count', 'sources', {
    default: 1,
    min: 1,
    integer: true,
  }),
  guard: number(
    'answers further from the median than this part of it do not count; 0 = all count',
    'fraction',
    { default: 0, min: 0 },
  ),
  halfLife: seconds('age at which an answer weighs half as much as a new one; 0 = age is ignored', {
    default: 0,
  }),
}

/** How answers are taken: see `panelParams`. */
export type PanelRules = {
  /** Names of the sources. */
  readonly sources: readonly string[]
  readonly quorum: number
  readonly guard: number
  readonly halfLife: number
}

/** Ask a source about an asset: USD, NaN where it covers none or has no answer. */
export function answerOf(source: PriceSource, asset: number): number {
  return source.covers(asset) ? source.price(asset) : Number.NaN
}

/** Seconds since a source made its answer. */
export function ageOf(source: PriceSource, asset: number): number {
  return source.age?.(asset) ?? 0
}

/**
 * Make the function that asks all sources about an asset.
 * @param sources filled when linked.
 * @param age tells how old an answer is; asked for every answer, so not given where nobody minds.
 * @returns the answers that count, in scratch that the next call overwrites; none below the quorum.
 */
export function panelOf(
  sources: readonly PriceSource[],
  { sources: names, quorum, guard, halfLife }: PanelRules,
  age?: typeof ageOf,
): (asset: number) => Answers {
  const answers = createAnswers(names.length)
  const old = age ?? (halfLife > 0 ? ageOf : null)
  return (asset) => {
    answers.count = 0
    for (const source of sources) {
      const answer = answerOf(source, asset)
      if (answer > 0) put(answers, answer, old ? old(source, asset) : 0)
    }
    weigh(answers, halfLife)
    leaveOut(answers, guard, halfLife)
    if (answers.count < quorum) answers.count = 0
    return answers
  }
}

/**
 * Make the function that gives the lower median of all answers, USD; NaN below the quorum. The same as
 * the middle of a panel without guard and weights; lenders ask for nothing as often as for this.
 */
export function plainMedianOf(
  sources: readonly PriceSource[],
  { sources: names, quorum }: PanelRules,
): (asset: number) => number {
  const values = new Float64Array(names.length)
  return (asset) => {
    let n = 0
    for (const source of sources) {
      const answer = answerOf(source, asset)
      if (!(answer > 0)) continue
      let k = n++
      for (; k > 0 && values[k - 1]! > answer; k--) values[k] = values[k - 1]!
      values[k] = answer
    }
    return n < quorum ? Number.NaN : values[(n - 1) >> 1]!
  }
}
