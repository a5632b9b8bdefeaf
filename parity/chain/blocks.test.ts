import { describe, expect, it } from 'vitest'
import type { Backend } from './backend.ts'
import { blocksAfter, passingBlocks } from './blocks.ts'

describe('blocks that pass while a step waits', () => {
  it('are whole ones, and at least the next', () => {
    expect([0n, 1n, 3n, 5n, 6n, 3000n].map((wait) => blocksAfter(wait, 3n))).toEqual([
      1n,
      1n,
      1n,
      1n,
      2n,
      1000n,
    ])
  })

  it('are mined empty before the transaction', async () => {
    const asked: unknown[] = []
    const record = async (...what: unknown[]): Promise<never> => asked.push(what) as never
    const backend = { time: () => 100n, rpc: record, tx: record } as unknown as Backend
    const paced = passingBlocks(backend, 3n)
    const transaction = { from: '0x1', data: '0x' } as const
    await paced.tx(transaction, 102n)
    await paced.tx(transaction, 133n)
    expect(asked).toEqual([
      [transaction, 102n],
      ['anvil_mine', ['0xa', '0x1']],
      [transaction, 133n],
    ])
  })
})
