import { expect, it } from 'vitest'
import { layOut } from './layout.ts'

/** Lay one account each on some assets out over markets of others. */
const open = (on: readonly string[], ...markets: readonly string[]) => {
  const table = {
    ...{ accounts: on, assets: on, start: Int32Array.from({ length: on.length + 1 }, (_, k) => k) },
    ...{ asset: Int32Array.from(on, (_, k) => k), debt: new Uint8Array(on.length) },
    ...{ amount: new Float64Array(on.length).fill(1), threshold: new Float64Array(on.length) },
  }
  const assets = markets.map((name) => ({
    name,
    decimals: 18,
    price: 1,
    kind: 'volatile' as const,
  }))
  const ground = { asset: markets.map((_, k) => k), openingRate: markets.map(() => 1) }
  return () => layOut(table, assets, { ...ground, threshold: () => 0.8 })
}

it('an account on a member of a group that is none is remedied by the count of the asset', () => {
  expect(open(['X.0', 'X.1', 'X.2'], 'X')).toThrow(
    'no market for "X.0"; give the asset "X" a count of 3, as many as there are accounts on it',
  )
  expect(open(['X.0', 'X.1', 'X.2'], 'X.0', 'X.1')).toThrow(
    'no market for "X.2"; give the asset "X" a count of 3',
  )
})

it('an account on a group itself is remedied by as many accounts', () => {
  expect(open(['X'], 'X.0', 'X.1')).toThrow(
    'no market for "X"; "X" is a group of 2 assets: make 2 accounts on it, or take away its count',
  )
})

it('any other asset is missing among the markets', () => {
  expect(open(['Y'], 'X')).toThrow('no market for "Y"; add it to markets')
  expect(open(['Y.5'], 'X.0')).toThrow('no market for "Y.5"; add it to markets')
})
