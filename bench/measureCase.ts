/** Measure one variant and print what was found as JSON. Usage: node bench/measureCase.ts VARIANT ROUNDS */
import { measureCase } from './cases.ts'
import { loadWorkload, type Variant } from './workloads/crash.ts'

const [variant, rounds] = process.argv.slice(2)
const workload = await loadWorkload(variant as Variant)
process.stdout.write(JSON.stringify(measureCase(workload, Number(rounds))))
