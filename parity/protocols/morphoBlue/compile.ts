/**
 * Compile Morpho Blue and its adaptive curve from the sources that their packages ship, with the
 * compiler and settings of the deployed contracts (both repositories' foundry.toml).
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, posix } from 'node:path'

/** Thrown when the sources cannot be compiled. */
export class CompileError extends Error {
  override name = 'CompileError'
}

type Compiled = { readonly abi: unknown; readonly evm: { readonly bytecode: { object: string } } }
type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, Compiled>>>>
}

const MODULES = join(import.meta.dirname, '../../node_modules')
const MORPHO = '@morpho-org/morpho-blue/src'
const COPY = 'sphere-mezo-solidity-files/domains'
const COMPILER = 'solc-0.8.19'
const SETTINGS = {
  evmVersion: 'paris',
  viaIR: true,
  optimizer: { enabled: true, runs: 999_999 },
  metadata: { bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
}

/** Contracts by name and the file that holds them. */
export const SOURCES: Readonly<Record<'Morpho' | 'AdaptiveCurveIrm', string>> = {
  Morpho: `${MORPHO}/Morpho.sol`,
  AdaptiveCurveIrm: `${COPY}/morphoIrm/contracts/AdaptiveCurveIrm.sol`,
}

/**
 * Compile a contract, or find it under node_modules/.cache by the hash of compiler and input.
 * @returns the artifact's path below node_modules. About 60 s the first time.
 * @throws {CompileError} with the compiler's own words.
 */
export function compiled(name: keyof typeof SOURCES): string {
  const entry = SOURCES[name]
  const input = JSON.stringify({
    language: 'Solidity',
    sources: closure(entry),
    settings: SETTINGS,
  })
  const hash = createHash('sha256').update(`${COMPILER} ${input}`).digest('hex').slice(0, 16)
  const path = `.cache/morphoBlue-${hash}/${name}.json`
  const file = join(MODULES, path)
  if (existsSync(file)) return path
  console.log(`parity: compiling ${name} once, about a minute`)
  const contract = compile(input)[entry]?.[name]
  if (!contract) throw new CompileError(`${entry} holds no contract '${name}'`)
  mkdirSync(dirname(file), { recursive: true })
  const { abi, evm } = contract
  writeFileSync(
    file,
    JSON.stringify({ contractName: name, abi, bytecode: `0x${evm.bytecode.object}` }),
  )
  return path
}

function compile(input: string): NonNullable<Output['contracts']> {
  const solc = createRequire(import.meta.url)(COMPILER) as { compile(input: string): string }
  const output = JSON.parse(solc.compile(input)) as Output
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0)
    throw new CompileError(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return output.contracts ?? {}
}

/** A file and all that it imports, by path. */
function closure(entry: string): Record<string, { content: string }> {
  const found: Record<string, { content: string }> = {}
  const visit = (path: string): void => {
    if (path in found) return
    const content = source(path)
    found[path] = { content }
    for (const [, target] of content.matchAll(/^import [^;]*?["'](\.[^"']+)["'];/gms))
      visit(posix.join(posix.dirname(path), target!))
  }
  visit(entry)
  return found
}

/**
 * The copy of the curve differs from the original in two ways, which are undone here: its pragma
 * refuses the compiler of the deployed contract, and it imports a copy of Morpho's own files.
 */
function source(path: string): string {
  const text = readFileSync(join(MODULES, path), 'utf8')
  if (!path.startsWith(COPY)) return text
  return text
    .replace('pragma solidity ^0.8.20;', 'pragma solidity 0.8.19;')
    .replaceAll(/(["'])(?:\.\.\/)+morpho\/contracts\//g, (_, quote: string) => {
      const up = posix.relative(posix.dirname(path), MORPHO)
      return `${quote}${up}/`
    })
}
