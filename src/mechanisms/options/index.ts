export { type Black76Input, black76 } from './black76.ts'
export { type BlackScholesInput, blackScholes, type Greeks } from './blackScholes.ts'
export { ImpliedVolError, OptionInputError } from './errors.ts'
export {
  type ImpliedVolForwardInput,
  type ImpliedVolInput,
  impliedVol,
  impliedVolBlack76,
} from './impliedVol.ts'
export { type ForwardTerms, type OptionTerms, type OptionType, payoff } from './terms.ts'
