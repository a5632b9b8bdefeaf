import { type Lines, type Path, pathKey, placeOf } from './document.ts'
import { codeFrame, type Problem } from './errors.ts'

/** Collects problems and gives them their place in the scenario's text. */
export type Report = {
  readonly problems: Problem[]
  /** Where values that are not written in place came from, such as `$ethDrop`, by `pathKey`. */
  readonly origins: Map<string, string>
  /** Something is wrong with the value at a path. */
  value(path: Path, message: string, remedy?: string): void
  /** Something is wrong with the key at a path. */
  key(path: Path, message: string, remedy?: string): void
}

function originOf(origins: ReadonlyMap<string, string>, path: Path): string {
  for (let n = path.length; n > 0; n--) {
    const found = origins.get(pathKey(path.slice(0, n)))
    if (found !== undefined) return ` (from ${found})`
  }
  return ''
}

/** Start an empty report on one scenario's text. */
export function createReport(file: string, text: string, lines: Lines): Report {
  const problems: Problem[] = []
  const origins = new Map<string, string>()
  function add(line: number, col: number, message: string, remedy: string): void {
    problems.push({ file, line, col, message, remedy, frame: codeFrame(text, line, col) })
  }
  return {
    problems,
    origins,
    value(path, message, remedy = '') {
      const [line, col] = placeOf(lines, path)
      add(line, col, message + originOf(origins, path), remedy)
    },
    key(path, message, remedy = '') {
      const [valueLine, valueCol, line, col] = placeOf(lines, path)
      // A key that is not in the file came with the value that a reference stands for.
      if (lines[pathKey(path)]) add(line, col, message, remedy)
      else add(valueLine, valueCol, message + originOf(origins, path), remedy)
    },
  }
}
