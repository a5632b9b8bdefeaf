import { InputError } from '../../world/index.ts'
/** A term of an option or a book is outside what the formulas cover. */
export class OptionInputError extends InputError {
  override readonly name = 'OptionInputError'
}

/** No volatility explains a price: it is at or beyond a bound of no arbitrage. */
export class ImpliedVolError extends Error {
  override readonly name = 'ImpliedVolError'
  readonly reason: 'lowerBound' | 'upperBound'

  constructor(reason: 'lowerBound' | 'upperBound', message: string) {
    super(message)
    this.reason = reason
  }
}
