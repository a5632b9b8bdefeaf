import { fraction, type Loaded, number, type ParamsOf, text } from '../world/index.ts'
import { createPositions } from './positions.ts'
import { quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  n: number('number of accounts', 'accounts', { default: 1, min: 1, max: 1e7, integer: true }),
  group: text('collateral asset, or the group whose members <group>.0 ... are one per account'),
  collateral: number('collateral of each account', 'whole tokens', { default: 1, min: 0 }),
  debtAsset: text('asset owed', 'USDC'),
  debt: number('debt of each account', 'whole tokens', { default: 0, min: 0 }),
  healthFactor: number(
    'health factor of each account at the start, instead of debt; 0: use debt',
    'ratio',
    { default: 0, min: 0 },
  ),
  threshold: fraction('threshold that healthFactor refers to', { default: 1 }),
  price: number('price of the collateral, for healthFactor', 'debt asset per asset', {
    default: 1,
    min: 0,
  }),
}

/** Names of the members of a group of n assets; one member bears the group's own name. */
export function groupMembers(group: string, n: number): readonly string[] {
  return n === 1 ? [group] : Array.from({ length: n }, (_, i) => `${group}.${i}`)
}

function debtOf(given: ParamsOf<typeof params>): number {
  const { healthFactor, collateral, price, threshold } = given
  if (healthFactor === 0) return given.debt
  return (collateral * price * threshold) / healthFactor
}

function load(given: ParamsOf<typeof params>): Loaded {
  const { n, group, debtAsset, collateral } = given
  const debt = debtOf(given)
  if (group === debtAsset)
    throw new SourceError([
      `identicalPositions: group and debtAsset are both ${quoted(group)}; use two assets`,
    ])
  const into = createPositions()
  const assets = groupMembers(group, n)
  assets.forEach((asset, i) => {
    into.account(`${i}`)
    into.collateral(asset, collateral)
    into.debt(debtAsset, debt)
  })
  return {
    outputs: { positions: into.table(), assets },
    data: [],
    leftOut: [],
    assumptions: [],
    facts: [{ name: 'accounts', value: n, unit: 'accounts' }],
  }
}

/** The same account n times, each on a collateral asset of its own; the market's threshold applies. */
export const identicalPositions: Source = source({
  kind: 'identicalPositions',
  doc: 'n equal accounts, each with its own collateral asset of a group',
  params,
  outputs: {
    positions: 'the accounts, in whole tokens',
    assets: 'names of the collateral assets, in account order',
  },
  load,
})
