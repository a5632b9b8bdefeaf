/**
 * Run the code blocks of the documentation as a reader would, in a temporary copy of this checkout.
 * A comment on the line before a fence says what to do with it; it is invisible where Markdown is shown:
 *
 *     <!-- run -->                                       run it
 *     <!-- run: expect "text" -->                        the output must hold the text
 *     <!-- run: exit 1 -->                               the last command must exit with this code
 *     <!-- run: without "npm ci && " -->                 strip this from every command
 *     <!-- run: short -->                                add --short to every `breakwater run`
 *     <!-- no run: reason -->                            leave it out, and say why
 *
 * Shell blocks run line by line, each with the folder and the exported variables that the one before
 * left; TypeScript blocks run on this Node, where `breakwater` is this checkout. `--list` shows all
 * blocks instead. A shell or TypeScript block of README.md without a comment is an error.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  globSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What the comment before a block asks for. */
export type Order = {
  readonly expected: readonly string[]
  /** Exit code of the last command. */
  readonly exit: number
  readonly without: readonly string[]
  readonly short: boolean
}

/** A code block of a document. */
export type CodeBlock = {
  readonly file: string
  /** Line of the opening fence, from 1. */
  readonly line: number
  readonly language: 'shell' | 'ts' | 'other'
  readonly lines: readonly string[]
  /** What to do; a text says why it is not run; null when nobody said anything. */
  readonly order: Order | string | null
}

/** Thrown when a comment before a block cannot be followed. */
export class DocsMarkError extends Error {
  override readonly name = 'DocsMarkError'
}

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'src/**/README.md']
const SHELLS = new Set(['', 'sh', 'bash', 'shell', 'console'])
const SCRIPTS = new Set(['ts', 'typescript', 'js', 'javascript'])
/** Comments of other scripts, which check the block that follows. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^<!--\s*file:/, 'run by test/contributing.test.ts'],
  [/^<!--\s*table:/, 'made and checked by scripts/tables.ts'],
]
const TIMEOUT_MS = 300_000
/** Lines of output shown of a command that failed. */
const SHOWN = 40

/** Read the options of a run: `expect "text"`, `exit 1`, `without "text"`, `short`, in any order. */
function parseOptions(text: string, where: string): Order {
  const order = { expected: [] as string[], exit: 0, without: [] as string[], short: false }
  let rest = text.trim()
  while (rest !== '') {
    const found = /^(?:(expect|without)\s+"([^"]+)"|exit\s+(\d+)|(short))(?:[\s,]+|$)/.exec(rest)
    if (!found)
      throw new DocsMarkError(
        `${where}: cannot read "${rest}"; options are: expect "text", exit N, without "text", short`,
      )
    const [all, word, quoted, code] = found
    if (word === 'expect') order.expected.push(quoted!)
    else if (word === 'without') order.without.push(quoted!)
    else if (code !== undefined) order.exit = Number(code)
    else order.short = true
    rest = rest.slice(all.length)
  }
  return order
}

/** Read the comment on the line before a fence; null when it says nothing about running. */
function parseMark(line: string, where: string): Order | string | null {
  const text = line.trim()
  const elsewhere = ELSEWHERE.find(([mark]) => mark.test(text))
  if (elsewhere) return elsewhere[1]
  const mark = /^<!--\s*(no\s+)?run\b\s*(?::(.*?))?\s*-->$/.exec(text)
  if (!mark) return null
  const said = mark[2]?.trim() ?? ''
  if (!mark[1]) return parseOptions(said, where)
  if (said === '') throw new DocsMarkError(`${where}: say why: <!-- no run: reason -->`)
  return said
}

function languageOf(info: string): CodeBlock['language'] {
  const name = info.trim().split(/\s/)[0]!.toLowerCase()
  return SHELLS.has(name) ? 'shell' : SCRIPTS.has(name) ? 'ts' : 'other'
}

/**
 * Find the code blocks of a document.
 * @param file name that messages show.
 * @throws {DocsMarkError} when a comment cannot be read, or stands before something else than a block.
 */
export function blocksOf(file: string, text: string): readonly CodeBlock[] {
  const lines = text.split('\n')
  const blocks: CodeBlock[] = []
  for (let k = 0; k < lines.length; k++) {
    const open = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(lines[k]!)
    const where = `${file}:${k + 1}`
    if (!open) {
      const isMark = /^\s*<!--\s*(no\s+)?run\b/.test(lines[k]!)
      if (isMark && !/^ {0,3}(`{3,}|~{3,})/.test(lines[k + 1] ?? ''))
        throw new DocsMarkError(`${where}: put this comment on the line before a code block`)
      continue
    }
    const [, fence, info] = open
    const isEnd = (line: string): boolean =>
      new RegExp(`^ {0,3}${fence![0]}{${fence!.length},}\\s*$`).test(line)
    const end = lines.findIndex((line, at) => at > k && isEnd(line))
    if (end < 0) throw new DocsMarkError(`${where}: this code block is never closed`)
    blocks.push({
      ...{ file, line: k + 1, language: languageOf(info!) },
      lines: lines.slice(k + 1, end),
      order: k === 0 ? null : parseMark(lines[k - 1]!, `${file}:${k}`),
    })
    k = end
  }
  return blocks
}

/** A command of a block with its line in the document. */
export type Command = { readonly line: number; readonly text: string }

/** Write a command as the order wants it run. */
function orderedText(text: string, { without, short }: Order): string {
  let result = text
  for (const part of without) result = result.replaceAll(part, '')
  return short ? result.replace(/(\bbreakwater run \S+)/g, '$1 --short') : result
}

/**
 * Split a shell block into commands: one per line, with backslash continuations joined and comments
 * left out. Where lines begin with `$ `, these are the commands and all others are output.
 */
export function commandsOf({ line, lines }: CodeBlock, order: Order): readonly Command[] {
  const isSession = lines.some((text) => /^\s*\$ /.test(text))
  const commands: Command[] = []
  for (let k = 0; k < lines.length; k++) {
    const at = line + 1 + k
    let text = lines[k]!.trim()
    if (isSession && !text.startsWith('$ ')) continue
    if (isSession) text = text.slice(2)
    while (text.endsWith('\\') && k + 1 < lines.length)
      text = `${text.slice(0, -1).trimEnd()} ${lines[++k]!.trim()}`
    if (text !== '' && !text.startsWith('#'))
      commands.push({ line: at, text: orderedText(text, order) })
  }
  return commands
}

type Answer = { readonly code: number | null; readonly output: string }

function start(command: string, args: readonly string[], cwd: string): Promise<Answer> {
  return new Promise((done, failed) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
      // A command that this checkout lacks is not fetched from a registry.
      env: { ...process.env, NO_COLOR: '1', npm_config_yes: 'false' },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        output += text
      })
    child.on('error', failed)
    child.on('close', (code) => done({ code, output }))
  })
}

/** Run a command of a shell block in the folder and with the variables that the last one left. */
function runCommand(text: string, folder: string, state: string): Promise<Answer> {
  const script = `if [ -f "$STATE/env" ]; then . "$STATE/env"; cd "$(cat "$STATE/cwd")"; fi
trap 'code=$?; export -p > "$STATE/env"; pwd > "$STATE/cwd"; exit "$code"' EXIT
set -o pipefail
${text}`
  return start('bash', ['-c', `STATE=${JSON.stringify(state)}\n${script}`], folder)
}

/** What is wrong with a command's answer; null when it is as expected. */
function wrong({ code }: Answer, exit: number): string | null {
  if (code === exit) return null
  return code === null
    ? `was stopped after ${TIMEOUT_MS / 1000} s`
    : `exits with ${code}, not ${exit}`
}

function failure(at: Command, file: string, why: string, output: string): string {
  const tail = output.trimEnd().split('\n').slice(-SHOWN)
  return [`${file}:${at.line}: ${why}`, `  $ ${at.text}`, ...tail.map((l) => `  ${l}`)].join('\n')
}

/**
 * Run one block.
 * @param folder a checkout that may be written to.
 * @returns null when all went as the order says, else what went wrong: where, the command, its output.
 */
export async function runBlock(
  block: CodeBlock,
  order: Order,
  folder: string,
): Promise<string | null> {
  const { file, line, lines, language } = block
  const state = mkdtempSync(join(tmpdir(), 'breakwater-docs-state-'))
  const script = join(folder, `.docs-block-${line}.ts`)
  const isShell = language === 'shell'
  const commands = isShell ? commandsOf(block, order) : [{ line: line + 1, text: `node ${file}` }]
  let output = ''
  try {
    if (!isShell) writeFileSync(script, lines.join('\n'))
    for (const [k, command] of commands.entries()) {
      const answer = isShell
        ? await runCommand(command.text, folder, state)
        : await start(process.execPath, [script], folder)
      output += answer.output
      const why = wrong(answer, k === commands.length - 1 ? order.exit : 0)
      if (why) return failure(command, file, why, answer.output)
    }
  } finally {
    rmSync(state, { recursive: true })
    rmSync(script, { force: true })
  }
  const missing = order.expected.find((text) => !output.includes(text))
  const last = commands.at(-1) ?? { line, text: '' }
  return missing === undefined ? null : failure(last, file, `does not print "${missing}"`, output)
}

/** Copy what git knows or would add, and link the installed packages. */
function copyOf(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-docs-'))
  const listed = spawnSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    ...{ cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 },
  })
  if (listed.status !== 0) throw new Error(`git ls-files fails in ${root}: ${listed.stderr}`)
  // A file that was deleted and not yet committed is listed, too.
  for (const name of listed.stdout.split('\0')) {
    // Listed, too, are files deleted and not yet committed, and installed packages that are a link.
    const isThere = name !== '' && existsSync(join(root, name))
    if (isThere && name !== 'node_modules') cpSync(join(root, name), join(folder, name))
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Blocks that a reader would try, and that nobody decided on. */
export function forgotten(blocks: readonly CodeBlock[]): readonly CodeBlock[] {
  return blocks.filter(
    ({ file, language, order }) => file === 'README.md' && language !== 'other' && order === null,
  )
}

function listLine({ file, line, language, order }: CodeBlock): string {
  const mark = order === null ? 'unmarked' : typeof order === 'string' ? 'no run' : 'run'
  return `${mark.padEnd(8)}  ${language.padEnd(5)}  ${file}:${line}${typeof order === 'string' ? `  ${order}` : ''}`
}

/** Run blocks one after the other, with a line for each. @returns the number of failures. */
async function runAll(blocks: readonly CodeBlock[], root: string): Promise<number> {
  const folder = copyOf(root)
  let failures = 0
  try {
    for (const block of blocks) {
      if (block.order === null || typeof block.order === 'string') continue
      const start = performance.now()
      const why = await runBlock(block, block.order, folder)
      if (why !== null) failures++
      const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5)
      console.log(`${why === null ? 'ok  ' : 'FAIL'}  ${seconds} s  ${block.file}:${block.line}`)
      if (why !== null) console.error(why)
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return failures
}

async function main(root: string, isList: boolean): Promise<number> {
  const files = globSync(DOCUMENTS, { cwd: root })
    .map((f) => f.replaceAll('\\', '/'))
    .sort()
  const blocks = files.flatMap((file) => blocksOf(file, readFileSync(join(root, file), 'utf8')))
  if (isList) for (const block of blocks) console.log(listLine(block))
  const open = forgotten(blocks)
  for (const { file, line } of open)
    console.error(`${file}:${line}: say <!-- run --> or <!-- no run: reason --> before this block`)
  const runs = blocks.filter(({ order }) => order !== null && typeof order !== 'string')
  const failures = isList ? 0 : await runAll(runs, root)
  console.log(
    `docs: ${files.length} files, ${blocks.length} blocks, ${runs.length} ${isList ? 'to run' : 'run'}, ${failures + open.length} wrong`,
  )
  return failures + open.length === 0 ? 0 : 1
}

if (import.meta.main)
  process.exitCode = await main(resolve(import.meta.dirname, '..'), process.argv.includes('--list'))
