import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { modelConformance, stepWorld } from '../../../test/conformance/model.ts'
import { buildWorld } from '../../engine/index.ts'
import { arranged, type Model, type World } from '../../world/index.ts'
import { aaveV3, compoundV2 } from '../lending/index.ts'
import {
  type Account,
  aaveWorld,
  type LendingWorld,
  lendingWorld,
} from '../lending/testWorld.conformance.ts'
import { isolation } from './isolation.ts'

/** The world of one lender with its cells in its place, and the cash that the pool had. */
function apart({ world }: LendingWorld, lender: Model): World {
  const own = { lenders: ['lender'], closingCost: 0.01, outcome: [] }
  const control = { name: 'cells', kind: isolation.kind, chain: 'chain', params: own }
  const spec = { ...world.spec, instances: [...world.spec.instances, control] }
  const models = [...new Set([...world.instances.map(({ model }) => model), lender, isolation])]
  const made = arranged(spec, models)
  expect(arranged(made, models)).toEqual(made)
  return buildWorld(made, models, { seed: 1, checked: true })
}

const amount = fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 100, noNaN: true }))
const some = fc.record({ ETH: amount, WBTC: amount, USDC: amount }, { requiredKeys: [] })
const accounts = fc.array(fc.record({ collateral: some, debt: some }), {
  minLength: 1,
  maxLength: 8,
})

const KINDS: readonly (readonly [string, Model, (accounts: Account[]) => LendingWorld])[] = [
  [
    'Compound v2',
    compoundV2,
    (list) => lendingWorld({ accounts: list, markets: { ETH: { cash: 1e3, reserves: 5 } } }),
  ],
  ['Aave v2', aaveV3, (list) => aaveWorld({ accounts: list, rules: 'v2' })],
  ['Aave v3.3', aaveV3, (list) => aaveWorld({ accounts: list, rules: 'v3.3' })],
]

describe.each(KINDS)('cells of %s', (_, model, make) => {
  it('can pay all that their rows hold, whatever the pool, and take one collateral each', () => {
    fc.assert(
      fc.property(accounts, (list) => {
        const pool = make(list)
        const world = apart(pool, model)
        const cells = world.all('lender')
        const owes = list.some(({ debt }) => Object.keys(debt).length > 0)
        if (!owes) {
          expect(cells.map(({ name }) => name)).toEqual(['lender'])
          return
        }
        for (const { name, instance } of cells) {
          const lender = instance.ports!.lender!
          const values = lender.coordinates()
          for (let row = 0; row < lender.book.rows; row++) {
            const { start, count, coordinate, amount: amounts } = lender.book
            for (let k = start[row]!; k < start[row]! + count[row]!; k++) {
              const c = coordinate[k]!
              const asset = world.spec.assets[lender.assetOf(c)]!.name
              const counts = lender.liability[c] === 0 && amounts[k]! * values[c]! > 0
              if (counts) expect(name).toBe(`lender.${asset}`)
            }
          }
        }
        stepWorld(world, 2)
      }),
      { seed: 41, numRuns: 40, examples: [[[{ collateral: {}, debt: {} }]]] },
    )
  })
})

it('keeps what an eMode lets an account owe', () => {
  const eModes = [{ category: 1, ltv: 0.9, liquidationThreshold: 0.93, liquidationBonus: 0.01 }]
  const reserves = { ETH: { eMode: 1 }, WBTC: { eMode: 1 } }
  const account = { collateral: { WBTC: 1, ETH: 5 }, debt: { USDC: 20_000 }, category: 1 }
  const other = { collateral: { ETH: 10 }, debt: { USDC: 1000 } }
  const world = apart(aaveWorld({ accounts: [account, other], eModes, reserves }), aaveV3)
  const lender = world.port('lender', 'lender.WBTC')
  const { book } = lender
  const values = lender.coordinates()
  const weighted = book.amount[0]! * values[book.coordinate[0]!]!
  const owed = -book.amount[1]! * values[book.coordinate[1]!]!
  expect(weighted).toBeCloseTo(30_000 * 0.93, 6)
  expect(weighted / owed).toBeCloseTo((40_000 * 0.93) / 20_000, 9)
})

modelConformance(
  'cells in the place of a pool',
  () =>
    apart(lendingWorld({ accounts: [{ collateral: { ETH: 1 }, debt: { USDC: 1 } }] }), compoundV2),
  { isRandom: false },
)
