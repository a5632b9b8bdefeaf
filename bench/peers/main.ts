/**
 * `npm run bench peers [-- --date YYYY-MM-DD] [--rounds N]`: packages and contracts that answer the same
 * questions, next to the models, on the same inputs. Prints a table, writes docs/benchmarks-peers.md.
 */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { ensureInstalled } from '../../parity/install.ts'
import { ensurePeers, peerVersion } from './packages.ts'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const { values } = parseArgs({
  args: process.argv.slice(2).filter((text) => text !== 'peers'),
  options: {
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
    rounds: { type: 'string', default: '9' },
  },
})
ensureInstalled()
ensurePeers()
// These load packages that are only there now.
const { openLending, PeerDisagreementError } = await import('./lending.ts')
const { swapGroups } = await import('./swaps.ts')
const { timeRounds } = await import('../parity/passes.ts')
const { parityRequire } = await import('../parity/packages.ts')
const { document, peerTable } = await import('./report.ts')

const WARM_UP = 2
const rounds = Math.max(9, Number(values.rounds) || 9)
const missing: string[] = []

/** Open groups; without a node only its own are missing, but a disagreement ends the run. */
async function open(what: string, groups: () => ReturnType<typeof swapGroups>) {
  try {
    say(`opening ${what}`)
    return await groups()
  } catch (error) {
    if (error instanceof PeerDisagreementError) throw error
    missing.push(`${what}: ${error instanceof Error ? error.message : error}`)
    return []
  }
}

const opened = [
  ...(await open('contracts and packages of lending', openLending)),
  ...(await open('pools', swapGroups)),
]
const found = []
try {
  for (const { passes, pairs } of opened) {
    say(`measuring ${passes[0]!.name}`)
    found.push({ timings: await timeRounds(passes, rounds, WARM_UP), pairs })
  }
} finally {
  for (const group of opened) group.close()
}
const { dependencies } = parityRequire('./package.json') as {
  readonly dependencies: Readonly<Record<string, string>>
}
const versions = {
  '@aave/core-v3': dependencies['@aave/core-v3']!,
  '@aave/math-utils': dependencies['@aave/math-utils']!,
  '@morpho-org/blue-sdk': dependencies['@morpho-org/blue-sdk']!,
  '@uniswap/v3-sdk': peerVersion('@uniswap/v3-sdk'),
}
process.stdout.write(`${peerTable(found)}\n`)
for (const reason of missing) say(`not measured: ${reason}`)
writeFileSync(
  new URL('../../docs/benchmarks-peers.md', import.meta.url),
  document({ groups: found, missing, rounds, date: values.date, versions }),
)
