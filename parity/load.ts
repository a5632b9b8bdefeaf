import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ChainSide } from './chain/side.ts'
import type { ModelSide } from './protocol.ts'

/** Thrown when a protocol's folder is missing or incomplete. */
export class UnknownProtocolError extends Error {
  override name = 'UnknownProtocolError'
}

export const ROOT: string = join(import.meta.dirname, '..')
const FOLDER = join(import.meta.dirname, 'protocols')

/** Names of all protocols: the folders of parity/protocols that hold a model.ts. */
export function protocolNames(): string[] {
  return readdirSync(FOLDER)
    .filter((name) => existsSync(join(FOLDER, name, 'model.ts')))
    .sort()
}

/** Load the model's side. @throws {UnknownProtocolError} */
export async function loadModel(name: string): Promise<ModelSide<unknown>> {
  return (await load<{ model: ModelSide<unknown> }>(name, 'model')).model
}

/** Load the chain's side, which needs the packages of parity/. @throws {UnknownProtocolError} */
export async function loadChain(name: string): Promise<ChainSide> {
  return (await load<{ chain: ChainSide }>(name, 'chain')).chain
}

/** Load the module of an exact model. @param root the repository, or a copy of its files. */
export async function loadExact(model: ModelSide<unknown>, root: string = ROOT): Promise<unknown> {
  return await import(pathToFileURL(join(root, model.exact)).href)
}

async function load<T>(name: string, side: 'model' | 'chain'): Promise<T> {
  const file = join(FOLDER, name, `${side}.ts`)
  if (!existsSync(file)) {
    const known = protocolNames().join(', ')
    throw new UnknownProtocolError(
      `no parity/protocols/${name}/${side}.ts; there are ${known}, all`,
    )
  }
  return (await import(pathToFileURL(file).href)) as T
}
