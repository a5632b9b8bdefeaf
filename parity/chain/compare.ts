import { type Arg, type Check, fieldName, type Result } from '../protocol.ts'
import { answered, type Row } from '../trace.ts'
import type { Names } from './names.ts'
import type { Answer, StepAnswer } from './session.ts'

/** One value on which contract and model disagree. */
export type Difference = {
  readonly field: string
  readonly contract: string
  readonly model: string
}

/** Compare what a step did and left. */
export function compareStep(
  names: Names,
  result: Result,
  checks: readonly Check[],
  answer: StepAnswer,
): Difference[] {
  const found = compareResult(names, result, answer.result)
  checks.forEach((check, i) => {
    found.push(...compareCheck(names, check, answer.reads[i]!))
  })
  return found
}

function compareResult(names: Names, result: Result, answer: Answer): Difference[] {
  const model = result.ok ? 'done' : result.reason
  const contract = answer.ok ? 'done' : answer.reason
  if (model !== contract) return [{ field: 'outcome', contract, model }]
  return result.ok ? compareWords(names, result.returned, answer, (i) => `returned[${i}]`) : []
}

/** Compare a getter's answer with what the model says. */
export function compareCheck(names: Names, check: Check, answer: Answer): Difference[] {
  if (!('reverts' in check.is))
    return compareWords(names, check.is, answer, (i) => fieldName(check, i))
  const contract = answer.ok ? 'answers' : answer.reason
  if (contract === check.is.reverts) return []
  return [{ field: fieldName(check, 0), contract, model: `reverts: ${check.is.reverts}` }]
}

function compareWords(
  names: Names,
  expected: readonly (Arg | null)[],
  answer: Answer,
  field: (word: number) => string,
): Difference[] {
  if (!answer.ok) {
    return [{ field: field(0), contract: `reverts: ${answer.reason}`, model: expected.join(' ') }]
  }
  const found: Difference[] = []
  const count = Math.max(expected.length, answer.words.length)
  for (let i = 0; i < count; i++) {
    const want = expected[i]
    if (want === null) continue
    const word = answer.words[i]
    if (want !== undefined && word !== undefined && names.word(want) === word) continue
    const contract = readable(names, answer, expected)[i]
    found.push({
      field: field(i),
      contract: `${contract ?? '(absent)'}`,
      model: `${want ?? '(absent)'}`,
    })
  }
  return found
}

/** Write a step as the contract did and answered it. */
export function contractRow(names: Names, row: Row, { result, reads }: StepAnswer): Row {
  const expected = row.result.ok ? row.result.returned : []
  const checks = row.checks.map((check, i) => {
    const answer = reads[i]!
    if (!answer.ok) return { ...check, is: { reverts: answer.reason } }
    return answered(check, readable(names, answer, 'reverts' in check.is ? [] : check.is))
  })
  const done = result.ok
    ? { ok: true as const, returned: readable(names, result, expected) }
    : { ok: false as const, reason: result.reason }
  return { ...row, result: done, checks }
}

/** Count the words that a list of checks compares. */
export function countFields(checks: readonly Check[]): number {
  let count = 0
  for (const { is } of checks) {
    count += 'reverts' in is ? 1 : is.filter((word) => word !== null).length
  }
  return count
}

/** Write an answer's words as a check would. */
function readable(names: Names, answer: Answer, expected: readonly (Arg | null)[]): Arg[] {
  if (!answer.ok) return [`reverts:${answer.reason}`]
  return answer.words.map((word, i) => names.read(word, expected[i] ?? null))
}
