import { exp } from '../math/index.ts'
import { choice, fraction, type Loaded, number, type ParamsOf, text } from '../world/index.ts'
import { type Density, finalDrop, thresholdMass } from './cascade.ts'
import { createPositions } from './positions.ts'
import { SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  r: number('threshold density over the base reserve after the shock (rising: its slope a)', '1', {
    min: 0,
    max: 1e6,
  }),
  shock: number('log fall of the pool price before the first liquidation', 'log price', {
    min: 0,
    max: 100,
  }),
  positions: number('number of positions', 'positions', {
    default: 200000,
    min: 1,
    max: 1e7,
    integer: true,
  }),
  density: choice(
    'uniform in log price, or rising linearly with distance',
    ['uniform', 'rising'],
    'uniform',
  ),
  placement: choice(
    'even: mid-points of equal shares; random: re-drawn by an agent at the start of a path',
    ['even', 'random'],
    'even',
  ),
  range: number(
    'log distance over which thresholds lie; 0: just wider than the final drop, 6 or more for random placement',
    '1',
    {
      default: 0,
      min: 0,
      max: 500,
    },
  ),
  baseReserve: number('base reserve of the pool before the shock', 'whole tokens', {
    default: 10000,
    min: 1e-9,
  }),
  asset: text('collateral asset', 'ETH'),
  debtAsset: text('asset owed', 'USDC'),
  price: number('price before the shock, in the debt asset', 'debt asset per asset', {
    default: 2000,
    min: 1e-12,
  }),
  threshold: fraction('collateral factor of the positions', { default: 0.8, min: 1e-6 }),
}

type Given = ParamsOf<typeof params>

/** Log distance below the start price at which share u of the mass lies above. */
function quantileDrop(density: Density, range: number, u: number): number {
  return density === 'uniform' ? range * u : range * Math.sqrt(u)
}

function rangeOf(given: Given): number {
  const drop = finalDrop(given.density, given.r, given.shock)
  if (Number.isNaN(drop))
    throw new SourceError([
      `syntheticBook: no final drop below 500 for r ${given.r} and shock ${given.shock}; lower them`,
    ])
  if (given.range > 0) return given.range
  // Drawn thresholds let single paths fall much further than the mean-field drop.
  return given.placement === 'random' ? Math.max(6, 1.5 * drop) : 1.02 * drop + 1e-6
}

function load(given: Given): Loaded {
  const range = rangeOf(given)
  const n = given.positions
  const reserveAfter = given.baseReserve * exp(given.shock / 2)
  const collateral = (reserveAfter * thresholdMass(given.density, given.r, range)) / n
  const into = createPositions()
  const atStart = given.threshold * collateral * given.price
  for (let k = 0; k < n; k++) {
    const drop = quantileDrop(given.density, range, (k + 0.5) / n)
    into.account(`${k}`)
    into.collateral(given.asset, collateral, given.threshold)
    into.debt(given.debtAsset, atStart * exp(-drop))
  }
  return {
    outputs: {
      positions: into.table(),
      range,
      collateralPerPosition: collateral,
      reserveAfter,
      debtAtStart: atStart,
      density: given.density,
      placement: given.placement,
    },
    data: [],
    leftOut: [],
    assumptions: [],
    facts: [
      { name: 'accounts', value: n, unit: 'accounts' },
      { name: 'range', value: range, unit: 'log price' },
      {
        name: 'finalDrop',
        value: finalDrop(given.density, given.r, given.shock),
        unit: 'log price',
      },
    ],
  }
}

/** Positions whose thresholds have a given density in log price below a pool's price. */
export const syntheticBook: Source = source({
  kind: 'syntheticBook',
  doc: 'positions with a given threshold density below a constant-product pool’s price',
  params,
  outputs: {
    positions: 'the positions, laid out evenly',
    range: 'log distance over which thresholds lie',
    collateralPerPosition: 'whole tokens of the collateral asset',
    reserveAfter: 'base reserve of the pool after the shock, whole tokens',
    debtAtStart: 'debt of a position whose threshold lies at the start price',
    density: 'uniform or rising',
    placement: 'even or random',
  },
  load,
})
