import { Agent, request } from 'node:http'
import { type Backend, CallRevertedError, type Hex, RpcError, type Transaction } from './backend.ts'

type Rpc = Backend['rpc']
type RawReceipt = {
  readonly status: Hex
  readonly contractAddress: Hex | null
  readonly logs: readonly { readonly address: Hex; readonly data: Hex }[]
}

// A contract that hits its invalid opcode burns all gas of its step, so a block needs plenty.
const GAS = 1_000_000_000_000n

/**
 * Speak to a node over HTTP.
 * @param onClose called once when the backend is closed.
 */
export async function connect(url: string, onClose: () => void): Promise<Backend> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 })
  const rpc = rpcOf(url, agent)
  let now = 0n
  return {
    rpc,
    time: () => now,
    async tx(transaction, time) {
      await rpc('evm_setNextBlockTimestamp', [hex(time)])
      // The plain form answers before the block is mined, and asking again is slow.
      const raw = (await rpc('eth_sendTransactionSync', [encode(transaction)])) as RawReceipt
      now = time
      return { ok: raw.status === '0x1', contract: raw.contractAddress, logs: raw.logs }
    },
    async call(transaction) {
      try {
        return (await rpc('eth_call', [encode(transaction), 'latest'])) as Hex
      } catch (cause) {
        if (!(cause instanceof RpcError)) throw cause
        const data = typeof cause.data === 'string' ? (cause.data as Hex) : '0x'
        throw new CallRevertedError(cause.message, data)
      }
    },
    snapshot: async () => (await rpc('evm_snapshot', [])) as Hex,
    async revert(id) {
      if ((await rpc('evm_revert', [id])) !== true)
        throw new RpcError(`no snapshot '${id}'`, undefined)
      const block = (await rpc('eth_getBlockByNumber', ['latest', false])) as { timestamp: Hex }
      now = BigInt(block.timestamp)
    },
    close() {
      agent.destroy()
      onClose()
    },
  }
}

function encode({ from, to, data, value, gas }: Transaction): Record<string, string> {
  return {
    from,
    data,
    ...(to === undefined ? {} : { to }),
    value: hex(value ?? 0n),
    gas: hex(gas ?? GAS),
    gasPrice: '0x0',
  }
}

function hex(value: bigint): Hex {
  return `0x${value.toString(16)}`
}

function rpcOf(url: string, agent: Agent): Rpc {
  let id = 0
  return async (method, params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: id++, method, params })
    const answer = JSON.parse(await post(url, agent, body)) as {
      result?: unknown
      error?: { message: string; data?: unknown }
    }
    if (answer.error) throw new RpcError(`${method}: ${answer.error.message}`, answer.error.data)
    return answer.result
  }
}

function post(url: string, agent: Agent, body: string): Promise<string> {
  return new Promise((done, failed) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    }
    const call = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => done(Buffer.concat(chunks).toString('utf8')))
      response.on('error', failed)
    })
    call.on('error', failed)
    call.end(body)
  })
}
