/**
 * Write the JSON Schema of scenario files to `docs/schema/scenario.schema.json`.
 * `--check` writes nothing and exits with 1 when the committed file is stale.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { scenarioSchema } from '../src/scenario/index.ts'

const FILE = 'docs/schema/scenario.schema.json'

function committed(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function main(root: string, check: boolean): number {
  const path = join(root, FILE)
  const text = `${JSON.stringify(scenarioSchema(), null, 2)}\n`
  if (committed(path) === text) return 0
  if (check) {
    console.error(`${FILE} is stale: run \`node scripts/schema.ts\` and commit it`)
    return 1
  }
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  console.log(`wrote ${FILE}`)
  return 0
}

if (import.meta.main) {
  process.exitCode = main(resolve(import.meta.dirname, '..'), process.argv.includes('--check'))
}
