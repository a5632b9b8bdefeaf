import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const FOLDER = import.meta.dirname
const require: NodeJS.Require = createRequire(join(FOLDER, 'package.json'))

/** Thrown when the packages of this folder cannot be installed. */
export class PeerInstallError extends Error {
  override readonly name = 'PeerInstallError'
}

/** Install the packages of this folder from its lockfile, unless they are there. @throws {PeerInstallError} */
export function ensurePeers(): void {
  if (existsSync(join(FOLDER, 'node_modules/@uniswap/v3-sdk/package.json'))) return
  const { status, error } = spawnSync('npm', ['ci', '--prefix', FOLDER], { stdio: 'inherit' })
  if (status !== 0)
    throw new PeerInstallError(
      `npm ci --prefix ${FOLDER} ended with ${status ?? error?.message}; is a package registry reachable?`,
    )
}

/** Load a package of this folder; its types are not known here. */
export function peerRequire(name: string): unknown {
  return require(name)
}

/** Version of a package, as the folder asks for it. */
export function peerVersion(name: string): string {
  const { dependencies } = require('./package.json') as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  return dependencies[name]!
}
