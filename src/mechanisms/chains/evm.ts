import {
  asset,
  type Chain,
  type Context,
  choice,
  f64,
  fraction,
  InputError,
  list,
  type Model,
  model,
  number,
  optionalRef,
  type ParamsOf,
  type PriceSource,
  record,
  seconds,
} from '../../world/index.ts'
import { nextBaseFee, othersGas, ticksPerBlock } from './kernel.ts'

/** Thrown when a chain's block time is no multiple of the world's tick. */
export class BlockTimeError extends InputError {
  override readonly name = 'BlockTimeError'
}

const params = {
  blockSeconds: seconds('time between blocks, a multiple of the tick; 0 = every tick', {
    default: 0,
  }),
  order: choice('how the builder orders a block', ['bid', 'fifo', 'random', 'adversarial'], 'bid'),
  rounds: number('reactions within one block: 1 = none', 'rounds', {
    default: 1,
    min: 1,
    integer: true,
  }),
  gasLimit: number('gas per block', 'gas', { default: 30e6, min: 0 }),
  demand: fraction('share of the gas limit that everybody else uses at the opening base fee', {
    default: 0.5,
  }),
  elasticity: number('percent less use by everybody else per percent of base fee', 'ratio', {
    default: 1,
    min: 0,
  }),
  gasPrice: number('base fee of the first block', 'gwei', { default: 0, min: 0 }),
  native: asset('asset that gas is paid in, valued at its price'),
  nativePrice: optionalRef('priceSource', "price of gas; '' = the asset's start price"),
  outages: list(
    'times without blocks',
    record('one outage', { from: seconds('start'), to: seconds('end') }),
    { default: [] },
  ),
}

type Columns = { readonly baseFee: Float64Array; readonly number: Float64Array }

/** Where gas is priced; the source is known only after linking. */
type Gas = { source: PriceSource | null }

function chainOf(p: ParamsOf<typeof params>, s: Columns, gas: Gas, context: Context): Chain {
  const { name, tickSeconds, assets } = context
  const every = ticksPerBlock(p.blockSeconds, tickSeconds)
  if (!(every >= 1))
    throw new BlockTimeError(
      `"${name}" has a block every '${p.blockSeconds}' s; take a multiple of the tick, ${tickSeconds} s`,
    )
  function nativePrice(): number {
    const price = gas.source ? gas.source.price(p.native) : Number.NaN
    return price > 0 ? price : assets[p.native]!.price
  }
  return {
    name,
    blockSeconds: every * tickSeconds,
    order: p.order,
    rounds: p.rounds,
    gasLimit: p.gasLimit * (1 - p.demand),
    number: () => s.number[0]!,
    due: ({ tick, time }) =>
      tick % every === 0 && !p.outages.some(({ from, to }) => time > from && time <= to),
    baseFee: () => s.baseFee[0]!,
    gasUsd: (used, bid) => used * (s.baseFee[0]! + bid) * 1e-9 * nativePrice(),
    close(used) {
      const fee = s.baseFee[0]!
      const others = othersGas(p.demand, p.gasLimit, p.gasPrice, fee, p.elasticity)
      s.number[0]! += 1
      s.baseFee[0] = nextBaseFee(fee, used + others, p.gasLimit)
    },
  }
}

/** A chain with blocks at a fixed interval, a builder, a gas limit and an EIP-1559 base fee. */
export const evm: Model = model({
  kind: 'chain',
  phase: 'chain',
  doc: 'block production: interval, ordering, gas limit, EIP-1559 base fee, outages',
  params,
  columns: () => ({ baseFee: f64(1, 'gwei'), number: f64(1, 'blocks') }),
  create(p, s, context) {
    const gas: Gas = { source: null }
    s.baseFee[0] = p.gasPrice
    return {
      ports: { chain: chainOf(p, s, gas, context) },
      link(use) {
        if (p.nativePrice) gas.source = use('priceSource', p.nativePrice)
      },
    }
  },
})
