import {
  assets,
  choice,
  fraction,
  type Lender,
  list,
  type Model,
  number,
  type ParamsOf,
  refs,
} from '../../world/index.ts'
import { control, type Desk, slotsOf } from './control.ts'
import { follow, MANAGED, managerParams, usageFactor, usedOf } from './riskManager.ts'
import type { Rules } from './rules.ts'

const TERMS = ['supplyCap', 'borrowCap'] as const

const params = {
  minStep: managerParams.minStep,
  targets: refs('lender', 'lenders whose caps follow their use'),
  assets: assets('assets whose caps follow'),
  terms: list('which caps', choice('one cap', TERMS, 'supplyCap'), { default: TERMS }),
  above: fraction('used share of a cap above which it is raised', { default: 0.75 }),
  below: fraction('used share of a cap below which it is lowered', { default: 0.3 }),
  up: fraction('how much it is raised at once', { default: 0.2, max: 1e6 }),
  down: fraction('how much it is lowered at once', { default: 0.2 }),
  room: number('least cap, in terms of what is used; 0 = it may be lowered below that', 'ratio', {
    default: 1.1,
    min: 0,
  }),
  most: number('largest cap, in terms of that at the start; 0 = no limit', 'ratio', {
    default: 2,
    min: 0,
  }),
}

/** How a cap follows its use; see the parameters. */
export type CapRule = {
  readonly above: number
  readonly below: number
  readonly up: number
  readonly down: number
  readonly room: number
  readonly most: number
}

/**
 * Compute the cap that one should become at what is used of it.
 * @param cap now, tokens, > 0.
 * @param used tokens.
 * @param opening the cap at the start, tokens.
 */
export function capFor(p: CapRule, cap: number, used: number, opening: number): number {
  const wanted = cap * usageFactor(used / cap, p)
  const most = p.most > 0 ? Math.max(cap, p.most * opening) : Infinity
  // What is in use bounds how far a cap is lowered; it is no reason to raise one.
  const least = Math.min(cap, p.room * used)
  return Math.min(most, Math.max(least, wanted))
}

function observeSlot(
  p: ParamsOf<typeof params> & Rules,
  desk: Desk,
  slot: number,
  own: Lender,
  time: number,
): void {
  const { term, asset } = desk.slots[slot]!
  const cap = desk.current(slot)
  if (!(cap > 0)) return
  follow(p, desk, slot, capFor(p, cap, usedOf(own, term, asset), desk.opening(slot)), time, -1)
}

/**
 * Caps that follow their use: raised when they are nearly used up, lowered when they are hardly used,
 * within a multiple of the cap at the start and of what is in use.
 * Source of the bounds: ChaosLabsInc/chaos-agents, AaveCapsAgent (30 % up or down); of the rule that
 * proposes, which is not on chain: none, an assumption.
 */
export const capUpdater: Model = control({
  kind: 'controls/capUpdater',
  doc: 'supply and borrow caps follow their use, in bounded steps',
  params,
  rules: { ...MANAGED, maxChange: 0.3 },
  slots: (p) => slotsOf(p.targets, p.terms, p.assets),
  create(p, _s, _context, desk) {
    const lenders = new Map<string, Lender>()
    return {
      link(use) {
        for (const name of p.targets) lenders.set(name, use('lender', name))
      },
      observe({ time }) {
        desk.slots.forEach(({ target }, slot) => {
          observeSlot(p, desk, slot, lenders.get(target)!, time)
        })
      },
    }
  },
})
