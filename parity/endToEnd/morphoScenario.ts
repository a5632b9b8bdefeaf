import { MARKETS } from '../protocols/morphoBlue/markets.ts'
import { type MarketState, type MorphoState, morphoWorld } from './morphoState.ts'
import type { Files, Move } from './plan.ts'
import { bookOf, head, instances, type Row } from './scenario.ts'
import { toText, toWhole } from './units.ts'

const DECIMALS: Readonly<Record<string, number>> = { loan: 6, coll: 18 }
const WAD_DIGITS = 18
const YEAR = 365 * 86_400
/** An oracle's answer has 36 digits beyond the difference of the tokens' decimals. */
const ORACLE_DIGITS = 36

/** Decimals of a token of the deployment. */
export function decimalsOf(token: string): number {
  return DECIMALS[token]!
}

/** Write the state as a scenario of `lending/morphoBlue`, an instance a market, and their positions. */
export function morphoScenario(state: MorphoState, shock: readonly Move[]): Files {
  // The dollar market's oracle states the collateral in dollars; the dollar itself is worth one.
  const { feed0 } = state.prices
  const prices = [
    ['loan', '1'],
    ['coll', toText(feed0!, digits('m0'))],
  ] as const
  const books = state.markets.map(({ name }) => [name, 'morphoBlue.csv'] as const)
  const lenders = state.markets.map((m) => [m.name, lender(m)] as const)
  const moves = shock
    .filter(({ source }) => source === 'feed0')
    .map((move): Move => ({ ...move, source: 'coll' }))
  const lines = [
    ...head('morpho-blue-read-from-chain', prices, books),
    ...instances(lenders, moves),
  ]
  const rows = state.markets.flatMap((market) => rowsOf(state, market))
  return { 'morphoBlue.yaml': `${lines.join('\n')}\n`, 'morphoBlue.csv': bookOf(rows) }
}

/** Digits of the price of one whole collateral token in whole loan tokens. */
function digits(market: string): number {
  const { loanToken, collateralToken } = MARKETS[market]!
  return ORACLE_DIGITS + decimalsOf(loanToken) - decimalsOf(collateralToken)
}

function lender(market: MarketState): string[] {
  const { name, params, fee, rateAtTarget, totalSupplyAssets, totalBorrowAssets } = market
  const decimals = decimalsOf(params.loanToken)
  const hasCurve = params.irm !== 'zero'
  return [
    '    kind: lending/morphoBlue',
    '    oracle: market',
    `    positions: '@${name}.positions'`,
    `    loanAsset: ${params.loanToken}`,
    `    collateralAsset: ${params.collateralToken}`,
    `    lltv: ${toText(params.lltv, WAD_DIGITS)}`,
    `    fee: ${toText(fee, WAD_DIGITS)}`,
    `    cash: ${toText(totalSupplyAssets - totalBorrowAssets, decimals)}`,
    `    unit: ${toText(1n, decimals)}`,
    `    irm: ${hasCurve ? 'adaptiveCurve' : 'none'}`,
    ...(hasCurve ? [`    rateAtTarget: ${toWhole(rateAtTarget, WAD_DIGITS) * YEAR}`] : []),
  ]
}

/** Debts rounded up and supplies rounded down, as the contract counts them. */
function rowsOf(state: MorphoState, { name, params }: MarketState): Row[] {
  const w = morphoWorld(state)
  const market = w.morpho.markets.get(name)!
  const [loan, held] = [decimalsOf(params.loanToken), decimalsOf(params.collateralToken)]
  return state.users.flatMap((account): Row[] => {
    const position = market.positions.get(account)
    if (!position) return []
    const { borrowed } = w.exact.health(market, position, w.prices[params.oracle]!)
    const { totalSupplyAssets, totalSupplyShares } = market
    const worth =
      (position.supplyShares * (totalSupplyAssets + 1n)) / (totalSupplyShares + 1_000_000n)
    const entry = (asset: string, units: bigint, decimals: number) =>
      units > 0n ? [{ asset, amount: toText(units, decimals) }] : []
    return [
      {
        account,
        market: name,
        collateral: [
          ...entry(params.collateralToken, position.collateral, held),
          ...entry(params.loanToken, worth, loan),
        ],
        debt: entry(params.loanToken, borrowed, loan),
      },
    ]
  })
}
