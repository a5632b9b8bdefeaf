import { encodeDeployData, keccak256 } from 'viem'
import { loadArtifact, loadHelper } from './artifact.ts'
import { type Backend, CallRevertedError, type Hex } from './backend.ts'
import { createNames, type Names, program } from './names.ts'
import { reasonOf } from './session.ts'
import type { Artifact, Call, CallArg, Deployer } from './side.ts'
import { compileSources } from './solc.ts'

/** Timestamp of the last block of every deployment, seconds; cases start there. */
export const START = 1_800_000_000n

/** A deployer with the names it has given. */
export type Site = { readonly deployer: Deployer; readonly names: Names }

/**
 * Deploy the harness's own contracts and the actors `admin`, `u0`, `u1`, ...
 * @param folder the user's own artifacts, or null for the packages.
 */
export async function prepare(
  backend: Backend,
  users: number,
  folder: string | null,
): Promise<Site> {
  const names = createNames()
  const accounts = (await backend.rpc('eth_accounts', [])) as Hex[]
  names.add('owner', accounts[0]!)
  const userNames = Array.from({ length: users }, (_, i) => `u${i}`)
  // Every block one second after the last, so that deployments are the same on every machine.
  let now = START - 100_000n
  const clock = (): bigint => ++now
  const deployer: Deployer = {
    users: userNames,
    artifact: (path) => loadArtifact(path, folder),
    compile: (sources) =>
      folder === null ? compileSources(sources) : loadArtifact(`${sources.contract}.json`, folder),
    helper: loadHelper,
    address: names.address,
    at: names.add,
    rpc: backend.rpc,
    deploy: (name, artifact, args, libraries) =>
      create(backend, names, clock(), {
        name,
        artifact,
        args: args ?? [],
        libraries: libraries ?? {},
      }),
    send: (call, by) => send(backend, names, clock(), call, by ?? 'owner'),
    word: (on, get, args) => ask(backend, names, { on, call: get, args: args ?? [] }),
    addressOf: async (on, get, args) => {
      const word = await ask(backend, names, { on, call: get, args: args ?? [] })
      return `0x${word.toString(16).padStart(40, '0')}`
    },
  }
  await deployer.deploy('driver', loadHelper('Driver'))
  names.add('reader', await deployer.addressOf('driver', 'reader'))
  await createActors(backend, names, clock(), ['admin', ...userNames])
  return { deployer, names }
}

async function createActors(
  backend: Backend,
  names: Names,
  time: bigint,
  actors: readonly string[],
): Promise<void> {
  const { to, data } = names.encode({ on: 'driver', call: 'create', args: [BigInt(actors.length)] })
  const { logs } = await backend.tx({ from: names.address('owner'), to, data }, time)
  logs.forEach((log, i) => {
    names.add(actors[i]!, `0x${log.data.slice(26)}`)
  })
}

type Creation = {
  readonly name: string
  readonly artifact: Artifact
  readonly args: readonly CallArg[]
  readonly libraries: Readonly<Record<string, string>>
}

async function create(
  backend: Backend,
  names: Names,
  time: bigint,
  { name, artifact, args, libraries }: Creation,
): Promise<void> {
  const bytecode = link(artifact, (library) => names.address(libraries[library] ?? library))
  const resolved = args.map((a) => (typeof a === 'string' && names.has(a) ? names.address(a) : a))
  const data = encodeDeployData({ abi: artifact.abi, bytecode, args: resolved })
  const from = names.address('owner')
  const receipt = await backend.tx({ from, data }, time)
  if (!receipt.ok || !receipt.contract) {
    throw new CallRevertedError(`the deployment of '${name}' (${artifact.name}) reverted`, '0x')
  }
  names.add(name, receipt.contract, artifact.abi)
}

/** Put the addresses of libraries into creation code. */
function link({ bytecode, linkReferences }: Artifact, address: (library: string) => Hex): Hex {
  let code = bytecode
  for (const libraries of Object.values(linkReferences)) {
    for (const [library, places] of Object.entries(libraries)) {
      for (const { start, length } of places) {
        const at = 2 + 2 * start
        code = code.slice(0, at) + address(library).slice(2) + code.slice(at + 2 * length)
      }
    }
  }
  return code as Hex
}

async function send(
  backend: Backend,
  names: Names,
  time: bigint,
  call: Call,
  by: string,
): Promise<void> {
  const from = names.address('owner')
  const direct = names.encode(call)
  const transaction =
    by === 'owner' ? { from, ...direct } : { from, to: names.address('driver'), data: asActor() }
  const receipt = await backend.tx(transaction, time)
  const refused = by === 'owner' ? !receipt.ok : receipt.logs.at(-1)?.data.slice(2, 4) !== '01'
  if (!refused) return
  let data: Hex = '0x'
  try {
    await backend.call({ from: by === 'owner' ? from : names.address(by), ...direct })
  } catch (cause) {
    if (!(cause instanceof CallRevertedError)) throw cause
    data = cause.data
  }
  const reason = reasonOf(
    data,
    names.abis().flatMap((abi) => abi.filter((e) => e.type === 'error')),
  )
  throw new CallRevertedError(`'${by}' calls ${call.on}.${call.call}: ${reason}`, data)

  function asActor(): Hex {
    const text = program([call], names)
    const length = (text.length / 2).toString(16).padStart(8, '0')
    const gas = (30_000_000).toString(16).padStart(16, '0')
    return `0x${names.address(by).slice(2)}${gas}${length}${text}00000000`
  }
}

async function ask(backend: Backend, names: Names, call: Call): Promise<bigint> {
  const { to, data } = names.encode(call)
  const answer = await backend.call({ from: names.address('owner'), to, data })
  return BigInt(answer.slice(0, 66))
}

/** Hash of a contract's creation code as shipped (library placeholders taken as zeros). */
export function codeHash({ bytecode, linkReferences }: Artifact): Hex {
  return keccak256(link({ name: '', abi: [], bytecode, linkReferences }, () => ZERO))
}

const ZERO: Hex = '0x0000000000000000000000000000000000000000'
