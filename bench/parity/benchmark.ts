import { writeFileSync } from 'node:fs'
import { type ChainSide, createChainSide } from './chainSide.ts'
import { ownCpu } from './cpu.ts'
import { createExactSide, type ExactSide } from './exactSide.ts'
import { createFloatSide } from './floatSide.ts'
import type { FloatSide } from './floatWorld.ts'
import { createIsolatedFloat, exactHealth, foldAccounts, type Isolated } from './isolated.ts'
import { type Pass, timeRounds } from './passes.ts'
import { createBlueSdk, createMathUtils, type Peer } from './peers.ts'
import { type Recorded, readRecorded, writeRecorded } from './recorded.ts'
import { barsOf, barTable, document, type Found, ratioTable, SIDES, timeTable } from './report.ts'
import { buildWorkload, loadWorkload, readFrozen, type Workload } from './workload.ts'

/** Thrown when sides do not answer the same. */
export class DisagreementError extends Error {
  override readonly name = 'DisagreementError'
}

type Sides = {
  readonly workload: Workload
  readonly exact: ExactSide
  readonly float: FloatSide
  readonly chain: ChainSide
  readonly isolated: Isolated
  readonly isolatedFloat: FloatSide
  readonly mathUtils: Peer<string>
  readonly blueSdk: Peer<bigint>
}

const MINED = 20
const WARM_UP = 4
const say = (text: string): void => void process.stderr.write(`${text}\n`)

async function openSides(workload: Workload): Promise<Sides> {
  const exact = createExactSide(workload)
  const isolated = foldAccounts(exact)
  say('deploying Aave v3.0.2 on anvil, 200 accounts')
  const chain = await createChainSide(workload, exact.targets)
  return {
    workload,
    exact,
    float: createFloatSide(exact),
    chain,
    isolated,
    isolatedFloat: createIsolatedFloat(isolated, exact),
    mathUtils: createMathUtils(exact),
    blueSdk: await createBlueSdk(isolated),
  }
}

/** Freeze the workload and keep what the contracts answer. */
export async function record(): Promise<void> {
  const drawn = buildWorkload(readFrozen())
  const frozen = { ...drawn.frozen, sha256: drawn.sha256 }
  writeFileSync(new URL('workload.json', import.meta.url), `${JSON.stringify(frozen, null, 2)}\n`)
  const sides = await openSides(loadWorkload())
  try {
    const answers = await answersOf(sides)
    await mustAgree(sides, answers)
    writeRecorded(answers)
  } finally {
    sides.chain.close()
  }
}

/** Measure, print, and write the page. @returns false when a bar is missed. */
export async function benchmark(rounds: number, date: string): Promise<boolean> {
  const sides = await openSides(loadWorkload())
  try {
    const recorded = readRecorded()
    const answers = await answersOf(sides)
    if (JSON.stringify(answers) !== JSON.stringify(recorded))
      throw new DisagreementError(
        'the contracts do not answer what bench/parity/recorded.json holds; record anew with: node bench/parity/main.ts --record',
      )
    const gaps = await mustAgree(sides, answers)
    say(`measuring ${rounds} rounds`)
    const timings = []
    for (const group of groupsOf(sides)) timings.push(await timeRounds(group, rounds, WARM_UP))
    const versions = { ...sides.chain.versions, ...peerVersions(sides) }
    const counts = { users: sides.exact.users.length, liquidations: sides.exact.targets.length }
    const { sha256 } = sides.workload
    const found: Found = { timings, rounds, date, versions, sha256, gaps, ...counts }
    const bars = barsOf(found)
    const tables = [barTable(bars), ratioTable(found), timeTable(found)]
    process.stdout.write(`${tables.join('\n\n')}\n`)
    const page = new URL('../../docs/benchmarks-parity.md', import.meta.url)
    writeFileSync(page, document(found))
    return bars.every((bar) => bar.isMet)
  } finally {
    sides.chain.close()
  }
}

function peerVersions({ mathUtils, blueSdk }: Sides): Record<string, string> {
  return { '@aave/math-utils': mathUtils.version, '@morpho-org/blue-sdk': blueSdk.version }
}

async function answersOf({ workload, exact, chain }: Sides): Promise<Recorded> {
  const { accounts, purse } = await chain.aftermath()
  const health = await chain.health()
  return {
    workload: workload.sha256,
    packages: chain.versions,
    codeHashes: chain.codeHashes,
    health: health.map(String),
    liquidated: exact.targets.map(({ user }) => user),
    accounts: accounts.map(String),
    purse: purse.map(String),
  }
}

/** Every side must do the same work. @returns how far the inexact ones are off. */
async function mustAgree(sides: Sides, answers: Recorded): Promise<Found['gaps']> {
  const { exact, float, chain, isolated, isolatedFloat, mathUtils, blueSdk } = sides
  const health = exact.health()
  const after = exact.aftermath()
  const folded = exactHealth(isolated)
  same('exact health factors', health, answers.health)
  same('Multicall3', await chain.healthMulticall(), answers.health)
  same('one call each', await chain.healthEach(), answers.health)
  same('accounts after liquidation', after.accounts, answers.accounts)
  same('balances after liquidation', after.purse, answers.purse)
  same('blue-sdk', blueSdk.health(), folded.map(String))
  sameRows('float Aave', float, health)
  sameRows('float Morpho', isolatedFloat, folded)
  return {
    float: gapOf(float.healths, health),
    isolatedFloat: gapOf(isolatedFloat.healths, folded),
    mathUtils: gapOf(mathUtils.health().map(Number), health),
  }
}

function same(what: string, found: readonly unknown[], expected: readonly string[]): void {
  const at = expected.findIndex((value, i) => `${found[i]}` !== value)
  if (found.length === expected.length && at < 0) return
  throw new DisagreementError(`${what}: number ${at} is ${found[at]}, expected ${expected[at]}`)
}

/** The scan must find the rows below 1, and no other. */
function sameRows(what: string, float: FloatSide, health: readonly bigint[]): void {
  float.health()
  const count = float.scan()
  const rows = health.flatMap((value, row) => (value < 10n ** 18n ? [`${row}`] : []))
  same(what, [...float.found.subarray(0, count)], rows)
}

/** Largest relative difference. */
function gapOf(found: ArrayLike<number>, exact: readonly bigint[]): number {
  return Math.max(...exact.map((value, i) => Math.abs(found[i]! / (Number(value) / 1e18) - 1)))
}

/** Groups of passes that are timed in turn. */
function groupsOf(sides: Sides): readonly (readonly Pass[])[] {
  const { exact, float, isolated, isolatedFloat, mathUtils, blueSdk } = sides
  const own = { positions: exact.users.length, cpu: ownCpu }
  const models: readonly Pass[] = [
    { ...own, name: SIDES.exact, repeats: 100, run: exact.health },
    { ...own, name: SIDES.scan, repeats: 20_000, run: float.scan },
    { ...own, name: SIDES.float, repeats: 20_000, run: float.health },
  ]
  return [
    [...contractPasses(sides), ...models],
    [{ ...own, name: SIDES.mathUtils, repeats: 2, run: mathUtils.health }, ...models],
    [
      { ...own, name: SIDES.blueSdk, repeats: 200, run: blueSdk.health },
      { ...own, name: SIDES.isolated, repeats: 200, run: () => exactHealth(isolated) },
      { ...own, name: SIDES.isolatedScan, repeats: 20_000, run: isolatedFloat.scan },
    ],
  ]
}

function contractPasses({ exact, chain }: Sides): readonly Pass[] {
  const node = { positions: exact.users.length, cpu: chain.cpu }
  const positions = exact.targets.length
  return [
    { ...node, name: SIDES.loop, repeats: 12, run: chain.health },
    { ...node, name: SIDES.multicall, repeats: 12, run: chain.healthMulticall },
    { ...node, name: SIDES.each, repeats: 3, run: chain.healthEach },
    { ...node, positions, name: SIDES.liquidationLoop, repeats: 18, run: chain.liquidate },
    { name: SIDES.liquidation, positions, repeats: 150, cpu: ownCpu, run: exact.liquidate },
    {
      ...node,
      name: SIDES.mined,
      positions: MINED,
      repeats: 1,
      run: () => chain.liquidateMined(MINED),
      after: chain.putBack,
    },
  ]
}
