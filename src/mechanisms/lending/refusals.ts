/** Why an action is refused; every reason names what to change. */
export const REFUSALS = {
  entry: 'the position has no such entry',
  amount: 'the amount is not a positive number',
  price: 'the oracle has no price',
  healthy: 'the position is healthy',
  notCollateral: 'the asset does not count as collateral',
  close: 'more than the close factor allows',
  seize: 'more than the collateral covers',
  dust: 'too little would be left of the debt or the collateral',
  cash: 'not enough cash to redeem',
  payer: 'the payer holds too little',
  owed: 'more than the position owes',
  held: 'more than the position holds',
  unhealthy: 'the position would be unhealthy',
  toxic: 'liquidation would make the position worse, and is stopped there',
} as const

/** Amounts within this of a limit count as the limit: callers compute it with other roundings. */
export const SLACK = 1e-12
