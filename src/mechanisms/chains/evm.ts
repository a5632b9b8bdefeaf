import {
  asset,
  type Block,
  choice,
  f64,
  fraction,
  list,
  type Model,
  model,
  number,
  optionalRef,
  type PriceSource,
  record,
  seconds,
} from '../../world/index.ts'

/** EIP-1559: the base fee moves by at most 1/8 per block around a target of half the limit. */
function nextBaseFee(baseFee: number, gas: number, limit: number): number {
  const target = limit / 2
  return baseFee * (1 + (Math.min(gas, limit) - target) / target / 8)
}

/**
 * A chain with blocks at a fixed interval, a builder, a gas limit and an EIP-1559 base fee.
 * Source of the fee rule: ethereum/EIPs EIPS/eip-1559.md.
 */
export const evm: Model = model({
  kind: 'chain',
  phase: 'chain',
  doc: 'block production: interval, ordering, gas limit, EIP-1559 base fee, outages',
  params: {
    blockSeconds: seconds('time between blocks, a multiple of the tick; 0 = every tick', {
      default: 0,
    }),
    order: choice(
      'how the builder orders a block',
      ['bid', 'fifo', 'random', 'adversarial'],
      'bid',
    ),
    rounds: number('reactions within one block: 1 = none', 'rounds', {
      default: 1,
      min: 1,
      integer: true,
    }),
    gasLimit: number('gas per block', 'gas', { default: 30e6, min: 0 }),
    demand: fraction('share of the gas limit that everybody else uses', { default: 0.5 }),
    gasPrice: number('base fee of the first block', 'gwei', { default: 0, min: 0 }),
    native: asset('asset that gas is paid in, valued at its price'),
    nativePrice: optionalRef('priceSource', "price of gas; '' = the asset's start price"),
    outages: list(
      'times without blocks',
      record('one outage', { from: seconds('start'), to: seconds('end') }),
      { default: [] },
    ),
  },
  columns: () => ({ baseFee: f64(1, 'gwei'), number: f64(1, 'blocks') }),
  create(p, s, context) {
    const every = p.blockSeconds || context.tickSeconds
    const available = p.gasLimit * (1 - p.demand)
    let source: PriceSource | undefined
    s.baseFee[0] = p.gasPrice
    function due(block: Block): boolean {
      const blocks = Math.floor((block.time + 1e-9) / every)
      const before = Math.floor((block.time - block.dt + 1e-9) / every)
      return blocks > before && !p.outages.some((o) => block.time > o.from && block.time <= o.to)
    }
    return {
      link(use) {
        if (p.nativePrice) source = use('priceSource', p.nativePrice)
      },
      ports: {
        chain: {
          name: context.name,
          blockSeconds: every,
          order: p.order,
          rounds: p.rounds,
          gasLimit: available,
          number: () => s.number[0]!,
          due,
          baseFee: () => s.baseFee[0]!,
          gasUsd(gas, bid) {
            const price = source ? source.price(p.native) : context.assets[p.native]!.price
            return gas * (s.baseFee[0]! + bid) * 1e-9 * price
          },
          close(gas) {
            s.number[0]! += 1
            s.baseFee[0] = nextBaseFee(s.baseFee[0]!, gas + p.gasLimit * p.demand, p.gasLimit)
          },
        },
      },
    }
  },
})
