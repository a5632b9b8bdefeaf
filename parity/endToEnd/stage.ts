import { createPublicClient, custom, type PublicClient } from 'viem'
import { startAnvil } from '../chain/anvil.ts'
import { packageVersion } from '../chain/artifact.ts'
import type { Backend } from '../chain/backend.ts'
import { compareCheck, compareStep, countFields, type Difference } from '../chain/compare.ts'
import { codeHash, prepare, START } from '../chain/deployer.ts'
import type { Names } from '../chain/names.ts'
import { createSession, type Session, type Step } from '../chain/session.ts'
import { loadChain } from '../load.ts'
import { formatOp } from '../protocol.ts'
import { randomOf } from '../random.ts'
import type { Done, Follower } from './check.ts'
import type { EndToEnd, ExactRun, Timed } from './plan.ts'

const STEPS_PER_BLOCK = 100
/** Users that the deployment itself gives tokens and roles. */
const FUNDED_ALONE = 4

/** Thrown when the accounts cannot be opened as planned. */
export class OpeningError extends Error {
  override name = 'OpeningError'
}

/** A protocol deployed on a node, with accounts opened and their state read. */
export type Stage<State> = {
  readonly backend: Backend
  readonly names: Names
  readonly session: Session
  readonly state: State
  /** Steps of the opening, and how many of them the contracts refused. */
  readonly opened: { readonly steps: number; readonly refused: number }
  readonly packages: Readonly<Record<string, string>>
  readonly codeHashes: Readonly<Record<string, string>>
}

/** What a comparison with the contracts gave. */
type Found = { fields: number; readonly differences: Difference[] }

/**
 * Start a node, deploy, open accounts, read the state.
 * @throws {NodeStartError | ArtifactError | OpeningError}
 */
export async function openStage<State>(
  side: EndToEnd<State>,
  { seed, users }: { readonly seed: string; readonly users: number },
): Promise<Stage<State>> {
  const backend = await startAnvil()
  try {
    const { deployer, names } = await prepare(backend, users, null)
    // A transaction per user and token is slow; the others are funded many in a block.
    const first = deployer.users.slice(0, FUNDED_ALONE)
    const chain = await loadChain(side.name)
    const deployment = await chain.deploy({ ...deployer, users: first })
    const session = createSession(backend, names, deployment.calls)
    const others = deployer.users.slice(FUNDED_ALONE).flatMap((user) => side.funding(user))
    const funding = others.map((op): Timed => ({ wait: 0n, op }))
    const random = randomOf(`${seed} end to end ${side.name}`)
    const opening = side.opening(random, deployer.users)
    const opened = await openAccounts(session, [...funding, ...opening])
    const client = clientOf(backend)
    const { number, timestamp } = await client.getBlock()
    const at = { blockNumber: number, time: timestamp }
    const { facts } = deployment
    const reader = { client, names, ...at, users: deployer.users, facts }
    const state = await side.read(reader)
    const packages = Object.fromEntries(chain.packages.map((p) => [p, packageVersion(p)]))
    const codeHashes = Object.fromEntries(deployment.verified.map((a) => [a.name, codeHash(a)]))
    return { backend, names, session, state, opened, packages, codeHashes }
  } catch (error) {
    backend.close()
    throw error
  }
}

async function openAccounts(session: Session, steps: readonly Timed[]) {
  let time = START
  let refused = 0
  for (const { wait, ops } of blocksOf(steps)) {
    time += wait
    const answers = await session.block(
      ops.map((op): Step => ({ op, checks: [] })),
      time,
    )
    for (const [i, { result }] of answers.entries()) {
      if (result.ok) continue
      refused++
      if (process.env.DEBUG) console.error(`${formatOp(ops[i]!)}: ${result.reason}`)
      const { by } = ops[i]!
      if (by === 'admin')
        throw new OpeningError(`'${formatOp(ops[i]!)}' is refused: ${result.reason}`)
    }
  }
  return { steps: steps.length, refused }
}

/** Put steps with the same timestamp into blocks of a bearable size. */
function blocksOf(steps: readonly Timed[]) {
  const blocks: { wait: bigint; ops: Timed['op'][] }[] = []
  for (const { wait, op } of steps) {
    const last = blocks.at(-1)
    if (!last || wait > 0n || last.ops.length >= STEPS_PER_BLOCK)
      blocks.push({ wait: wait > 0n ? wait : 1n, ops: [op] })
    else last.ops.push(op)
  }
  return blocks
}

/** A viem client of the node that the harness has started. */
function clientOf({ rpc }: Backend): PublicClient {
  const request = async ({ method, params }: { method: string; params?: unknown }) =>
    await rpc(method, (params ?? []) as unknown[])
  return createPublicClient({ transport: custom({ request }, { retryCount: 0 }) })
}

/**
 * Let the contracts do what the exact model does, and compare.
 * @param next told as well, of everything.
 * @returns `found` is filled while the course runs.
 */
export function following<State>(
  stage: Stage<State>,
  next: Follower,
): { readonly follower: Follower; readonly found: Found } {
  const found: Found = { fields: 0, differences: [] }
  const follower: Follower = {
    async block(steps, time) {
      await compareBlock(stage, steps, time, found)
      await next.block(steps, time)
    },
    async all(exact, time) {
      await compareAll(stage, exact, time, found)
      await next.all(exact, time)
    },
  }
  return { follower, found }
}

async function compareBlock<State>(
  { session, names }: Stage<State>,
  steps: readonly Done[],
  time: bigint,
  found: Found,
): Promise<void> {
  const answers = await session.block(steps, time)
  steps.forEach(({ checks, result }, i) => {
    found.fields += countFields(checks) + (result.ok ? result.returned.length : 0)
    found.differences.push(...compareStep(names, result, checks, answers[i]!))
  })
}

async function compareAll<State>(
  { backend, session, names }: Stage<State>,
  exact: ExactRun,
  time: bigint,
  found: Found,
): Promise<void> {
  if (time > backend.time()) {
    const [from, to] = [names.address('owner'), names.address('zero')]
    await backend.tx({ from, to, data: '0x' }, time)
  }
  const checks = exact.all()
  const answers = await session.read(checks)
  found.fields += countFields(checks)
  checks.forEach((check, i) => {
    found.differences.push(...compareCheck(names, check, answers[i]!))
  })
}
