import { InputError } from '../world/index.ts'
/** Where a value stands; `line` and `column` count from 1, `column` is a field, not a character. */
export type Place = { readonly path: string; readonly line?: number; readonly column?: number }

/** Thrown when a source cannot use what it was given; lists every problem found, up to 20. */
export class SourceError extends InputError {
  override readonly name = 'SourceError'
  /** One text per problem: `file:line:column: what is wrong; what to do`. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[], options?: ErrorOptions) {
    const first = problems.length === 1 ? problems[0]! : `${problems.length} problems`
    const rest = problems.length === 1 ? '' : `:\n  ${problems.join('\n  ')}`
    super(`${first}${rest}`, options)
    this.problems = problems
  }
}

/** Collects problems so that a file's errors are reported together. */
export type Problems = {
  /**
   * Note a problem.
   * @throws {SourceError} when the limit is reached: reading on would only repeat it.
   */
  add(place: Place, text: string): void
  readonly count: number
  /** @throws {SourceError} when there is any problem. */
  check(): void
}

/** Write a place as `path:line:column`. */
export function showPlace(place: Place): string {
  const line = place.line === undefined ? '' : `:${place.line}`
  const column = place.column === undefined ? '' : `:${place.column}`
  return `${place.path}${line}${column}`
}

/** Quote a value in an error text, shortened to 60 characters. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
}

/** Make an empty collection of problems. */
export function createProblems(limit = 20): Problems {
  const found: string[] = []
  return {
    add(place, text) {
      found.push(`${showPlace(place)}: ${text}`)
      if (found.length >= limit)
        throw new SourceError([...found, 'stopped here; there may be more'])
    },
    get count() {
      return found.length
    },
    check() {
      if (found.length > 0) throw new SourceError(found)
    },
  }
}
