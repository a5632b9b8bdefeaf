import { measureInfo } from '../measures/index.ts'

/** Statistics over paths that keep the unit of their measure: all of the grammar's do. */
export const STATISTIC: RegExp = /\.(mean|sd|min|max|p[\d.]+|var[\d.]+|es[\d.]+)$/

/** Numbers of an expression, and what a condition compares it with. */
const NUMBERS = /(?<![\w.[])\d[\d.]*(e[+-]?\d+)?/gi
const COMPARISON = /[<>=].*$/
const NAMES = /[A-Za-z]\w*(\[[^\]]*\])?(\.\w+)?/g

/** Unit of a sum of measures, or of the left side of a condition; empty when they have several or none. */
export function unitOf(expression: string): string {
  const names = expression.replace(COMPARISON, '').replace(NUMBERS, '').match(NAMES) ?? []
  const units = new Set(names.map((name) => measureInfo(name.replace(STATISTIC, ''))?.unit ?? ''))
  return units.size === 1 ? [...units][0]! : ''
}
