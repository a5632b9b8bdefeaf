import {
  choice,
  f64,
  type Liquidated,
  type Model,
  model,
  number,
  ref,
  refs,
  seconds,
  USD,
  usd,
} from '../../../world/index.ts'
import { createCapital } from './capital.ts'
import { blocksOf } from './kernel.ts'
import { planner } from './plan.ts'
import { type Desk, strike } from './strike.ts'
import { createWatch, type Watch } from './watch.ts'

const params = {
  lenders: refs('lender', 'protocols that it watches'),
  venue: ref('venue', 'where it buys debt assets and sells collateral'),
  capital: usd('own money at the start'),
  settlement: seconds('time until the proceeds of a sale can be used again', { default: 0 }),
  detectionDelay: seconds('age of the prices that it acts on', { default: 0 }),
  gas: number('gas per liquidation', 'gas', { default: 500_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 2, min: 0 }),
  minProfit: usd('least profit after slippage and gas', { default: 10 }),
  when: choice('which liquidations it does', ['profitable', 'always'], 'profitable'),
}

/**
 * A liquidator: sees prices with a delay, buys the debt asset with its own capital, repays, sells
 * what it seized, and has the money back only when the sale has settled.
 */
export const liquidator: Model = model({
  kind: 'agents/liquidator',
  phase: 'agent',
  doc: 'liquidates what pays after slippage and gas, with finite capital that returns late',
  params,
  knobs: { liquidationDelay: (_, detectionDelay) => ({ detectionDelay }) },
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
    const lag = blocksOf(p.detectionDelay, chain.blockSeconds)
    const waits = blocksOf(p.settlement, chain.blockSeconds)
    const capital = createCapital(s, ledger, self, chain, waits)
    const isAlways = p.when === 'always'
    const floor = isAlways ? Number.NEGATIVE_INFINITY : p.minProfit
    const halvings = isAlways ? 0 : 8
    const { gas, bid } = p
    const unlinked = { lenders: [], venue: null }
    const desk: Desk = { context, capital, gas, bid, floor, halvings, ...unlinked }
    const done: Liquidated = { repaid: 0, seized: 0, event: -1 }
    let watches: readonly Watch[] = []
    let plan = planner(desk, watches)
    ledger.endow(self, USD, p.capital)
    return {
      link(use) {
        desk.venue = use('venue', p.venue)
        desk.lenders = p.lenders.map((name) => use('lender', name))
        watches = desk.lenders.map((lender, at) =>
          createWatch(lender, s.seen, { lag, assets, at, of: p.lenders.length }),
        )
        plan = planner(desk, watches)
      },
      refresh(cause) {
        for (const watch of watches) {
          if (cause !== 'rewind') watch.forget()
          if (cause === 'build') watch.open()
        }
      },
      observe({ round }, submit) {
        if (round === 0) capital.settle()
        plan(submit)
      },
      actions: {
        liquidate: {
          doc: 'args [lender, row, debt, collateral, repay, cause]; buy, repay, seize, sell',
          execute([at, row, debt, collateral, repay, cause], sender) {
            const lender = desk.lenders[at!]
            if (sender !== self || !lender) return 'not an own liquidation'
            const pair = { row: row!, debt: debt!, collateral: collateral! }
            return strike(desk, { lender, ...pair, repay: repay!, cause: cause! }, done)
          },
        },
      },
    }
  },
})
