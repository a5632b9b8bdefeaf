import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Thrown when the contract packages cannot be installed. */
export class InstallError extends Error {
  override name = 'InstallError'
}

type Lock = {
  readonly packages: Readonly<
    Record<string, { readonly version?: string; readonly optional?: boolean }>
  >
}

/** Install the contract packages of parity/ from its lockfile, unless they are there. @throws {InstallError} */
export function ensureInstalled(): void {
  const folder = import.meta.dirname
  if (isInstalled(folder)) return
  console.log('parity: installing the contract packages (npm ci --prefix parity)')
  const { status, error } = spawnSync('npm', ['ci', '--prefix', folder], { stdio: 'inherit' })
  if (status === 0) return
  const message = `npm ci --prefix parity ended with ${status ?? error?.message}`
  throw new InstallError(`${message}; is a package registry reachable?`)
}

function isInstalled(folder: string): boolean {
  const found = join(folder, 'node_modules/.package-lock.json')
  if (!existsSync(found)) return false
  const { packages: installed } = JSON.parse(readFileSync(found, 'utf8')) as Lock
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as Lock
  return Object.entries(wanted.packages).every(
    ([path, { version, optional }]) =>
      path === '' || optional || installed[path]?.version === version,
  )
}
