/** Resolved parameters of an optimistic oracle; units and meaning stand in the model. */
export type CourtParams = Readonly<
  Record<
    | 'asset'
    | 'bondAsset'
    | 'bond'
    | 'burned'
    | 'window'
    | 'commit'
    | 'reveal'
    | 'maxRolls'
    | 'participation'
    | 'agreement'
    | 'slashing'
    | 'missedSlashing'
    | 'votingToken'
    | 'turnout'
    | 'tolerance'
    | 'premium'
    | 'premiumSpread'
    | 'tokenFall'
    | 'pivotality'
    | 'belief'
    | 'gas'
    | 'bid',
    number
  >
> & { readonly stakes: readonly number[] }

/** State columns of an optimistic oracle; units stand in the model. */
export type CourtColumns = Readonly<
  Record<
    | 'answer'
    | 'answered'
    | 'now'
    | 'asserted'
    | 'fair'
    | 'since'
    | 'until'
    | 'bribe'
    | 'paid'
    | 'upholding'
    | 'rejecting'
    | 'premium'
    | 'stake'
    | 'votedFor'
    | 'votedAgainst'
    | 'shift',
    Float64Array
  >
> &
  Readonly<
    Record<
      'down' | 'up' | 'number' | 'asserter' | 'disputer' | 'rolls' | 'event' | 'briber',
      Int32Array
    >
  > &
  Readonly<Record<'answering' | 'stage' | 'isConditional', Uint8Array>>
