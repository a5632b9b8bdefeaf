import {
  assets,
  type Context,
  choice,
  f64,
  InputError,
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

/** Thrown when a control could never act, whatever happens. */
export class IdleControlError extends InputError {
  override readonly name = 'IdleControlError'
}

/** Check something without which a control never acts. @throws {IdleControlError} when it does not hold. */
export function checkWatch({ name }: Context, what: string, holds: boolean): void {
  if (!holds) throw new IdleControlError(`"${name}" ${what}`)
}

/** Columns of a halt. */
export const HALT: { readonly alarmedAt: ReturnType<typeof f64> } = {
  alarmedAt: f64(1, 's', -1e18),
}

type Columns = { readonly alarmedAt: Float64Array }

/**
 * What a look at the world says: an alarm, asked for the event behind it (-1 when it is not known) only
 * when something is still to be halted; null, no alarm; or that what is watched gives no answer.
 */
export type Sight = (() => number) | 'unseen' | null

/** Join several looks: the first alarm; without one, unseen if any of them is. */
export function sightOf(...looks: readonly Sight[]): Sight {
  return looks.find((look) => typeof look === 'function') ?? looks.find((look) => look) ?? null
}

/**
 * Halt or resume all that a desk may change: at an alarm every term is proposed to be 0; once there is
 * no alarm it is proposed to be what it was, after `resumeAfter` since the halt or `calmFor` since the
 * last alarm, whichever comes first. What is unseen is neither alarm nor calm: what is halted stays so,
 * and the calm begins anew.
 */
export function halt(p: Resume, s: Columns, desk: Desk, time: number, sight: Sight): void {
  if (sight !== null) s.alarmedAt[0] = time
  for (let slot = 0; slot < desk.slots.length; slot++) {
    if (sight === 'unseen') {
      // A halt that is agreed on is carried out; that it ends is agreed on no more.
      if (desk.pending(slot) !== 0) desk.withdraw(slot)
    } else if (sight === null) {
      if (desk.isChanged(slot) && isOver(p, s, desk.changedAt(slot), time))
        desk.propose(slot, desk.opening(slot), desk.changedBy(slot))
    } else if (desk.current(slot) === 0) desk.withdraw(slot)
    else if (desk.pending(slot) !== 0) desk.propose(slot, 0, sight())
  }
}

function isOver(p: Resume, s: Columns, haltedAt: number, time: number): boolean {
  const isServed = p.resumeAfter > 0 && time - haltedAt >= p.resumeAfter - SLACK
  return isServed || (p.calmFor > 0 && time - s.alarmedAt[0]! >= p.calmFor - SLACK)
}
