import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { basename, join, posix } from 'node:path'
import { parseAllDocuments, visit } from 'yaml'

/** The data files and scenarios that may be published, as paths from the repository's root. */
export type PublishedFiles = {
  readonly data: readonly string[]
  readonly scenarios: readonly string[]
  readonly leftOut: readonly { readonly scenario: string; readonly reason: string }[]
}

/** Thrown when `data/README.md` allows a file that does not exist, or leaves its answer open. */
export class DataTableError extends Error {
  override readonly name = 'DataTableError'
}

/**
 * Choose what goes into the npm package: the data files marked `yes` in the column `npm` of
 * `data/README.md`, and the scenarios that refer to no other data, directly or through scenarios.
 * @throws {DataTableError} when a marked file does not exist or a mark is neither yes nor no
 */
export function publishedFiles(root: string): PublishedFiles {
  const data = publishedData(root)
  const allowed = new Set(data)
  const all = files(root, 'scenarios/**/*')
  const references = new Map(all.map((file) => [file, referencesOf(root, file)]))
  const reasons = new Map<string, string>()
  for (let before = -1; before !== reasons.size; ) {
    before = reasons.size
    for (const [file, paths] of references) {
      const barred = paths.find((path) =>
        path.startsWith('data/') ? !allowed.has(path) : reasons.has(path),
      )
      if (barred) reasons.set(file, `it refers to ${barred}, which is not published`)
    }
  }
  return {
    data,
    scenarios: all.filter((file) => !reasons.has(file)),
    leftOut: [...reasons].map(([scenario, reason]) => ({ scenario, reason })),
  }
}

function publishedData(root: string): string[] {
  const table = join(root, 'data/README.md')
  if (!existsSync(table)) return []
  const found = new Set<string>()
  for (const { path, npm } of tableRows(readFileSync(table, 'utf8'))) {
    if (npm !== 'yes' && npm !== 'no') {
      throw new DataTableError(
        `data/README.md: column npm of '${path}' must be yes or no, not '${npm}'`,
      )
    }
    if (npm === 'no') continue
    const matches = files(root, `data/${path}`)
    if (matches.length === 0) {
      throw new DataTableError(`data/README.md marks '${path}' for npm, but there is no such file`)
    }
    for (const file of matches) found.add(file)
  }
  // The table names the origin and the terms of each file, so it goes with them.
  return found.size === 0 ? [] : [...found.add('data/README.md')].sort()
}

/**
 * Read the rows of every markdown table that has a column `npm`.
 * The path is the column `file` or `path`, else the first; backticks and links are taken off.
 */
export function tableRows(markdown: string): { path: string; npm: string }[] {
  const rows: { path: string; npm: string }[] = []
  let columns: { path: number; npm: number } | undefined
  for (const line of markdown.split('\n')) {
    if (!line.trim().startsWith('|')) {
      columns = undefined
      continue
    }
    const cells = line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map(plain)
    if (cells.every((cell) => /^:?-+:?$/.test(cell))) continue
    if (columns) rows.push({ path: cellPath(cells[columns.path]), npm: mark(cells[columns.npm]) })
    else columns = tableColumns(cells)
  }
  return rows
}

function tableColumns(cells: readonly string[]): { path: number; npm: number } | undefined {
  const names = cells.map((cell) => cell.toLowerCase())
  const npm = names.indexOf('npm')
  const path = names.findIndex((cell) => cell === 'file' || cell === 'path')
  return npm < 0 ? undefined : { path: Math.max(path, 0), npm }
}

function plain(cell: string): string {
  return cell
    .trim()
    .replace(/^\[(.*)\]\(.*\)$/, '$1')
    .replaceAll('`', '')
    .trim()
}

function cellPath(cell = ''): string {
  return cell.replace(/^\.?\/?(data\/)?/, '')
}

function mark(cell = ''): string {
  return /^\w*/.exec(cell.toLowerCase())?.[0] ?? ''
}

/** List the files that a pattern matches; a folder stands for all files in it. */
function files(root: string, pattern: string): string[] {
  return globSync([pattern, posix.join(pattern, '**/*')], { cwd: root })
    .filter((path) => statSync(join(root, path)).isFile() && !basename(path).startsWith('.'))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path, i, all) => all.indexOf(path) === i)
    .sort()
}

/** List the data files and scenarios that the strings of a YAML file name; other files name none. */
function referencesOf(root: string, file: string): string[] {
  if (!/\.ya?ml$/.test(file)) return []
  const found = new Set<string>()
  for (const document of parseAllDocuments(readFileSync(join(root, file), 'utf8'))) {
    if (!('contents' in document)) continue
    visit(document, {
      Scalar(_, node) {
        if (typeof node.value !== 'string' || !/^[\w./@+-]+$/.test(node.value)) return
        for (const path of referenced(root, file, node.value)) found.add(path)
      },
    })
  }
  return [...found].sort()
}

/** Read a string as a path: from the file's folder, from the root, or a file's name within `data/`. */
function referenced(root: string, file: string, text: string): string[] {
  const named = [posix.join(posix.dirname(file), text), posix.normalize(text)].filter(
    (path) => /^(data|scenarios)\/./.test(path) && path !== file,
  )
  const within = posix.join('data', text)
  if (existsSync(join(root, within)) && statSync(join(root, within)).isFile()) named.push(within)
  return named.flatMap((path) => {
    if (existsSync(join(root, path))) return files(root, path)
    // Data that this checkout lacks is certainly not published.
    return path.startsWith('data/') ? [path] : []
  })
}
