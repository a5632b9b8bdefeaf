/** What the chain's side of a protocol gives to the harness: `parity/protocols/<name>/chain.ts`. */
import type { Abi } from 'viem'
import type { Arg, Check, Op } from '../protocol.ts'
import type { Hex } from './backend.ts'

/** An argument of a call. Names of accounts and contracts become addresses, 0x bytes stay. */
export type CallArg =
  | bigint
  | number
  | boolean
  | string
  | Callback
  | readonly CallArg[]
  | { readonly [field: string]: CallArg }

/** A call of a function of a deployed contract; `call` may be a signature where a name is overloaded. */
export type Call = {
  readonly on: string
  readonly call: string
  readonly args: readonly CallArg[]
  readonly value?: bigint
}

/** Pay the contract that called back: the token, and the word of the callback's arguments that it asks for. */
export type Pay = { readonly pay: string; readonly word: number }

/** Bytes that a protocol hands to its callback, upon which the actor makes these calls. */
export type Callback = { readonly callback: readonly (Call | Pay)[] }

/** Compiled contract as a package ships it. */
export type Artifact = {
  readonly name: string
  readonly abi: Abi
  /** Creation code, with 0x; libraries to link appear as placeholders. */
  readonly bytecode: string
  readonly linkReferences: Readonly<
    Record<string, Readonly<Record<string, readonly { start: number; length: number }[]>>>
  >
}

/** A contract that its package ships as source only. */
export type Sources = {
  /** npm name of the compiler in parity/package.json (`solc-0.8.19`). */
  readonly compiler: string
  /** Package that holds the sources. */
  readonly root: string
  /** Source file within the package (`src/Morpho.sol`). */
  readonly entry: string
  readonly contract: string
  /** Compiler settings without the output selection. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Where imports with a prefix lie, relative to node_modules. */
  readonly prefixes?: Readonly<Record<string, string>>
}

/** What a protocol's deployment uses. */
export type Deployer = {
  /** Names of the user accounts. */
  readonly users: readonly string[]
  /**
   * Load an artifact by package path (`@uniswap/v2-core/build/UniswapV2Pair.json`), or the file of
   * the same name under `--artifacts DIR`. @throws {ArtifactError}
   */
  artifact(path: string): Artifact
  /** Compile a contract once, or take its artifact from `--artifacts DIR`. @throws {ArtifactError} */
  compile(sources: Sources): Artifact
  /** Load one of the harness's own contracts: Token, Feed. */
  helper(name: string): Artifact
  /**
   * Deploy under a name; constructor arguments as in `Call`.
   * @param libraries names of deployed libraries by the name that the artifact links.
   */
  deploy(
    name: string,
    artifact: Artifact,
    args?: readonly CallArg[],
    libraries?: Readonly<Record<string, string>>,
  ): Promise<void>
  /** Give a name to a contract that another one deployed. */
  at(name: string, address: Hex, abi: Abi): void
  /** Call as the externally owned `owner`, or as an actor (`admin`, `u0`). @throws {CallRevertedError} */
  send(call: Call, by?: string): Promise<void>
  /** Ask a getter; the first word of its answer. */
  word(on: string, get: string, args?: readonly Arg[]): Promise<bigint>
  /** Ask a getter that answers an address. */
  addressOf(on: string, get: string, args?: readonly Arg[]): Promise<Hex>
  /** Address of a name. @throws {UnknownNameError} */
  address(name: string): Hex
  /** Ask the engine (anvil_setBalance, ...). */
  rpc(method: string, params: readonly unknown[]): Promise<unknown>
}

/** A protocol as deployed. */
export type Deployment = {
  /** Contracts whose creation code is the evidence; their keccak goes into the ledger. */
  readonly verified: readonly Artifact[]
  /** The calls of a step, made by its account; the last one's return value is compared. */
  calls(op: Op): readonly Call[]
  /** Seconds per block for protocols that count blocks (see chain/blocks.ts); else a block per wait. */
  readonly blockTime?: bigint
  /** What the model must know about the deployment. */
  readonly facts: Readonly<Record<string, bigint>>
  /** Getters that never change, compared once. */
  readonly constants: readonly Check[]
  /** Contracts whose whole ABI must be covered. */
  readonly covered: readonly string[]
  /** Functions of covered contracts that are neither compared nor called, with the reason. */
  readonly left: Readonly<Record<string, string>>
}

export type ChainSide = {
  /** npm packages that the code comes from; versions are read from the lockfile. */
  readonly packages: readonly string[]
  deploy(deployer: Deployer): Promise<Deployment>
}
