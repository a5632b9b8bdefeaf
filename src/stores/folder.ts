import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

function makeOne(place: string): void {
  try {
    mkdirSync(place)
  } catch (error) {
    // Another process may have made it since.
    if (!statSync(place, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

/**
 * Make a folder and those above it.
 *
 * One after the other: the recursive call of Node never returns where the system answers that a folder which
 * is there is not, as in /proc.
 * @throws as `mkdirSync`.
 */
export function makeFolders(dir: string): void {
  const missing: string[] = []
  for (let place = resolve(dir); !existsSync(place); place = dirname(place)) missing.unshift(place)
  missing.forEach(makeOne)
}
