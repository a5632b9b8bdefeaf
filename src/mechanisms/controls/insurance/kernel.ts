/**
 * Absorb a loss by layers in order: each pays what is left of it, as far as it goes.
 * @param capacities what each layer has, >= 0.
 * @param paid what each pays; same length, overwritten.
 * @returns what is left for those behind all layers.
 */
export function absorb(loss: number, capacities: ArrayLike<number>, paid: Float64Array): number {
  let left = Math.max(0, loss)
  for (let k = 0; k < paid.length; k++) {
    paid[k] = Math.min(left, Math.max(0, capacities[k]!))
    left -= paid[k]!
  }
  return left
}

/**
 * Take an amount from stakes in proportion.
 * @param stakes whole tokens of each; changed.
 * @param counts 1 for stakes that are taken from.
 * @returns what was taken: `amount`, or all that those stakes hold.
 */
export function takeShare(stakes: Float64Array, counts: Uint8Array, amount: number): number {
  let held = 0
  for (let i = 0; i < stakes.length; i++) if (counts[i] === 1) held += stakes[i]!
  const share = held > 0 ? Math.min(1, Math.max(0, amount) / held) : 0
  for (let i = 0; i < stakes.length; i++)
    if (counts[i] === 1) stakes[i] = share === 1 ? 0 : stakes[i]! * (1 - share)
  return share * held
}

/**
 * Work out the share of a stake that a shortfall would take, as all can see it.
 * @param shortfall bad debt that nobody has paid for, USD.
 * @param before what the layers in front of the stakers have, USD.
 * @param stakes what all stakes that can be taken are worth, USD.
 * @returns fraction, 0 .. 1; 0 when nothing is staked.
 */
export function slashExpected(shortfall: number, before: number, stakes: number): number {
  const beyond = Math.max(0, shortfall - before)
  return beyond > 0 && stakes > 0 ? Math.min(1, beyond / stakes) : 0
}
