/**
 * Check the direction of every import in `src/`, the absence of cycles, what the lower floors may
 * use, and the line budgets. Prints `file:line: reason` and exits with 1 when something is wrong.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, posix, resolve } from 'node:path'
import { importSites, type Token, tokenize } from './tokens.ts'

type Problem = { readonly file: string; readonly line: number; readonly message: string }
type Edge = { readonly to: string; readonly line: number; readonly specifier: string }
type Place = {
  readonly file: string
  readonly folder: string
  readonly family: string
  readonly floor: number
  readonly test: boolean
}

/** What a check of all floors found; `problems` fail it, `warnings` do not. */
export type FloorReport = {
  readonly problems: readonly Problem[]
  readonly warnings: readonly Problem[]
  readonly files: number
  readonly imports: number
}

const FLOORS: readonly (readonly string[])[] = [
  ['math'],
  ['world'],
  ['mechanisms'],
  ['engine', 'sources', 'stores'],
  ['calibration', 'measures'],
  ['scenario'],
  ['experiments'],
  ['report', 'prove', 'watch'],
  ['cli', 'server'],
]
const TOP = FLOORS.length
const SHARED_BY_TESTS = 3
const WITHOUT_PACKAGES = new Set(['math', 'world', 'mechanisms', 'engine', 'measures'])
const FIRST_FLOOR_WITH_OUTSIDE = 3
const FIRST_FLOOR_WITH_MATH = 4
const ENGINE_BUDGET = 400
const FILE_BUDGET = 400
const FAMILY_INDEX = 'src/mechanisms/index.ts'

const OUTSIDE = new Set(
  `Date performance process fetch setTimeout setInterval setImmediate crypto eval globalThis
  XMLHttpRequest WebSocket require`.split(/\s+/),
)
// Correctly rounded or exact by specification; every other function may differ between engines.
const EXACT_MATH = new Set(
  `sqrt abs min max floor ceil round trunc sign imul fround clz32
  E PI LN2 LN10 LOG2E LOG10E SQRT2 SQRT1_2`.split(/\s+/),
)

/**
 * Check a set of source files.
 * @param sources text by path, relative to the repository, with forward slashes (`src/math/index.ts`)
 */
export function checkFloors(sources: ReadonlyMap<string, string>): FloorReport {
  const problems: Problem[] = []
  const warnings: Problem[] = []
  const graph = new Map<string, Edge[]>()
  let imports = 0
  for (const file of [...sources.keys()].sort()) {
    const text = sources.get(file) ?? ''
    const tokens = tokenize(text)
    const place = placeOf(file)
    const edges: Edge[] = []
    for (const { specifier, line } of importSites(tokens)) {
      imports++
      const target = specifier === null ? null : resolveImport(file, specifier)
      const message = importProblem(place, specifier, target)
      if (message) problems.push({ file, line, message })
      if (specifier === null || target === null) continue
      if (sources.has(target)) edges.push({ to: target, line, specifier })
      else if (target.startsWith('src/')) {
        problems.push({ file, line, message: `imports '${specifier}', which does not exist` })
      }
    }
    graph.set(file, edges)
    problems.push(...forbiddenUses(place, tokens))
    const lines = countLines(text)
    if (lines > FILE_BUDGET) {
      warnings.push({ file, line: lines, message: `has ${lines} lines (aim: ${FILE_BUDGET})` })
    }
  }
  problems.push(...cycles(graph), ...engineBudget(sources))
  return { problems, warnings, files: sources.size, imports }
}

function placeOf(file: string): Place {
  const parts = file.split('/')
  const folder = parts.length > 2 ? (parts[1] ?? '') : ''
  const floor = folder === '' ? TOP : FLOORS.findIndex((names) => names.includes(folder))
  const family = folder === 'mechanisms' && parts.length > 3 ? (parts[2] ?? '') : ''
  return { file, folder, family, floor, test: isTestFile(file) }
}

function isTestFile(file: string): boolean {
  return /\.test\.ts$|[/.]conformance\.ts$|\/conformance\//.test(file)
}

/** Return the repository path that an import names, or null for a package. */
function resolveImport(file: string, specifier: string): string | null {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(file), specifier)
  if (specifier === 'breakwater') return 'src/index.ts'
  if (specifier.startsWith('breakwater/')) return `src/${specifier.slice(11)}/index.ts`
  return null
}

function importProblem(
  from: Place,
  specifier: string | null,
  target: string | null,
): string | undefined {
  if (from.floor < 0) return `lies in src/${from.folder}/, which is on no floor`
  if (from.test && target === null) return undefined
  const pure = WITHOUT_PACKAGES.has(from.folder)
  if (specifier === null) {
    return pure ? `imports a name computed at run time; ${from.folder}/ may not` : undefined
  }
  if (target === null) return pure ? packageProblem(from, specifier) : undefined
  if (!target.startsWith('src/')) return outsideProblem(from, specifier, target, pure)
  const to = placeOf(target)
  if (to.test && !from.test) return `imports test file '${specifier}' from code that is not a test`
  return directionProblem(from, to, specifier)
}

function packageProblem(from: Place, specifier: string): string {
  const builtin = specifier.startsWith('node:') || builtinModules.includes(specifier)
  const kind = builtin ? 'Node module' : 'package'
  return `imports ${kind} '${specifier}'; ${from.folder}/ may import neither packages nor Node modules`
}

function outsideProblem(
  from: Place,
  specifier: string,
  target: string,
  pure: boolean,
): string | undefined {
  if (from.test || (!pure && target.endsWith('.json'))) return undefined
  return `imports '${specifier}', which lies outside src/`
}

function directionProblem(from: Place, to: Place, specifier: string): string | undefined {
  if (from.test) {
    const highest = Math.max(SHARED_BY_TESTS, from.floor)
    return to.floor <= highest ? undefined : `imports '${specifier}' from a higher floor`
  }
  if (to.floor > from.floor) {
    return `imports '${specifier}' upwards: ${name(from)} is below ${name(to)}`
  }
  if (to.floor < from.floor || from.floor === TOP) return undefined
  if (to.folder !== from.folder) {
    return `imports '${specifier}' sideways: ${name(from)} and ${name(to)} share a floor`
  }
  if (from.family === to.family || from.file === FAMILY_INDEX) return undefined
  if (to.file === FAMILY_INDEX) return `imports '${specifier}', the index of all families`
  if (from.family === '') return `imports '${specifier}': only index.ts may import the families`
  return `imports '${specifier}' sideways: families ${name(from)} and ${name(to)} are siblings`
}

function name(place: Place): string {
  if (place.folder === '') return 'src/index.ts'
  return place.family === '' ? `${place.folder}/` : `${place.folder}/${place.family}/`
}

function forbiddenUses(place: Place, tokens: readonly Token[]): Problem[] {
  if (place.test || place.floor < 0) return []
  const found: Problem[] = []
  tokens.forEach((token, i) => {
    const message =
      (place.floor < FIRST_FLOOR_WITH_OUTSIDE && outsideUse(tokens, i)) ||
      (place.floor < FIRST_FLOOR_WITH_MATH && inexactUse(tokens, i, place.file))
    if (message)
      found.push({ file: place.file, line: token.line, message: `${message} in ${name(place)}` })
  })
  return found
}

function outsideUse(tokens: readonly Token[], i: number): string | undefined {
  const token = tokens[i] as Token
  if (token.kind !== 'word' || isMember(tokens, i)) return undefined
  if (token.text === 'import' && tokens[i + 1]?.text === '.') return 'uses import.meta'
  if (token.text === 'Function' && tokens[i + 1]?.text === '(') return 'uses Function()'
  if (!OUTSIDE.has(token.text) || isKey(tokens, i)) return undefined
  return `uses '${token.text}' (rename it if it is a name of your own)`
}

/** Tell whether the word follows a dot, and not the three of a spread. */
function isMember(tokens: readonly Token[], i: number): boolean {
  return tokens[i - 1]?.text === '.' && tokens[i - 2]?.text !== '.'
}

/** Tell whether the word is a property name or a parameter's declaration: `{ date: 1 }`, `(date?: x)`. */
function isKey(tokens: readonly Token[], i: number): boolean {
  const next = tokens[i + 1]?.text
  const colon = next === ':' || (next === '?' && tokens[i + 2]?.text === ':')
  return colon && tokens[i - 1]?.text !== '?'
}

function inexactUse(tokens: readonly Token[], i: number, file: string): string | undefined {
  const token = tokens[i] as Token
  const next = tokens[i + 1]
  if (token.text === 'Math' && token.kind === 'word' && !isMember(tokens, i)) {
    const member = next?.text === '.' ? (tokens[i + 2]?.text ?? '') : ''
    if (member === '') return 'uses Math other than as Math.<name>'
    return EXACT_MATH.has(member) ? undefined : `uses Math.${member} (see src/math/elementary.ts)`
  }
  if (token.kind !== 'punct' || token.text !== '*' || next?.text !== '*') return undefined
  if (next.kind !== 'punct' || file.endsWith('/exact.ts')) return undefined
  const bigint = [tokens[i - 1], tokens[i + 2]].some(
    (t) => t?.kind === 'number' && /n$/.test(t.text),
  )
  return bigint ? undefined : 'uses ** on numbers (see src/math/elementary.ts)'
}

/** Find one cycle in every strongly connected group of files. */
function cycles(graph: ReadonlyMap<string, readonly Edge[]>): Problem[] {
  const found: Problem[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): void => {
    path.push(file)
    for (const edge of graph.get(file) ?? []) {
      const start = path.indexOf(edge.to)
      if (start >= 0) {
        const loop = [...path.slice(start), edge.to].join(' -> ')
        found.push({ file, line: edge.line, message: `closes the cycle ${loop}` })
      } else if (!done.has(edge.to)) visit(edge.to)
    }
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) if (!done.has(file)) visit(file)
  return found
}

function engineBudget(sources: ReadonlyMap<string, string>): Problem[] {
  const files = [...sources.keys()].filter((f) => f.startsWith('src/engine/') && !isTestFile(f))
  const lines = files.reduce((sum, file) => sum + countLines(sources.get(file) ?? ''), 0)
  if (lines <= ENGINE_BUDGET) return []
  const message = `holds ${lines} lines without tests; the budget is ${ENGINE_BUDGET}`
  return [{ file: 'src/engine', line: lines, message }]
}

function countLines(text: string): number {
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}

/** Read all TypeScript files under `src/` of a repository. */
export function readSources(root: string): Map<string, string> {
  const sources = new Map<string, string>()
  for (const entry of readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.[cm]?tsx?$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const file = path.slice(resolve(root).length + 1).replaceAll('\\', '/')
    sources.set(file, readFileSync(path, 'utf8'))
  }
  return sources
}

function main(root: string): number {
  const { problems, warnings, files, imports } = checkFloors(readSources(root))
  for (const { file, line, message } of warnings)
    console.warn(`${file}:${line}: warning: ${message}`)
  for (const { file, line, message } of problems) console.error(`${file}:${line}: ${message}`)
  console.log(`floors: ${files} files, ${imports} imports, ${problems.length} problems`)
  return problems.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = main(resolve(import.meta.dirname, '..'))
