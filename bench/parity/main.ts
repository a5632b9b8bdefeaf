/**
 * `npm run bench parity [-- --date YYYY-MM-DD] [--rounds N]`: the exact and float models next to the
 * real Aave contracts on anvil and to two JavaScript packages, on the same accounts. Prints tables,
 * writes docs/benchmarks-parity.md, exits with 1 when a bar fails. `--record` freezes the workload and
 * what the contracts answer to it.
 */
import { parseArgs } from 'node:util'
import { ensureInstalled } from '../../parity/install.ts'

const { values } = parseArgs({
  args: process.argv.slice(2).filter((text) => text !== 'parity'),
  options: {
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    rounds: { type: 'string', default: '15' },
    record: { type: 'boolean', default: false },
  },
})
ensureInstalled()
const { benchmark, record } = await import('./benchmark.ts')
if (values.record) await record()
else if (!(await benchmark(Math.max(9, Number(values.rounds) || 15), values.date)))
  process.exitCode = 1
