import type { Backend, Transaction } from './backend.ts'

/**
 * Let blocks pass while steps wait, for protocols that count blocks: a transaction after n seconds is in
 * the block n / blockTime after the last one, rounded down, but at least the next.
 * @param blockTime seconds, at least 2: empty blocks are one second apart.
 */
export function passingBlocks(backend: Backend, blockTime: bigint): Backend {
  return {
    ...backend,
    async tx(transaction: Transaction, time: bigint) {
      const empty = blocksAfter(time - backend.time(), blockTime) - 1n
      if (empty > 0n) await backend.rpc('anvil_mine', [`0x${empty.toString(16)}`, '0x1'])
      return await backend.tx(transaction, time)
    },
  }
}

/** Number of blocks that a wait takes; a model counts with it as well. */
export function blocksAfter(wait: bigint, blockTime: bigint): bigint {
  const blocks = wait / blockTime
  return blocks > 1n ? blocks : 1n
}
