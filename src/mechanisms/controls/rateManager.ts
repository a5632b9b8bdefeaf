import { assets, fraction, type Lender, type Model, refs } from '../../world/index.ts'
import { control, slotsOf } from './control.ts'
import { follow, MANAGED, managerParams, usageFactor } from './riskManager.ts'

const params = {
  minStep: managerParams.minStep,
  targets: refs('lender', 'lenders whose rates follow their utilization'),
  assets: assets('debt assets whose rates follow'),
  above: fraction('utilization above which the slope is raised', { default: 0.95 }),
  below: fraction('utilization below which it is lowered, to what it was at the start at least', {
    default: 0.85,
  }),
  up: fraction('how much the slope is raised at once', { default: 0.25, max: 1e6 }),
  down: fraction('how much the slope is lowered at once', { default: 0.25 }),
}

/**
 * The slope of the borrow rate above the optimal utilization follows utilization: it is raised while
 * suppliers cannot get out, and lowered again, to its opening value at least, once they can.
 * Source of the bounds: ChaosLabsInc/chaos-agents, scripts/aave/RatesAgent.s.sol (five points up or
 * down); of the rule that proposes, which is not on chain: none, an assumption.
 */
export const rateManager: Model = control({
  kind: 'controls/rateManager',
  doc: 'the slope of the borrow rate follows utilization, in bounded steps',
  params,
  rules: { ...MANAGED, maxStep: 0.05 },
  slots: (p) => slotsOf(p.targets, ['rateSlope'], p.assets),
  create(p, _s, _context, desk) {
    const lenders = new Map<string, Lender>()
    return {
      link(use) {
        for (const name of p.targets) lenders.set(name, use('lender', name))
      },
      observe({ time }) {
        desk.slots.forEach(({ target, asset }, slot) => {
          const lender = lenders.get(target)!
          const supplied = lender.claims(asset)
          if (!(supplied > 0)) return
          const now = desk.current(slot)
          const factor = usageFactor(1 - lender.cash(asset) / supplied, p)
          const wanted = factor < 1 ? Math.max(desk.opening(slot), factor * now) : factor * now
          follow(p, desk, slot, wanted, time, -1)
        })
      },
    }
  },
})
