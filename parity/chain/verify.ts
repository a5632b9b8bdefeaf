import type { ModelSide } from '../protocol.ts'
import { encodeCase, FORMAT, type Trace, type TraceCase } from '../trace.ts'
import { startAnvil } from './anvil.ts'
import { packageVersion } from './artifact.ts'
import type { Backend } from './backend.ts'
import { passingBlocks } from './blocks.ts'
import { compareCheck, countFields } from './compare.ts'
import { type Coverage, createCoverage } from './coverage.ts'
import { codeHash, prepare, type Site, START } from './deployer.ts'
import { type Disagreement, listed, proposing, runCase, type Source, type Timed } from './run.ts'
import { createSession, type Session } from './session.ts'
import { shrink } from './shrink.ts'
import type { ChainSide, Deployment } from './side.ts'
import { createTally, type Tally } from './tally.ts'

/** What to verify, and how much. */
export type Order = {
  readonly seed: string
  readonly operations: number
  readonly users: number
  /** The user's own artifacts, or null. */
  readonly artifacts: string | null
  /** Keep all steps for a trace; a long run does without. */
  readonly trace: boolean
  /** Told after every case. */
  readonly onProgress: (operations: number) => void
}

/** What a verification found. */
export type Verdict = {
  readonly packages: Readonly<Record<string, string>>
  readonly codeHashes: Readonly<Record<string, string>>
  readonly operations: number
  readonly succeeded: number
  readonly reverts: Readonly<Record<string, number>>
  /** Steps of each kind, and how many of them were done. */
  readonly kinds: Readonly<Record<string, readonly [number, number]>>
  readonly fields: number
  readonly getters: { readonly compared: number; readonly called: number; readonly left: number }
  /** Functions that are neither compared nor called, with the reason. */
  readonly left: Readonly<Record<string, string>>
  readonly uncovered: readonly string[]
  readonly failure: Failure | null
  readonly trace: Trace
}

/** A disagreement with the shortest steps that were found to show it; case -1 is the deployment. */
export type Failure = Disagreement & { readonly case: number }

const SHRINK_RUNS = 400

type Stage = {
  readonly backend: Backend
  readonly site: Site
  readonly session: Session
  readonly deployment: Deployment
  readonly coverage: Coverage
}

/** Put the contracts back to their deployment, start the model anew, and run. */
type RunCase = (number: number, source: Source) => ReturnType<typeof runCase>

type Found = {
  readonly tally: Tally
  readonly fields: number
  readonly failure: Failure | null
  readonly reasons: readonly string[]
  readonly cases: readonly TraceCase[]
}

/**
 * Drive a model and the real contracts with the same random steps until they disagree.
 * @throws {NodeStartError | ArtifactError | CallRevertedError} when the contracts cannot be deployed.
 */
export async function verify<Exact>(
  model: ModelSide<Exact>,
  chain: ChainSide,
  exact: Exact,
  order: Order,
): Promise<Verdict> {
  const backend = await startAnvil()
  try {
    const site = await prepare(backend, order.users, order.artifacts)
    const deployment = await chain.deploy(site.deployer)
    await backend.tx(
      { from: site.names.address('owner'), to: site.names.address('zero'), data: '0x' },
      START,
    )
    const coverage = createCoverage(deployment, site.names)
    const { blockTime } = deployment
    const paced = blockTime === undefined ? backend : passingBlocks(backend, blockTime)
    const session = createSession(paced, site.names, coverage.calls)
    const stage = { backend, site, session, deployment, coverage }
    const found = await drive(model, exact, order, stage)
    return verdictOf(model, chain, order, stage, found)
  } finally {
    backend.close()
  }
}

async function drive<Exact>(
  model: ModelSide<Exact>,
  exact: Exact,
  order: Order,
  stage: Stage,
): Promise<Found> {
  const { session, site, deployment, coverage } = stage
  const tally = createTally()
  let failure = await checkConstants(session, site, deployment)
  let fields = failure ? 0 : countFields(deployment.constants)
  for (const { on, get } of deployment.constants) coverage.read(on, get)
  const run = await caseRunner(model, exact, order, stage)
  const cases: TraceCase[] = []
  const reasons: string[] = []
  for (let done = 0; done < order.operations && !failure; done += model.caseLength) {
    const number = done / model.caseLength
    const length = Math.min(model.caseLength, order.operations - done)
    const result = await run(number, proposing(`${order.seed} ${model.name} ${number}`, length))
    tally.add(result.rows)
    for (const { checks } of result.rows) for (const { on, get } of checks) coverage.read(on, get)
    fields += result.fields
    if (order.trace) cases.push(encodeCase(number, result.rows, reasons))
    if (result.failure) failure = await shorten(number, result.failure, run)
    order.onProgress(tally.operations())
  }
  return { tally, fields, failure, reasons, cases }
}

async function caseRunner<Exact>(
  model: ModelSide<Exact>,
  exact: Exact,
  { users }: Order,
  { backend, site, session, deployment: { facts } }: Stage,
): Promise<RunCase> {
  let snapshot = await backend.snapshot()
  return async (number, source) => {
    await backend.revert(snapshot)
    snapshot = await backend.snapshot()
    const simulation = model.create(exact, { users, time: START, number, facts })
    return await runCase(session, site.names, simulation, START, source)
  }
}

function verdictOf(
  { name }: ModelSide<never>,
  chain: ChainSide,
  { seed, users }: Order,
  { deployment: { verified, left, facts }, coverage }: Stage,
  { tally, fields, failure, reasons, cases }: Found,
): Verdict {
  const packages = Object.fromEntries(chain.packages.map((p) => [p, packageVersion(p)]))
  const codeHashes = Object.fromEntries(verified.map((a) => [a.name, codeHash(a)]))
  const texts = Object.fromEntries(Object.entries(facts).map(([key, v]) => [key, `${v}`]))
  const source = { protocol: name, packages, codeHashes, seed, users, start: `${START}` }
  return {
    packages,
    codeHashes,
    operations: tally.operations(),
    succeeded: tally.succeeded(),
    reverts: tally.reverts(),
    kinds: tally.kinds(),
    fields,
    getters: coverage.counts(),
    left,
    uncovered: coverage.missing(),
    failure,
    trace: { format: FORMAT, ...source, facts: texts, reasons, cases },
  }
}

async function checkConstants(
  session: Session,
  { names }: Site,
  { constants }: Deployment,
): Promise<Failure | null> {
  const answers = await session.read(constants)
  const differences = constants.flatMap((check, i) => compareCheck(names, check, answers[i]!))
  return differences.length === 0 ? null : { case: -1, rows: [], differences }
}

async function shorten(number: number, found: Disagreement, run: RunCase): Promise<Failure> {
  let best = found
  const fails = async (list: readonly Timed[]): Promise<readonly Timed[] | null> => {
    const { failure } = await run(number, listed(list))
    if (failure) best = failure
    return failure?.rows ?? null
  }
  // Once as it is: the last step then shows every field, as the stored vector needs.
  const again = await fails(found.rows)
  if (again) await shrink(again, fails, SHRINK_RUNS)
  return { case: number, ...best }
}
