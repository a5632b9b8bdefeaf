/** Write the hashes of the workload into crash.json: once, before anything is measured; then format. */
import { writeFileSync } from 'node:fs'
import { buildWorkload, readFrozen, VARIANTS, type Workload } from './workloads/crash.ts'

const { sha256: _, ...numbers } = readFrozen()
const frozen = { ...numbers, sha256: {} }
const variants: Workload[] = []
for (const variant of VARIANTS) variants.push(await buildWorkload(variant, frozen))
const sha256 = Object.assign({}, ...variants.map((v) => v.hashes))
writeFileSync(
  new URL('workloads/crash.json', import.meta.url),
  `${JSON.stringify({ ...numbers, sha256 }, null, 2)}\n`,
)
for (const { variant, rows, rowsWithDebt } of variants)
  process.stdout.write(`${variant}: ${rows} rows, ${rowsWithDebt} with debt\n`)
