import {
  assets,
  choice,
  f64,
  list,
  type ParamSpec,
  refs,
  seconds,
  type TermName,
} from '../../world/index.ts'
import { type Desk, type Slot, slotsOf } from './control.ts'
import { SLACK } from './rules.ts'

type Resume = { readonly resumeAfter: number; readonly calmFor: number }

/** When what a control has halted goes on again; common to all that halt. */
export const resumeParams: { readonly [K in keyof Resume]: ParamSpec<number> } = {
  resumeAfter: seconds('time after which a halt ends once the alarm is over; 0 = never by time', {
    default: 0,
  }),
  calmFor: seconds('time without alarm after which a halt ends; 0 = never by calm', { default: 0 }),
}

/** Terms that can be halted: 1 while something may be done, 0 while it may not. */
const FLAGS: readonly TermName[] = [
  'trading',
  'supplying',
  'borrowing',
  'withdrawing',
  'repaying',
  'liquidating',
  'answering',
]

type Halted = {
  readonly targets: readonly string[]
  readonly flags: readonly TermName[]
  readonly assets: readonly number[]
}

/** What a control halts: every flag of every asset in every target. */
export function haltParams(flags: Halted['flags']): {
  readonly [K in keyof Halted]: ParamSpec<Halted[K]>
} {
  return {
    targets: refs('governed', 'what is halted'),
    flags: list('what they may no longer do', choice('one flag', FLAGS, 'borrowing'), {
      default: flags,
    }),
    assets: { ...assets('assets of which they may not; none for `trading`'), default: [] },
  }
}

/** List the slots of `haltParams`. */
export function haltSlots({ targets, flags, assets: of }: Halted): readonly Slot[] {
  return slotsOf(targets, flags, of)
}

/** Columns of a halt. */
export const HALT: { readonly alarmedAt: ReturnType<typeof f64> } = {
  alarmedAt: f64(1, 's', -1e18),
}

type Columns = { readonly alarmedAt: Float64Array }

/**
 * Halt or resume all that a desk may change: at an alarm every term is proposed to be 0; once there is
 * no alarm it is proposed to be what it was, after `resumeAfter` since the halt or `calmFor` since the
 * last alarm, whichever comes first.
 * @param alarm null when there is none; else asked for the event behind it (-1 when it is not known),
 *   only when something is still to be halted.
 */
export function halt(
  p: Resume,
  s: Columns,
  desk: Desk,
  time: number,
  alarm: (() => number) | null,
): void {
  if (alarm !== null) s.alarmedAt[0] = time
  for (let slot = 0; slot < desk.slots.length; slot++) {
    if (alarm === null) {
      if (desk.isChanged(slot) && isOver(p, s, desk.changedAt(slot), time))
        desk.propose(slot, desk.opening(slot), desk.changedBy(slot))
    } else if (desk.current(slot) === 0) desk.withdraw(slot)
    else if (desk.pending(slot) !== 0) desk.propose(slot, 0, alarm())
  }
}

function isOver(p: Resume, s: Columns, haltedAt: number, time: number): boolean {
  const isServed = p.resumeAfter > 0 && time - haltedAt >= p.resumeAfter - SLACK
  return isServed || (p.calmFor > 0 && time - s.alarmedAt[0]! >= p.calmFor - SLACK)
}
