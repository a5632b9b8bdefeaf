import { InputError } from '../world/index.ts'
/** One thing that is wrong in a scenario; `line` and `col` count from 1, 0 when there is no place. */
export type Problem = {
  readonly file: string
  readonly line: number
  readonly col: number
  /** What is wrong, with the value quoted. */
  readonly message: string
  /** What to do about it; '' when the message says it all. */
  readonly remedy: string
  /** The line with a caret, one line of context on each side; '' when there is no place. */
  readonly frame: string
}

/** Thrown when a scenario cannot be used; the message prints all problems at once. */
export class ScenarioError extends InputError {
  override readonly name = 'ScenarioError'
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    const sorted = unique(problems)
    super(sorted.map(formatProblem).join('\n\n'), options)
    this.problems = sorted
  }
}

/** Print one problem as `file:line:col: what`, then its code frame and remedy. */
export function formatProblem(problem: Problem): string {
  const { file, line, col, message, remedy, frame } = problem
  const place = line > 0 ? `${file}:${line}:${col}` : file
  return [`${place}: ${message}`, frame, remedy && `  ${remedy}`].filter(Boolean).join('\n')
}

/** Sort by place and drop repetitions; a value used by two checks is reported once. */
function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((p) => [`${p.line}:${p.col}:${p.message}`, p]))
  return [...seen.values()].sort((a, b) => a.line - b.line || a.col - b.col)
}

const WIDTH = 100

/**
 * Draw a line of a text with a caret under a column, and one line of context on each side.
 * @param line from 1; a place after the last line is drawn on the last one.
 * @param col from 1.
 */
export function codeFrame(text: string, line: number, col: number): string {
  const lines = text.split(/\r\n|\r|\n/)
  const at = Math.min(line, lines.length)
  // A caret far to the right takes the visible window with it.
  const from = col > WIDTH - 10 ? col - WIDTH / 2 : 0
  const digits = String(Math.min(at + 1, lines.length)).length
  const drawn: string[] = []
  for (let n = Math.max(1, at - 1); n <= Math.min(lines.length, at + 1); n++) {
    const body = lines[n - 1]!.replaceAll('\t', ' ').slice(from, from + WIDTH)
    drawn.push(`${n === at ? '>' : ' '} ${String(n).padStart(digits)} | ${body}`.trimEnd())
    if (n === at)
      drawn.push(`  ${' '.repeat(digits)} | ${' '.repeat(Math.max(0, col - 1 - from))}^`)
  }
  return drawn.join('\n')
}

/** Quote a value for a message: texts in quotes, numbers as they are, trees by their size. */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  }
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object') return 'a map'
  return String(value)
}
