/** What a term means: its unit, and whether each asset has its own. */
export type TermSpec = {
  readonly doc: string
  readonly unit: string
  readonly per: 'asset' | 'all'
}

/** Terms that a protocol, a venue or an oracle may let others change while it runs. */
export type TermName =
  | 'supplying'
  | 'borrowing'
  | 'withdrawing'
  | 'repaying'
  | 'liquidating'
  | 'ltv'
  | 'liquidationThreshold'
  | 'liquidationBonus'
  | 'closeFactor'
  | 'supplyCap'
  | 'borrowCap'
  | 'debtCeiling'
  | 'rateSlope'
  | 'targetHealth'
  | 'bonusPerShortfall'
  | 'stopAtFrontier'
  | 'trading'
  | 'answering'
  | 'price'
  | 'ratio'
  | 'ratioTime'
  | 'ratioGrowth'

const flag = (doc: string, per: 'asset' | 'all' = 'asset'): TermSpec => ({
  doc: `1 while ${doc}, 0 while it is halted`,
  unit: 'flag',
  per,
})

const own = (doc: string, unit: string): TermSpec => ({ doc, unit, per: 'asset' })
const common = (doc: string, unit: string): TermSpec => ({ doc, unit, per: 'all' })

/** Every term. The order is the code stored in a trace: append only. */
export const TERMS: Readonly<Record<TermName, TermSpec>> = {
  supplying: flag('an asset may be supplied'),
  borrowing: flag('an asset may be borrowed'),
  withdrawing: flag('an asset may be withdrawn'),
  repaying: flag('debt of an asset may be repaid by its borrower'),
  liquidating: flag('an asset may be seized by liquidators'),
  ltv: own('loan-to-value up to which new debt may be taken against an asset', 'fraction'),
  liquidationThreshold: own('share of collateral that counts in the health test', 'fraction'),
  liquidationBonus: own('collateral seized beyond the value repaid', 'fraction'),
  closeFactor: common('share of a debt that one liquidation may repay', 'fraction'),
  supplyCap: own('most that may be supplied of an asset; 0 = no cap', 'tokens'),
  borrowCap: own('most that may be borrowed of an asset; 0 = no cap', 'tokens'),
  debtCeiling: own('most debt against an asset as collateral; 0 = no ceiling', 'USD'),
  rateSlope: own('rise of the borrow rate above the optimal utilization', '1/year'),
  targetHealth: common(
    'healthFactor that one liquidation restores at most (staged liquidation); 0 = not staged',
    'ratio',
  ),
  bonusPerShortfall: common(
    'bonus per unit of 1 - healthFactor, up to liquidationBonus (Dutch auction); 0 = fixed bonus',
    'ratio',
  ),
  stopAtFrontier: common(
    '1 while accounts beyond the toxicity frontier are not liquidated, 0 while they are',
    'flag',
  ),
  trading: flag('a venue trades', 'all'),
  answering: flag('a feed takes new answers'),
  price: own('price that is stated by hand', 'USD'),
  ratio: own('exchange rate from which a cap grows', 'base/asset'),
  ratioTime: own('time of that rate since the start of the path', 's'),
  ratioGrowth: own('growth of the cap', '1/year'),
}

/** Codes of the terms: their place in `TERMS`. */
export const TERM_NAMES: readonly TermName[] = Object.keys(TERMS) as TermName[]
