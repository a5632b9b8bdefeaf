import { type Loaded, list, number, type ParamsOf, record, text } from '../world/index.ts'
import { createPositions } from './positions.ts'
import { type Source, source } from './source.ts'

const entry = (what: string) =>
  list(
    what,
    record('one asset', { asset: text('name'), amount: number('amount', 'tokens', { min: 0 }) }),
    { default: [] },
  )

const params = {
  accounts: list(
    'the accounts',
    record('one account, or several that share alike', {
      name: text('name; several are numbered name.0, name.1, ...'),
      n: number('how many share it', 'accounts', { default: 1, min: 0, max: 1e6, integer: true }),
      collateral: entry('what they have supplied together; 0 = may supply it later'),
      debt: entry('what they owe together; 0 = may borrow it later'),
    }),
  ),
}

function load({ accounts }: ParamsOf<typeof params>): Loaded {
  const into = createPositions()
  let rows = 0
  for (const { name, n, collateral, debt } of accounts)
    for (let i = 0; i < n; i++, rows++) {
      into.account(n === 1 ? name : `${name}.${i}`)
      for (const { asset, amount } of collateral) into.collateral(asset, amount / n)
      for (const { asset, amount } of debt) into.debt(asset, amount / n)
    }
  return {
    outputs: { positions: into.table() },
    data: [],
    leftOut: [],
    assumptions: [],
    facts: [{ name: 'accounts', value: rows, unit: 'accounts' }],
  }
}

/** Accounts that a scenario states itself, by name; amounts may be zero. */
export const accounts: Source = source({
  kind: 'accounts',
  doc: 'accounts as the scenario states them, in whole tokens; amounts may be 0',
  params,
  outputs: { positions: 'the accounts, in whole tokens' },
  load,
})
