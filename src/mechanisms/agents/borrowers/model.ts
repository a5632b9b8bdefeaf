import { expm1 } from '../../../math/index.ts'
import {
  createTriggers,
  fraction,
  InputError,
  type Lender,
  type Model,
  margin,
  model,
  number,
  type Outcome,
  ref,
  type Submit,
} from '../../../world/index.ts'
import { inspect, type Rescue, topUp, unwind } from './rescue.ts'

/** Thrown when borrowers would restore less health than makes them act. */
export class HealthTargetError extends InputError {
  override readonly name = 'HealthTargetError'
}

const params = {
  lender: ref('lender', 'whose borrowers'),
  venue: ref('venue', 'where those who unwind trade'),
  alert: number('health factor below which they act', 'ratio', { default: 1.1, min: 1 }),
  target: number('health factor that they restore, at least alert', 'ratio', {
    default: 1.25,
    min: 1,
  }),
  perHour: number('expected acts of a borrower below the alert', '1/hour', { default: 0, min: 0 }),
  unwindShare: fraction('share that unwinds; the others top up', { default: 0.5 }),
  gas: number('gas per act', 'gas', { default: 350_000, min: 0 }),
  bid: number('priority fee', 'gwei', { default: 1, min: 0 }),
}

/** Follow the rows whose health lies below `alert` but not below 1. @returns them in row order. */
function createAlert({ book, liability, coordinates }: Lender, alert: number): () => Int32Array {
  const triggers = createTriggers(book)
  const tightened = new Float64Array(book.coordinates)
  let rows = new Int32Array(book.rows)
  return () => {
    const now = coordinates()
    for (let c = 0; c < now.length; c++)
      tightened[c] = liability[c] === 1 ? now[c]! * alert : now[c]!
    if (rows.length < book.rows) rows = new Int32Array(book.rows * 2)
    const near = triggers.hits(tightened, rows)
    let n = 0
    for (let j = 0; j < near; j++) if (margin(book, now, rows[j]!) >= 0) rows[n++] = rows[j]!
    return rows.subarray(0, n)
  }
}

/**
 * Borrowers who watch their health: below `alert` they act with a stated chance per hour, by adding
 * collateral from outside or by selling collateral to repay.
 */
export const borrowers: Model = model({
  kind: 'agents/borrowers',
  phase: 'agent',
  doc: 'borrowers near liquidation top up or unwind with a stated probability',
  external: true,
  params,
  create(p, _, context) {
    const { draws, name, chain } = context
    if (p.target < p.alert)
      throw new HealthTargetError(
        `"${name}" acts below a health of '${p.alert}' to restore '${p.target}'; raise target`,
      )
    const rescue: Rescue = { context, target: p.target, lender: null, venue: null }
    let alerted: (() => Int32Array) | null = null
    const act =
      (how: typeof topUp) =>
      ([row]: readonly number[]): Outcome =>
        how(rescue, inspect(rescue, row!), row!)
    return {
      link(use) {
        rescue.lender = use('lender', p.lender)
        alerted = null
        rescue.venue = use('venue', p.venue)
      },
      observe({ tick, round }, submit: Submit) {
        if (p.perHour === 0 || round > 0) return
        const chance = -expm1((-p.perHour * chain.blockSeconds) / 3600)
        alerted ??= createAlert(rescue.lender!, p.alert)
        for (const row of alerted()) {
          if (draws.uniform(tick, row) >= chance) continue
          // Ticks start at 1, so this draw is no other's: a borrower always acts in the same way.
          const kind = draws.uniform(0, row) < p.unwindShare ? 'unwind' : 'topUp'
          submit({ actions: [{ kind, args: [row], gas: p.gas }], bid: p.bid, key: row })
        }
      },
      actions: {
        topUp: {
          doc: 'args [row]; add collateral until health is at the target',
          protective: true,
          execute: act(topUp),
        },
        unwind: {
          doc: 'args [row]; sell collateral to repay until health is at the target',
          protective: true,
          execute: act(unwind),
        },
      },
    }
  },
})
