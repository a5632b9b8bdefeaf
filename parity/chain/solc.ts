import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, posix } from 'node:path'
import type { Abi } from 'viem'
import { ArtifactError } from './artifact.ts'
import type { Artifact, Sources } from './side.ts'

type Solc = { version(): string; compile(input: string): string }
type Output = {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[]
  readonly contracts?: Readonly<
    Record<
      string,
      Readonly<Record<string, { readonly abi: Abi; readonly evm: { bytecode: Code } }>>
    >
  >
}
type Code = {
  readonly object: string
  readonly linkReferences: Artifact['linkReferences']
}

const ROOT = join(import.meta.dirname, '..')
const CACHE = join(ROOT, '.cache')

/**
 * Compile a contract that its package ships as source. The result is kept in parity/.cache under a
 * hash of compiler, settings and sources.
 * @throws {ArtifactError} when a source is missing or does not compile.
 */
export function compileSources(wanted: Sources): Artifact {
  const { compiler, contract, entry, settings } = wanted
  const input = JSON.stringify({
    language: 'Solidity',
    sources: collect(wanted),
    settings: {
      ...settings,
      outputSelection: { [entry]: { [contract]: ['abi', 'evm.bytecode'] } },
    },
  })
  const version = (
    JSON.parse(readFileSync(join(ROOT, 'node_modules', compiler, 'package.json'), 'utf8')) as {
      version: string
    }
  ).version
  const key = createHash('sha256').update(`${version}\n${input}`).digest('hex').slice(0, 32)
  const kept = join(CACHE, `${contract}-${key}.json`)
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Artifact
  console.log(`parity: compiling ${contract} with solc ${version}, once`)
  const artifact = compile(wanted, input)
  mkdirSync(CACHE, { recursive: true })
  writeFileSync(kept, JSON.stringify(artifact))
  return artifact
}

function compile({ compiler, contract, entry }: Sources, input: string): Artifact {
  const solc = createRequire(import.meta.url)(compiler) as Solc
  const output = JSON.parse(solc.compile(input)) as Output
  const errors = output.errors?.filter(({ severity }) => severity === 'error') ?? []
  if (errors.length > 0) throw new ArtifactError(errors.map((e) => e.formattedMessage).join('\n'))
  const found = output.contracts?.[entry]?.[contract]
  if (!found) throw new ArtifactError(`${entry} holds no contract '${contract}'`)
  const { object, linkReferences } = found.evm.bytecode
  return { name: contract, abi: found.abi, bytecode: `0x${object}`, linkReferences }
}

/** Read the entry and everything it imports, by source unit name. */
function collect({ root, entry, prefixes }: Sources): Record<string, { content: string }> {
  const sources: Record<string, { content: string }> = {}
  const visit = (unit: string, from: string): void => {
    if (sources[unit]) return
    const file = fileOf(unit, root, prefixes ?? {})
    if (!existsSync(file))
      throw new ArtifactError(`${from} imports '${unit}', but there is no ${file}`)
    const content = readFileSync(file, 'utf8')
    sources[unit] = { content }
    for (const [, path] of content.matchAll(/^\s*import\s+(?:[^'";]*from\s+)?['"]([^'"]+)['"]/gm)) {
      const target = path!.startsWith('.') ? posix.join(posix.dirname(unit), path!) : path!
      visit(target, unit)
    }
  }
  visit(entry, root)
  return sources
}

function fileOf(unit: string, root: string, prefixes: Readonly<Record<string, string>>): string {
  const modules = join(ROOT, 'node_modules')
  const prefix = Object.keys(prefixes).find((p) => unit.startsWith(p))
  if (prefix !== undefined) return join(modules, prefixes[prefix]!, unit.slice(prefix.length))
  const own = join(modules, root, unit)
  return existsSync(own) ? own : join(modules, unit)
}
