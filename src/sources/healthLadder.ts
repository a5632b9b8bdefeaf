import { fraction, type Loaded, number, type ParamsOf, text, usd } from '../world/index.ts'
import { createPositions } from './positions.ts'
import { quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  accounts: number('number of accounts', 'accounts', {
    default: 100,
    min: 1,
    max: 1e7,
    integer: true,
  }),
  lowest: number('health factor below all accounts', 'ratio', { default: 1, min: 1e-6 }),
  highest: number('health factor above all accounts', 'ratio', { default: 1.2, min: 1e-6 }),
  collateral: number('collateral of each account', 'whole tokens', { default: 1, min: 0 }),
  collateralAsset: text('collateral asset'),
  debtAsset: text('asset owed'),
  rate: number('price of the collateral', 'debt asset per asset', { min: 1e-12 }),
  threshold: fraction('threshold that the health factors refer to'),
  category: number('eMode of all accounts; 0 = none', 'category', {
    default: 0,
    min: 0,
    integer: true,
  }),
  debtPrice: usd('price of the debt asset', { default: 1 }),
}

type Given = ParamsOf<typeof params>

function check({ lowest, highest, collateralAsset, debtAsset }: Given): void {
  if (collateralAsset === debtAsset)
    throw new SourceError([
      `healthLadder: collateralAsset and debtAsset are both ${quoted(debtAsset)}; use two assets`,
    ])
  if (!(highest > lowest))
    throw new SourceError([
      `healthLadder: highest ${highest} is not above lowest ${lowest}; swap or change them`,
    ])
}

function load(given: Given): Loaded {
  check(given)
  const { accounts: n, lowest, highest, collateral, rate, threshold } = given
  const into = createPositions()
  for (let k = 0; k < n; k++) {
    const health = lowest + ((highest - lowest) * (k + 0.5)) / n
    into.account(`${k}`)
    into.collateral(given.collateralAsset, collateral)
    into.debt(given.debtAsset, (collateral * rate * threshold) / health)
  }
  const table = into.table()
  const { category, debtPrice } = given
  return {
    outputs: {
      positions: category === 0 ? table : { ...table, category: new Int32Array(n).fill(category) },
      prices: { [given.collateralAsset]: rate * debtPrice, [given.debtAsset]: debtPrice },
    },
    data: [],
    leftOut: [],
    assumptions: [],
    facts: [{ name: 'accounts', value: n, unit: 'accounts' }],
  }
}

/** Accounts of one size whose health factors lie evenly between two bounds, in the middle of equal steps. */
export const healthLadder: Source = source({
  kind: 'healthLadder',
  doc: 'equal accounts of one collateral and one debt, with health factors spread evenly',
  params,
  outputs: {
    positions: 'the accounts, in whole tokens, by rising health factor',
    prices: 'asset -> USD per whole token',
  },
  load,
})
