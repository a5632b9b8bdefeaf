/** Hexadecimal bytes with 0x in front. */
export type Hex = `0x${string}`

/** What was mined for a transaction. */
export type Receipt = {
  readonly ok: boolean
  readonly contract: Hex | null
  readonly logs: readonly { readonly address: Hex; readonly data: Hex }[]
}

/** A transaction; no gas price, no nonce: the backend funds and orders it. */
export type Transaction = {
  readonly from: Hex
  readonly to?: Hex
  readonly data: Hex
  readonly value?: bigint
  readonly gas?: bigint
}

/** A chain that executes real bytecode, whatever engine runs it. */
export type Backend = {
  /** Mine one transaction in a block of its own at a timestamp (seconds), later than the last. */
  tx(transaction: Transaction, time: bigint): Promise<Receipt>
  /** Execute on the last block without changing it. @throws {CallRevertedError} when it reverts. */
  call(transaction: Transaction): Promise<Hex>
  /** Remember the present state. */
  snapshot(): Promise<Hex>
  /** Put a remembered state back; it is forgotten by that. */
  revert(id: Hex): Promise<void>
  /** Timestamp of the last block, seconds. */
  time(): bigint
  /** Ask the engine something of its own. @throws {RpcError} when it refuses. */
  rpc(method: string, params: readonly unknown[]): Promise<unknown>
  close(): void
}

/** Thrown when the node refuses a request. */
export class RpcError extends Error {
  override name = 'RpcError'
  readonly data: unknown
  constructor(message: string, data: unknown) {
    super(message)
    this.data = data
  }
}

/** Thrown when a call or a deployment reverts; `data` holds what it reverted with. */
export class CallRevertedError extends Error {
  override name = 'CallRevertedError'
  readonly data: Hex
  constructor(message: string, data: Hex) {
    super(message)
    this.data = data
  }
}
