import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Find this package's own package.json above a module, in a clone or in the built package. */
function packageFile(from: string): string {
  const file = join(from, 'package.json')
  return existsSync(file) ? file : packageFile(dirname(from))
}

const manifest: { readonly version: string } = JSON.parse(
  readFileSync(packageFile(dirname(fileURLToPath(import.meta.url))), 'utf8'),
)

/** Version of this package. */
export const PACKAGE_VERSION: string = manifest.version

/** Version of the arithmetic: same engine, scenario and seed give identical bytes. */
export const ENGINE_VERSION = '2'
