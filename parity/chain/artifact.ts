import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Abi } from 'viem'
import type { Artifact } from './side.ts'

/** Thrown when a contract's artifact is missing or holds no creation code. */
export class ArtifactError extends Error {
  override name = 'ArtifactError'
}

type Links = Artifact['linkReferences']
type Code = string | { readonly object: string; readonly linkReferences?: Links }
type Document = {
  readonly contractName?: string
  readonly abi: Abi
  readonly bytecode?: Code
  readonly evm?: { readonly bytecode?: Code }
  readonly linkReferences?: Links
}

const ROOT = join(import.meta.dirname, '..')

/**
 * Load the artifact that a package path names (Hardhat, Foundry, Truffle or Waffle format).
 * @param folder where the user's own artifacts lie; a file of the same name is then taken from there.
 * @throws {ArtifactError} when there is no such file, several, or one without creation code.
 */
export function loadArtifact(path: string, folder: string | null): Artifact {
  const file = folder === null ? join(ROOT, 'node_modules', path) : own(folder, basename(path))
  const text = read(file)
  const document = JSON.parse(text) as Document
  const code = document.bytecode ?? document.evm?.bytecode
  const object = typeof code === 'object' ? code.object : code
  if (!object || object === '0x') {
    throw new ArtifactError(`${file} holds no creation code; an interface or abstract contract?`)
  }
  const links = document.linkReferences ?? (typeof code === 'object' ? code.linkReferences : {})
  return {
    name: document.contractName ?? basename(path, '.json'),
    abi: document.abi,
    bytecode: object.startsWith('0x') ? object : `0x${object}`,
    linkReferences: links ?? {},
  }
}

/** Load one of the harness's own contracts from contracts/harness.json. @throws {ArtifactError} */
export function loadHelper(name: string): Artifact {
  const { contracts } = JSON.parse(read(join(ROOT, 'contracts/harness.json'))) as {
    contracts: Record<string, { abi: Abi; bytecode: string }>
  }
  const found = contracts[name]
  if (!found) {
    const known = Object.keys(contracts).join(', ')
    throw new ArtifactError(`no helper contract '${name}'; there are ${known}`)
  }
  return { name, ...found, linkReferences: {} }
}

/** Read the installed version of a package of parity/. */
export function packageVersion(name: string): string {
  const text = read(join(ROOT, 'node_modules', name, 'package.json'))
  return (JSON.parse(text) as { version: string }).version
}

function own(folder: string, name: string): string {
  const found = globSync(`**/${name}`, { cwd: folder, exclude: (f) => f.includes('node_modules') })
  if (found.length === 1) return join(folder, found[0]!)
  const what = found.length === 0 ? 'no file' : `${found.length} files (${found.join(', ')})`
  throw new ArtifactError(`${what} '${name}' under --artifacts ${folder}; it needs exactly one`)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const remedy = 'run npm ci --prefix parity, or check --artifacts'
    throw new ArtifactError(`cannot read ${file}; ${remedy}`, { cause })
  }
}
