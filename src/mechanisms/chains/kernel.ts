import { pow } from '../../math/index.ts'

/**
 * Compute the base fee of the next block: it moves by at most 1/8, towards a target of half the limit.
 * @param baseFee gwei per gas, >= 0.
 * @param gas used in the block; more than `limit` counts as full.
 * @param limit gas per block, >= 0; a chain without gas keeps its fee.
 * @returns gwei per gas.
 * Source: ethereum/EIPs EIPS/eip-1559.md, without its rounding to whole wei.
 */
export function nextBaseFee(baseFee: number, gas: number, limit: number): number {
  const target = limit / 2
  if (target === 0) return baseFee
  return baseFee * (1 + (Math.min(gas, limit) - target) / target / 8)
}

/**
 * Compute the gas that everybody else uses in a block.
 * @param demand share of the limit at the opening base fee, 0..1.
 * @param opening base fee of the first block, gwei per gas, >= 0.
 * @param baseFee base fee now, gwei per gas, >= 0.
 * @param elasticity percent by which the use falls when the base fee rises by 1 %, >= 0.
 * @returns gas, at most the limit.
 */
export function othersGas(
  demand: number,
  limit: number,
  opening: number,
  baseFee: number,
  elasticity: number,
): number {
  if (demand === 0 || opening === baseFee) return demand * limit
  return Math.min(limit, demand * limit * pow(opening / baseFee, elasticity))
}

/**
 * Count the ticks between two blocks.
 * @param blockSeconds time between blocks; 0 means every tick.
 * @param tickSeconds length of a tick, > 0.
 * @returns a whole number >= 1; NaN when the block time is no multiple of the tick.
 */
export function ticksPerBlock(blockSeconds: number, tickSeconds: number): number {
  const ticks = blockSeconds === 0 ? 1 : Math.round(blockSeconds / tickSeconds)
  const isMultiple = Math.abs(ticks * tickSeconds - blockSeconds) <= 1e-9 * blockSeconds
  return blockSeconds === 0 || (ticks >= 1 && isMultiple) ? ticks : Number.NaN
}
