/** The real contracts on anvil in the same state, and what is timed on them. */
import { startAnvil } from '../../parity/chain/anvil.ts'
import { packageVersion } from '../../parity/chain/artifact.ts'
import type { Backend, Hex, Transaction } from '../../parity/chain/backend.ts'
import { codeHash, prepare, type Site } from '../../parity/chain/deployer.ts'
import { createSession, type Session } from '../../parity/chain/session.ts'
import type { Artifact, CallArg, Deployer, Deployment } from '../../parity/chain/side.ts'
import { formatOp, type Op } from '../../parity/protocol.ts'
import { chain as aave } from '../../parity/protocols/aaveV3/chain.ts'
import { OPENING, RESERVES } from '../../parity/protocols/aaveV3/setup.ts'
import { childCpu } from './cpu.ts'
import { type Aftermath, LIQUIDATOR, PURSE, StepRefusedError, type Target } from './exactSide.ts'
import loop from './loop.json' with { type: 'json' }
import { multicall3Code, parityRequire } from './packages.ts'
import type { Batch, Workload } from './workload.ts'

/** The chain's side: each function is a whole pass over the workload. */
export type ChainSide = {
  /** CPU seconds that the node has used since its start; NaN where the system does not tell. */
  cpu(): number
  /** Health factors of all users: a loop inside one call. */
  health(): Promise<bigint[]>
  /** The same through Multicall3, one call. */
  healthMulticall(): Promise<bigint[]>
  /** The same with one call each. */
  healthEach(): Promise<bigint[]>
  /** All liquidations: a loop inside one call, whose changes the node drops. */
  liquidate(): Promise<void>
  /** The same, and what they leave. */
  aftermath(): Promise<Aftermath>
  /** The first `count` liquidations as transactions with a block each; `putBack` undoes them. */
  liquidateMined(count: number): Promise<void>
  putBack(): Promise<void>
  readonly codeHashes: Readonly<Record<string, string>>
  readonly versions: Readonly<Record<string, string>>
  close(): void
}

const MAX = (1n << 256n) - 1n
const FUNDED_BY_DEPLOYMENT = 8
const PACKAGES = ['@aave/core-v3', '@foundry-rs/anvil-linux-amd64', 'viem']
const { multicall3Abi } = parityRequire('viem') as { multicall3Abi: Artifact['abi'] }
const LOOP: Artifact = {
  name: loop.name,
  abi: loop.abi as Artifact['abi'],
  bytecode: loop.bytecode,
  linkReferences: {},
}
const MULTICALL: Artifact = {
  name: 'Multicall3',
  abi: multicall3Abi,
  bytecode: multicall3Code(),
  linkReferences: {},
}

/** Deploy Aave, do the workload's steps, and stand at its time. @throws {StepRefusedError} */
export async function createChainSide(
  workload: Workload,
  targets: readonly Target[],
): Promise<ChainSide> {
  const backend = await startAnvil()
  try {
    const site = await prepare(backend, workload.users.length, null)
    // Funding an account takes two transactions an asset there; here the others share blocks.
    const users = site.deployer.users.slice(0, FUNDED_BY_DEPLOYMENT)
    const deployment = await aave.deploy({ ...site.deployer, users })
    await deployLiquidators(site.deployer)
    const session = createSession(backend, site.names, deployment.calls)
    await replay(session, [...funding(workload), ...workload.batches])
    const [from, to] = [site.names.address('owner'), site.names.address('zero')]
    await backend.tx({ from, to, data: '0x' }, workload.time)
    return await sideOf(backend, site, deployment, workload, targets)
  } catch (error) {
    backend.close()
    throw error
  }
}

/** The loop, Multicall3, and tokens for those who liquidate: the loop and `owner`. */
async function deployLiquidators(d: Deployer): Promise<void> {
  await d.deploy(LIQUIDATOR, LOOP)
  await d.deploy('multicall', MULTICALL)
  for (const [i, { decimals }] of RESERVES.entries()) {
    const token = `t${i}`
    for (const account of [LIQUIDATOR, 'owner'])
      await d.send({ on: token, call: 'mint', args: [account, PURSE * 10n ** decimals] })
    await d.send({ on: LIQUIDATOR, call: 'approve', args: [token, 'pool'] })
    await d.send({ on: token, call: 'approve', args: ['pool', MAX] })
  }
}

/** What the deployment does for its own users: tokens, and leave for the pool to take them. */
function funding({ users, batches, frozen }: Workload): Batch[] {
  const others = users.slice(FUNDED_BY_DEPLOYMENT)
  const first = batches[0]!.time - BigInt(4 * frozen.reserves.length)
  const found: Batch[] = []
  for (const reserve of frozen.reserves) {
    const asset = `t${reserve}`
    const amount = OPENING * 10n ** RESERVES[reserve]!.decimals
    const mint = others.map(
      (user): Op => ({ kind: 'create', by: user, args: [asset, user, amount] }),
    )
    const allow = others.map((by): Op => ({ kind: 'allow', by, args: [asset, MAX] }))
    for (const ops of [mint, allow]) found.push({ time: first + BigInt(found.length), ops })
  }
  return found
}

async function replay(session: Session, batches: readonly Batch[]): Promise<void> {
  for (const { ops, time } of batches) {
    const answers = await session.block(
      ops.map((op) => ({ op, checks: [] })),
      time,
    )
    answers.forEach(({ result }, i) => {
      if (result.ok) return
      throw new StepRefusedError(`the contract refuses '${formatOp(ops[i]!)}': ${result.reason}`)
    })
  }
}

type Requests = ReturnType<typeof requestsOf>

/** All calls and transactions, encoded once. */
function requestsOf({ names }: Site, users: readonly string[], targets: readonly Target[]) {
  const to = (on: string, call: string, args: readonly CallArg[]): Transaction => ({
    from: names.address('owner'),
    ...names.encode({ on, call, args }),
  })
  const structs = targets.map((target) => ({ ...target }))
  const tokens = RESERVES.map((_, i) => `t${i}`)
  const each = users.map((user) => to('pool', 'getUserAccountData', [user]))
  const bundle = each.map(({ to: target, data: callData }) => ({
    target: target!,
    allowFailure: false,
    callData,
  }))
  return {
    each,
    multicall: to('multicall', 'aggregate3', [bundle]),
    health: to(LIQUIDATOR, 'health', ['pool', users]),
    liquidate: to(LIQUIDATOR, 'liquidate', ['pool', structs]),
    aftermath: to(LIQUIDATOR, 'aftermath', ['pool', structs, tokens]),
    mined: targets.map(({ user, collateral, debt }) =>
      to('pool', 'liquidationCall', [collateral, debt, user, MAX, false]),
    ),
  }
}

async function sideOf(
  backend: Backend,
  site: Site,
  { verified }: Deployment,
  { users, time }: Workload,
  targets: readonly Target[],
): Promise<ChainSide> {
  const requests = requestsOf(site, users, targets)
  let here = await backend.snapshot()
  return {
    cpu: childCpu('anvil'),
    ...readersOf(backend, requests, targets.length),
    async liquidateMined(count) {
      for (const [i, transaction] of requests.mined.slice(0, count).entries()) {
        const { ok } = await backend.tx(transaction, time + BigInt(i + 1))
        if (!ok) throw new StepRefusedError(`the contract refuses liquidation ${i}`)
      }
    },
    async putBack() {
      await backend.revert(here)
      here = await backend.snapshot()
    },
    codeHashes: Object.fromEntries(verified.map((a) => [a.name, codeHash(a)])),
    versions: Object.fromEntries(PACKAGES.map((name) => [name, packageVersion(name)])),
    close: () => backend.close(),
  }
}

type Readers = 'health' | 'healthMulticall' | 'healthEach' | 'liquidate' | 'aftermath'

function readersOf(
  backend: Backend,
  requests: Requests,
  targets: number,
): Pick<ChainSide, Readers> {
  return {
    health: async () => words(await backend.call(requests.health)).slice(2),
    async healthMulticall() {
      // Per result: success, offset, length, six words; the last is the health factor.
      const found = words(await backend.call(requests.multicall))
      return requests.each.map((_, i) => found[2 + requests.each.length + 9 * i + 8]!)
    },
    async healthEach() {
      const found: bigint[] = []
      for (const call of requests.each) found.push(words(await backend.call(call))[5]!)
      return found
    },
    liquidate: async () => void (await backend.call(requests.liquidate)),
    async aftermath() {
      const found = words(await backend.call(requests.aftermath)).slice(2)
      return { accounts: found.slice(0, 6 * targets), purse: found.slice(6 * targets) }
    },
  }
}

function words(answer: Hex): bigint[] {
  const found: bigint[] = []
  for (let at = 2; at < answer.length; at += 64)
    found.push(BigInt(`0x${answer.slice(at, at + 64)}`))
  return found
}
