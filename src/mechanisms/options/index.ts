export { type Black76Input, black76 } from './black76.ts'
export { type BlackScholesInput, blackScholes, type Greeks } from './blackScholes.ts'
export {
  addGreeks,
  type BookColumns,
  type BookRow,
  type BookTerms,
  bookColumns,
  bookProfile,
  DELTA,
  GAMMA,
  VEGA,
} from './book.ts'
export {
  type BookTable,
  type BookTableOptions,
  type BookTableReport,
  createBookTable,
  TABLE_STATE,
} from './bookTable.ts'
export { dealer } from './dealer/model.ts'
export { ImpliedVolError, OptionInputError } from './errors.ts'
export {
  type ImpliedVolForwardInput,
  type ImpliedVolInput,
  impliedVol,
  impliedVolBlack76,
} from './impliedVol.ts'
export { type ForwardTerms, type OptionTerms, type OptionType, payoff } from './terms.ts'
