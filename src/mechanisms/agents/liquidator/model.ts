import {
  choice,
  f64,
  type Lender,
  type Liquidated,
  type Model,
  model,
  number,
  type Outcome,
  ref,
  refs,
  seconds,
  USD,
  usd,
  type Venue,
} from '../../../world/index.ts'
import { assess, costOf, type Prospect } from './kernel.ts'
import { createWatch, type Watch } from './watch.ts'

/** How many blocks a wait takes. */
function blocksOf(wait: number, blockSeconds: number): number {
  return Math.ceil(wait / blockSeconds - 1e-9)
}

/**
 * A liquidator: sees prices with a delay, buys the debt asset with its own capital, repays, sells
 * what it seized, and has the money back only when the sale has settled.
 */
export const liquidator: Model = model({
  kind: 'agents/liquidator',
  phase: 'agent',
  doc: 'liquidates what pays after slippage and gas, with finite capital that returns late',
  params: {
    lenders: refs('lender', 'protocols that it watches'),
    venue: ref('venue', 'where it buys debt assets and sells collateral'),
    capital: usd('own money at the start'),
    settlement: seconds('time until the proceeds of a sale can be used again', { default: 0 }),
    detectionDelay: seconds('age of the prices that it acts on', { default: 0 }),
    gas: number('gas per liquidation', 'gas', { default: 500_000, min: 0 }),
    bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
    minProfit: usd('least profit after slippage and gas', { default: 10 }),
    when: choice('which liquidations it does', ['profitable', 'always'], 'profitable'),
  },
  columns: (p, assets, tickSeconds) => ({
    // Blocks are never shorter than a tick, so these rings are long enough for any chain.
    pending: f64(blocksOf(p.settlement, tickSeconds) + 1, 'USD'),
    locked: f64(1, 'USD'),
    seen: f64(
      (blocksOf(p.detectionDelay, tickSeconds) + 1) * p.lenders.length * assets.length,
      'USD',
    ),
  }),
  create(p, s, context) {
    const { ledger, self, chain, assets } = context
    const waits = blocksOf(p.settlement, chain.blockSeconds)
    const lag = blocksOf(p.detectionDelay, chain.blockSeconds)
    const prospect: Prospect = { debt: 0, collateral: 0, owed: 0, repay: 0, cost: 0, gain: 0 }
    const done: Liquidated = { repaid: 0, seized: 0, event: -1 }
    const halvings = p.when === 'always' ? 0 : 8
    const floor = p.when === 'always' ? Number.NEGATIVE_INFINITY : p.minProfit
    let lenders: readonly Lender[] = []
    let watches: readonly Watch[] = []
    let venue: Venue
    ledger.endow(self, USD, p.capital)
    const available = (): number => ledger.balance(self, USD) - s.locked[0]!
    const slotAfter = (blocks: number): number => (chain.number() + blocks) % s.pending.length

    function settle(): void {
      const slot = slotAfter(0)
      s.locked[0] = Math.max(0, s.locked[0]! - s.pending[slot]!)
      s.pending[slot] = 0
    }
    function lock(amount: number): void {
      if (waits === 0) return
      s.pending[slotAfter(waits)]! += amount
      s.locked[0]! += amount
    }
    /** Buy the repayment, liquidate, sell. Everything is taken back by the engine on refusal. */
    function strike(
      lender: Lender,
      row: number,
      debt: number,
      collateral: number,
      wanted: number,
      cause: number,
    ): Outcome {
      const before = ledger.balance(self, USD)
      const debtAsset = lender.assetOf(debt)
      const asset = lender.assetOf(collateral)
      const repay = Math.min(wanted, lender.maxRepay(row, debt, collateral))
      if (!(repay > 0)) return 'nothing to repay'
      const cost = costOf(venue, debtAsset, repay)
      if (cost > available()) return 'out of capital'
      if (debtAsset !== USD && venue.swap(USD, debtAsset, cost, self, cause) < repay)
        return 'cannot buy the debt asset'
      const refused = lender.liquidate(row, debt, collateral, repay, self, done, cause)
      if (refused !== null) return refused
      const proceeds =
        asset === USD ? done.seized : venue.swap(asset, USD, done.seized, self, done.event)
      if (proceeds === 0 && done.seized > 0) return 'cannot sell the collateral'
      const gain = ledger.balance(self, USD) - before - chain.gasUsd(p.gas, p.bid)
      if (gain < floor) return 'unprofitable'
      lock(proceeds)
      return null
    }
    return {
      link(use) {
        venue = use('venue', p.venue)
        lenders = p.lenders.map((name) => use('lender', name))
        watches = lenders.map((lender, i) =>
          createWatch(lender, s.seen, { lag, assets: assets.length, at: i, of: lenders.length }),
        )
      },
      refresh() {
        for (const watch of watches) watch.forget()
      },
      observe({ round }, submit) {
        if (round === 0) settle()
        const gasCost = chain.gasUsd(p.gas, p.bid)
        let capital = available()
        let room = Math.floor(chain.gasLimit / Math.max(p.gas, 1))
        for (let i = 0; i < watches.length; i++) {
          const lender = lenders[i]!
          const found = watches[i]!.look(chain.number())
          for (let j = 0; j < found.count && room > 0; j++) {
            // No bonus exceeds the debt itself, so smaller debts cannot pay for the gas.
            if (found.owed[j]! === 0 || found.owed[j]! < gasCost + floor) continue
            const row = found.row[j]!
            prospect.debt = found.debt[j]!
            prospect.collateral = found.collateral[j]!
            if (!assess(lender, venue, row, capital, floor + gasCost, halvings, prospect)) continue
            if (prospect.gain - gasCost < floor) continue
            capital -= prospect.cost
            room--
            submit({
              actions: [
                {
                  kind: 'liquidate',
                  args: [
                    i,
                    row,
                    prospect.debt,
                    prospect.collateral,
                    prospect.repay,
                    lender.trigger(row),
                  ],
                  gas: p.gas,
                },
              ],
              bid: p.bid,
              key: row * watches.length + i,
            })
          }
        }
      },
      actions: {
        liquidate: {
          doc: 'buy the debt asset, repay, seize, sell',
          execute: ([i, row, debt, collateral, repay, cause]) =>
            strike(lenders[i!]!, row!, debt!, collateral!, repay!, cause!),
        },
      },
    }
  },
})
