import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** Load a package of parity/node_modules, where all heavy packages are. */
export const parityRequire: NodeJS.Require = createRequire(
  new URL('../../parity/package.json', import.meta.url),
)

/** Load an ES module of parity/node_modules; its types are not known here. */
export async function parityImport(name: string): Promise<unknown> {
  return await import(pathToFileURL(parityRequire.resolve(name)).href)
}

/** Load viem's creation code of Multicall3, which it keeps in a file without an export. */
export function multicall3Code(): string {
  const file = join(dirname(parityRequire.resolve('viem')), 'constants/contracts.js')
  return (parityRequire(file) as { multicall3Bytecode: string }).multicall3Bytecode
}
