import { describe, expect, it } from 'vitest'
import { accounts } from './accounts.ts'
import { loadWith, memoryFiles } from './testing.ts'

async function tableOf(list: readonly unknown[]): Promise<unknown> {
  const loaded = await loadWith(accounts, { accounts: list }, memoryFiles({}))
  return loaded.outputs.positions
}

describe('accounts that a scenario states', () => {
  it('share what is stated for them, and keep amounts of 0', async () => {
    const table = await tableOf([
      { name: 'supplier', n: 3, collateral: [{ asset: 'WETH', amount: 30 }], debt: [] },
      {
        name: 'attacker',
        n: 1,
        collateral: [{ asset: 'X', amount: 0 }],
        debt: [{ asset: 'WETH', amount: 0 }],
      },
    ])
    expect(table).toMatchObject({
      accounts: ['supplier.0', 'supplier.1', 'supplier.2', 'attacker'],
      assets: ['WETH', 'X'],
      start: Int32Array.of(0, 1, 2, 3, 5),
      asset: Int32Array.of(0, 0, 0, 1, 0),
      debt: Uint8Array.of(0, 0, 0, 0, 1),
      amount: Float64Array.of(10, 10, 10, 0, 0),
    })
  })

  it('may be none', async () => {
    expect(await tableOf([{ name: 'nobody', n: 0, collateral: [], debt: [] }])).toMatchObject({
      accounts: [],
    })
  })
})
