/** Health and liquidation of the same Aave accounts: contracts on anvil, packages, and the models. */
import { type ChainSide, createChainSide } from '../parity/chainSide.ts'
import { ownCpu } from '../parity/cpu.ts'
import { createExactSide, type ExactSide } from '../parity/exactSide.ts'
import { createFloatSide } from '../parity/floatSide.ts'
import { createIsolatedFloat, exactHealth, foldAccounts } from '../parity/isolated.ts'
import type { Pass } from '../parity/passes.ts'
import { createBlueSdk, createMathUtils } from '../parity/peers.ts'
import { readRecorded } from '../parity/recorded.ts'
import { loadWorkload } from '../parity/workload.ts'
import type { Pair } from './report.ts'

/** Sides that are timed in turn, pairs of them that are reported, and how to end. */
export type Group = {
  readonly passes: readonly Pass[]
  readonly pairs: readonly Pair[]
  close(): void
}

/** Thrown when a peer and a model do not answer the same. */
export class PeerDisagreementError extends Error {
  override readonly name = 'PeerDisagreementError'
}

const MINED = 20
const WAD = 10n ** 18n
const EXACT = 'exact Aave: health factor'
const SCAN = 'float Aave: scan for health factors below 1'
const FLOAT = 'float Aave: health factors as numbers'
const LOOP = 'anvil, Aave v3: health factor, Solidity loop in one call'
const MULTICALL = 'anvil, Aave v3: health factor, Multicall3 in one call'
const EACH = 'anvil, Aave v3: health factor, one call each'
const LIQUIDATION_LOOP = 'anvil, Aave v3: liquidation, Solidity loop in one call'
const MINED_EACH = 'anvil, Aave v3: liquidation, a transaction and automined block each'
const LIQUIDATION = 'exact Aave: liquidation, taken back'
const MATH_UTILS = '@aave/math-utils: formatUserSummary'
const BLUE_SDK = '@morpho-org/blue-sdk: getHealthFactor (AccrualPosition.healthFactor)'
const ISOLATED = 'exact Morpho Blue: health factor'
const ISOLATED_SCAN = 'float Morpho Blue: scan for health factors below 1'

function mustEqual(what: string, found: readonly unknown[], expected: readonly string[]): void {
  const at = expected.findIndex((value, i) => `${found[i]}` !== value)
  if (at < 0 && found.length === expected.length) return
  throw new PeerDisagreementError(
    `${what}: answer ${at} is ${found[at]}, expected ${expected[at]}; run "npm run bench parity", which looks closer`,
  )
}

/** Largest relative difference to health factors in wads. */
function gapOf(found: ArrayLike<number>, wads: readonly bigint[]): number {
  return Math.max(...wads.map((wad, i) => Math.abs(found[i]! / (Number(wad) / 1e18) - 1)))
}

function mustBeWithin(what: string, gap: number, most: number): string {
  if (!(gap <= most))
    throw new PeerDisagreementError(`${what}: off by ${gap}, at most ${most} is allowed`)
  return `within ${gap.toExponential(1)} (allowed ${most.toExponential(0)})`
}

/** Allowed for models that keep decimals which the contract cuts to basis points. */
const BASIS_POINTS = 2e-4

function contractPasses(chain: ChainSide, exact: ExactSide): readonly Pass[] {
  const node = { positions: exact.users.length, cpu: chain.cpu }
  const positions = exact.targets.length
  return [
    { ...node, name: LOOP, repeats: 8, run: chain.health },
    { ...node, name: MULTICALL, repeats: 8, run: chain.healthMulticall },
    { ...node, name: EACH, repeats: 2, run: chain.healthEach },
    { ...node, positions, name: LIQUIDATION_LOOP, repeats: 12, run: chain.liquidate },
    {
      ...node,
      name: MINED_EACH,
      positions: MINED,
      repeats: 1,
      run: () => chain.liquidateMined(MINED),
      after: chain.putBack,
    },
    { name: LIQUIDATION, positions, repeats: 100, cpu: ownCpu, run: exact.liquidate },
  ]
}

/** Open all sides and check that they agree, before anything is timed. */
export async function openLending(): Promise<readonly Group[]> {
  const workload = loadWorkload()
  const exact = createExactSide(workload)
  const float = createFloatSide(exact)
  const isolated = foldAccounts(exact)
  const isolatedFloat = createIsolatedFloat(isolated, exact)
  const mathUtils = createMathUtils(exact)
  const blueSdk = await createBlueSdk(isolated)
  const chain = await createChainSide(workload, exact.targets)
  const recorded = readRecorded()
  const health = exact.health()
  mustEqual(LOOP, await chain.health(), recorded.health)
  mustEqual(MULTICALL, await chain.healthMulticall(), recorded.health)
  mustEqual(EXACT, health, recorded.health)
  const after = exact.aftermath()
  mustEqual(
    LIQUIDATION,
    [...after.accounts, ...after.purse],
    [...recorded.accounts, ...recorded.purse],
  )
  mustEqual(BLUE_SDK, blueSdk.health(), exactHealth(isolated).map(String))
  float.health()
  const below = health.flatMap((value, row) => (value < WAD ? [`${row}`] : []))
  mustEqual(SCAN, [...float.found.subarray(0, float.scan())], below)
  isolatedFloat.health()
  const byFloat = mustBeWithin(FLOAT, gapOf(float.healths, health), BASIS_POINTS)
  const utils = mathUtils.health().map(Number)
  const byUtils = mustBeWithin(MATH_UTILS, gapOf(utils, health), BASIS_POINTS)
  const folded = gapOf(isolatedFloat.healths, exactHealth(isolated))
  const byIsolated = mustBeWithin(ISOLATED_SCAN, folded, 1e-8)
  const same = 'same integers'
  const own = { positions: exact.users.length, cpu: ownCpu }
  const models: readonly Pass[] = [
    { ...own, name: EXACT, repeats: 60, run: exact.health },
    { ...own, name: SCAN, repeats: 10_000, run: float.scan },
    { ...own, name: FLOAT, repeats: 10_000, run: float.health },
  ]
  return [
    {
      passes: [...contractPasses(chain, exact), ...models],
      pairs: [
        { peer: LOOP, own: EXACT, agreement: same },
        { peer: LOOP, own: SCAN, agreement: `same accounts; ${byFloat}` },
        { peer: MULTICALL, own: EXACT, agreement: same },
        { peer: MULTICALL, own: SCAN, agreement: `same accounts; ${byFloat}` },
        { peer: EACH, own: EXACT, agreement: same },
        { peer: LIQUIDATION_LOOP, own: LIQUIDATION, agreement: same },
        { peer: MINED_EACH, own: LIQUIDATION, agreement: same },
      ],
      close: chain.close,
    },
    {
      passes: [{ ...own, name: MATH_UTILS, repeats: 2, run: mathUtils.health }, ...models],
      pairs: [
        { peer: MATH_UTILS, own: EXACT, agreement: byUtils },
        { peer: MATH_UTILS, own: FLOAT, agreement: byUtils },
      ],
      close: () => {},
    },
    {
      passes: [
        { ...own, name: BLUE_SDK, repeats: 150, run: blueSdk.health },
        { ...own, name: ISOLATED, repeats: 150, run: () => exactHealth(isolated) },
        { ...own, name: ISOLATED_SCAN, repeats: 10_000, run: isolatedFloat.scan },
      ],
      pairs: [
        { peer: BLUE_SDK, own: ISOLATED, agreement: same },
        { peer: BLUE_SDK, own: ISOLATED_SCAN, agreement: byIsolated },
      ],
      close: () => {},
    },
  ]
}
