/**
 * Compile Aave v3.6 from the sources that its package ships, with the compiler and optimizer of the
 * deployed contracts; all contracts in one call, because their libraries are shared.
 */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, posix } from 'node:path'
import type { Artifact } from '../../chain/side.ts'

/** Thrown when the sources cannot be compiled. */
export class CompileError extends Error {
  override name = 'CompileError'
}

type Contract = {
  readonly abi: unknown
  readonly evm: { readonly bytecode: Pick<Artifact, 'linkReferences'> & { object: string } }
}
type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, Contract>>>>
}

const MODULES = join(import.meta.dirname, '../../node_modules')
const COMPILER = 'solc'
const ROOT = 'src/contracts'
const ENTRIES = [
  'instances/PoolInstance',
  'instances/PoolConfiguratorInstance',
  'instances/ATokenInstance',
  'instances/VariableDebtTokenInstance',
  'misc/DefaultReserveInterestRateStrategyV2',
  'misc/AaveOracle',
  'misc/PriceOracleSentinel',
  'protocol/configuration/ACLManager',
  'protocol/configuration/PoolAddressesProvider',
  'helpers/AaveProtocolDataProvider',
].map((path) => `${ROOT}/${path}.sol`)
const SETTINGS = {
  evmVersion: 'cancun',
  optimizer: { enabled: true, runs: 200 },
  metadata: { bytecodeHash: 'none' },
  outputSelection: {
    '*': { '*': ['abi', 'evm.bytecode.object', 'evm.bytecode.linkReferences'] },
  },
}

/**
 * Compile all contracts, or find them under node_modules/.cache by the hash of compiler and input.
 * @returns by contract, the artifact's path below node_modules. About 80 s the first time.
 * @throws {CompileError} with the compiler's own words.
 */
export function compiled(): (name: string) => string {
  const sources = Object.fromEntries(Object.entries(closure()).sort(([a], [b]) => (a < b ? -1 : 1)))
  const input = JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS })
  const hash = createHash('sha256').update(`${version()} ${input}`).digest('hex').slice(0, 16)
  const folder = `.cache/aaveV3Origin-${hash}`
  if (!existsSync(join(MODULES, folder, 'complete'))) {
    console.log('parity: compiling Aave v3.6 once, about a minute and a half')
    keep(folder, compile(input))
  }
  return (name) => `${folder}/${name}.json`
}

function version(): string {
  const text = readFileSync(join(MODULES, COMPILER, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function keep(folder: string, contracts: NonNullable<Output['contracts']>): void {
  mkdirSync(join(MODULES, folder), { recursive: true })
  for (const [file, inFile] of Object.entries(contracts)) {
    const contract = basename(file, '.sol')
    const found = inFile[contract]
    if (!file.startsWith(ROOT) || !found?.evm.bytecode.object) continue
    const { object, linkReferences } = found.evm.bytecode
    const artifact = { contractName: contract, abi: found.abi, bytecode: `0x${object}` }
    const text = JSON.stringify({ ...artifact, linkReferences })
    writeFileSync(join(MODULES, folder, `${contract}.json`), text)
  }
  writeFileSync(join(MODULES, folder, 'complete'), '')
}

function compile(input: string): NonNullable<Output['contracts']> {
  const solc = createRequire(import.meta.url)(COMPILER) as { compile(input: string): string }
  const output = JSON.parse(solc.compile(input)) as Output
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0)
    throw new CompileError(errors.map(({ formattedMessage }) => formattedMessage).join('\n'))
  return output.contracts ?? {}
}

/** The entries and all that they import, by source unit name. */
function closure(): Record<string, { content: string }> {
  const found: Record<string, { content: string }> = {}
  const visit = (unit: string, from: string): void => {
    if (unit in found) return
    const file = fileOf(unit)
    if (!existsSync(file))
      throw new CompileError(`${from} imports '${unit}', but there is no ${file}`)
    const content = readFileSync(file, 'utf8')
    found[unit] = { content }
    for (const [, path] of content.matchAll(/^\s*import\s+(?:[^'";]*from\s+)?['"]([^'"]+)['"]/gm)) {
      const target = path!.startsWith('.') ? posix.join(posix.dirname(unit), path!) : path!
      visit(target, unit)
    }
  }
  for (const entry of ENTRIES) visit(entry, 'the harness')
  return found
}

/** Packages by the prefix that the imports use. */
const PREFIXES = {
  'src/': '@aave-dao/aave-v3-origin/src/',
  'openzeppelin-contracts/contracts/': 'openzeppelin-contracts/',
  '@openzeppelin/contracts/': 'openzeppelin-contracts/',
  'solidity-utils/contracts/': '@bgd-labs/solidity-utils/src/contracts/',
}

function fileOf(unit: string): string {
  for (const [prefix, folder] of Object.entries(PREFIXES))
    if (unit.startsWith(prefix)) return join(MODULES, folder, unit.slice(prefix.length))
  return join(MODULES, unit)
}
