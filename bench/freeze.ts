/**
 * Write the hashes of the workloads into their files: once, before anything is measured; then format.
 * Usage: node bench/freeze.ts crash|quiet|detection
 */
import { writeFileSync } from 'node:fs'
import { buildWorkload, readFrozen, VARIANTS, type Workload } from './workloads/crash.ts'
import { freezeDetection } from './workloads/detection.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function freezePath(name: 'crash' | 'quiet'): Promise<void> {
  const { sha256: _, ...numbers } = readFrozen(name)
  const frozen = { ...numbers, sha256: {} }
  const variants: Workload[] = []
  for (const variant of VARIANTS) variants.push(await buildWorkload(variant, frozen))
  const sha256 = Object.assign({}, ...variants.map((v) => v.hashes))
  writeFileSync(
    new URL(`workloads/${name}.json`, import.meta.url),
    `${JSON.stringify({ ...numbers, sha256 }, null, 2)}\n`,
  )
  for (const { variant, rows, rowsWithDebt } of variants)
    say(`${variant}: ${rows} rows, ${rowsWithDebt} with debt`)
}

const [what] = process.argv.slice(2)
if (what === 'detection') await freezeDetection(say)
else if (what === 'crash' || what === 'quiet') await freezePath(what)
else throw new Error(`there is no workload "${what}"; say crash, quiet or detection`)
