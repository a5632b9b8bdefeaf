import { type Chain, type Ledger, USD } from '../../../world/index.ts'

/** A balance of USD of which the proceeds of sales can be used only some blocks later. */
export type Capital = {
  /** USD that can be spent now. */
  available(): number
  /** Free what is due in this block; call once per block, before anything is spent. */
  settle(): void
  /** Hold back the proceeds of a sale. */
  lock(amount: number): void
}

/** State columns: `pending` is a ring of USD by the block in which it becomes free. */
type Columns = { readonly pending: Float64Array; readonly locked: Float64Array }

/**
 * Split a holder's USD into free and waiting.
 * @param blocks that a sale takes to settle; the ring is longer than that.
 */
export function createCapital(
  { pending, locked }: Columns,
  ledger: Ledger,
  holder: number,
  chain: Chain,
  blocks: number,
): Capital {
  const slotAfter = (wait: number): number => (chain.number() + wait) % pending.length
  return {
    available: () => ledger.balance(holder, USD) - locked[0]!,
    settle() {
      const slot = slotAfter(0)
      if (pending[slot] === 0) return
      pending[slot] = 0
      // Summed anew: taking off what was added would leave a residue.
      let total = 0
      for (let k = 0; k < pending.length; k++) total += pending[k]!
      locked[0] = total
    },
    lock(amount) {
      if (blocks === 0) return
      pending[slotAfter(blocks)]! += amount
      locked[0]! += amount
    },
  }
}
