import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml'
import { codeFrame, type Problem } from './errors.ts'

/** Keys and list places from the top of a scenario to a value. */
export type Path = readonly (string | number)[]

/** Line and column of a value, then those of its key (of the value again in a list). */
export type Place = readonly [line: number, col: number, keyLine: number, keyCol: number]

/** Where every value of a document stands, by `pathKey`. */
export type Lines = Readonly<Record<string, Place>>

/** A YAML text as a plain tree, with the place of every value and everything wrong with it. */
export type ScenarioDocument = {
  readonly tree: unknown
  readonly lines: Lines
  readonly problems: readonly Problem[]
  /** Whether the tree can be checked further in spite of the problems. */
  readonly readable: boolean
}

/** A path as one text, for use as a key. */
export function pathKey(path: Path): string {
  return path.map((step) => String(step).replaceAll('/', '~1')).join('/')
}

const TOP: Place = [1, 1, 1, 1]

/** Where a value stands; the place of its closest ancestor when it is not in the text itself. */
export function placeOf(lines: Lines, path: Path): Place {
  for (let n = path.length; n > 0; n--) {
    const found = lines[pathKey(path.slice(0, n))]
    if (found) return found
  }
  return lines[''] ?? TOP
}

const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  MULTIPLE_DOCS: 'keep one scenario per file: remove the "---" line',
  TAG_RESOLVE_FAILED: 'remove the tag; tags have no meaning in a scenario',
  BAD_SCALAR_START: "put quotes around it, as in '@source.path'",
}

type Walk = {
  readonly lines: Record<string, Place>
  readonly at: (offset: number) => readonly [number, number]
  readonly problem: (offset: number, message: string, remedy: string) => void
}

function walkMap(node: Node, path: Path, place: Place, walk: Walk): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  if (!isMap(node)) return result
  const first = new Map<string, number>()
  for (const pair of node.items) {
    const keyNode = pair.key as Node
    const offset = keyNode.range?.[0] ?? 0
    const own = walk.at(offset)
    if (!isScalar(keyNode)) {
      walk.problem(offset, 'a key is not a plain name', 'put quotes around text with braces')
      continue
    }
    const key = String(keyNode.value ?? '')
    const before = first.get(key)
    if (before !== undefined) {
      walk.problem(offset, `key "${key}" is given twice`, `line ${before} has it already; keep one`)
      continue
    }
    first.set(key, own[0])
    const value = walkNode(pair.value as Node | null, [...path, key], [...own, ...own], walk)
    Object.defineProperty(result, key, { value, enumerable: true, writable: true })
  }
  walk.lines[pathKey(path)] ??= place
  return result
}

function walkNode(node: Node | null, path: Path, key: Place, walk: Walk): unknown {
  const offset = node?.range?.[0]
  const empty = !node || (isScalar(node) && node.value === null && !node.source)
  const own = empty || offset === undefined ? ([key[2], key[3]] as const) : walk.at(offset)
  const place: Place = [...own, key[2], key[3]]
  walk.lines[pathKey(path)] = place
  if (isAlias(node)) {
    const remedy = 'name the value under parameters and use it as $name'
    walk.problem(offset ?? 0, `YAML aliases ("*${node.source}") are not supported`, remedy)
    return null
  }
  if (isMap(node)) return walkMap(node, path, place, walk)
  if (isSeq(node)) {
    return node.items.map((item, i) => {
      const [line, col] = walk.at((item as Node | null)?.range?.[0] ?? offset ?? 0)
      return walkNode(item as Node, [...path, i], [line, col, line, col], walk)
    })
  }
  return isScalar(node) ? node.value : null
}

/**
 * Read a YAML text into a plain tree.
 * @param file name that problems print.
 */
export function readDocument(text: string, file: string): ScenarioDocument {
  const counter = new LineCounter()
  const parsed = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    uniqueKeys: false,
    stringKeys: false,
  })
  const problems: Problem[] = []
  const at = (offset: number): readonly [number, number] => {
    const { line, col } = counter.linePos(offset)
    return [line, col]
  }
  function problem(offset: number, message: string, remedy: string): void {
    const [line, col] = at(offset)
    problems.push({ file, line, col, message, remedy, frame: codeFrame(text, line, col) })
  }
  for (const { code, message, pos } of [...parsed.errors, ...parsed.warnings]) {
    const what = code === 'MULTIPLE_DOCS' ? 'the file holds more than one document' : message
    problem(pos[0], `YAML: ${what}`, REMEDIES[code] ?? '')
  }
  const lines: Record<string, Place> = {}
  if (parsed.errors.length > 0) return { tree: null, lines, problems, readable: false }
  const tree = walkNode(parsed.contents as Node | null, [], TOP, { lines, at, problem })
  if (!isMap(parsed.contents)) {
    const what = tree === null ? 'the scenario is empty' : 'a scenario is a map of sections'
    problem(0, what, 'start with "name:", "time:", "assets:" and "instances:"')
    return { tree: null, lines, problems, readable: false }
  }
  return { tree, lines, problems, readable: true }
}
