import {
  assess,
  createSpots,
  type Prospect,
} from '../../src/mechanisms/agents/liquidator/kernel.ts'
import type { Desk } from '../../src/mechanisms/agents/liquidator/strike.ts'
import type { Watch } from '../../src/mechanisms/agents/liquidator/watch.ts'
import type { Submit } from '../../src/world/index.ts'

/** A liquidation that pays, as if it were the only one. */
type Offer = Prospect & { readonly watch: number; readonly row: number; readonly order: number }

/** Plan what the shipped liquidators do, judging whoever is liquidatable in every block. */
export function planner(desk: Desk, watches: readonly Watch[]): (submit: Submit) => void {
  const { context, gas, bid, halvings } = desk
  const { chain } = context
  return (submit) => {
    const spots = createSpots(desk.venue!, context.assets.length)
    const capital = desk.capital.available()
    const gasCost = chain.gasUsd(gas, bid)
    const floor = desk.floor + gasCost
    const judge = (offer: Offer, money: number): boolean => {
      const means = { capital: money - gasCost, floor, halvings, spots }
      const lender = desk.lenders[offer.watch]!
      return assess(lender, desk.venue!, offer.row, means, offer) && offer.gain >= floor
    }
    const offers: Offer[] = []
    for (const [w, watch] of watches.entries()) {
      watch.see(chain.number())
      if (capital <= gasCost) continue
      const found = watch.find(Number.NEGATIVE_INFINITY)
      for (let j = 0; j < found.count; j++) {
        if (found.owed[j] === 0) continue
        const pair = { debt: found.debt[j]!, collateral: found.collateral[j]! }
        const sizes = { owed: 0, repay: 0, cost: 0, gain: 0 }
        const offer = { watch: w, row: found.row[j]!, order: offers.length, ...pair, ...sizes }
        if (judge(offer, capital)) offers.push(offer)
      }
    }
    const room = Math.floor(chain.gasLimit / Math.max(gas, 1))
    const total = offers.reduce((sum, { cost }) => sum + cost, offers.length * gasCost)
    if (total > capital || offers.length > room)
      offers.sort((a, b) => b.gain - a.gain || a.order - b.order)
    let left = capital
    let free = room
    for (const offer of offers) {
      if (!(free > 0 && left > gasCost)) break
      if (offer.cost + gasCost > left && !judge(offer, left)) continue
      left -= offer.cost + gasCost
      free--
      const { watch, row, debt, collateral, repay } = offer
      const args = [watch, row, debt, collateral, repay, desk.lenders[watch]!.trigger(row)]
      const key = row * watches.length + watch
      submit({ actions: [{ kind: 'liquidate', args, gas }], bid, key })
    }
  }
}
