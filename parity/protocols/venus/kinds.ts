/** Numbers of all actions that can be paused. */
export const ALL_ACTIONS: readonly bigint[] = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n]

/** Kinds of steps that only the admin may do. */
export const ADMIN_KINDS: readonly string[] = [
  'collateralFactor',
  'incentive',
  'closeFactor',
  'supplyCap',
  'borrowCap',
  'pause',
  'pauseAll',
  'treasury',
  'forced',
  'forcedFor',
  'borrowable',
  'liquidator',
  'support',
  'unlist',
  'retire',
  'reduceReserves',
  'reserveFactor',
  'rateModel',
  'reduceDelta',
  'sweep',
]
