import { type ColumnSpec, exp } from '../../math/index.ts'
import {
  type Assets,
  type Block,
  type Context,
  f64,
  type Governed,
  InputError,
  type Instance,
  i32,
  type Model,
  model,
  type Outcome,
  type ParamSpecs,
  type ParamsOf,
  type Submit,
  TERM_NAMES,
  TERMS,
  type TermName,
  type TypedColumns,
  type Use,
  u8,
} from '../../world/index.ts'
import { nearest, REFUSALS, type Rules, refusalOf, rulesWith, SLACK } from './rules.ts'

/** Thrown when a control names a term that its target does not have, or no term at all. */
export class ControlTermError extends InputError {
  override readonly name = 'ControlTermError'
}

/** Thrown when the proposals of a control are void before they can be carried out. */
export class ControlExpiryError extends InputError {
  override readonly name = 'ControlExpiryError'
}

/** One term of one instance that a control may change; `asset` is -1 for terms of the whole. */
export type Slot = { readonly target: string; readonly term: TermName; readonly asset: number }

/** List the slots of some terms of some targets: one per asset, or one where a term is of the whole. */
export function slotsOf(
  targets: readonly string[],
  terms: readonly TermName[],
  assets: readonly number[],
): readonly Slot[] {
  return targets.flatMap((target) =>
    terms.flatMap((term) =>
      (TERMS[term].per === 'all' ? [-1] : assets).map((asset) => ({ target, term, asset })),
    ),
  )
}

/** What a control acts through; slots are named by their place in the list. */
export type Desk = {
  readonly slots: readonly Slot[]
  /** The term as it is now. */
  current(slot: number): number
  /** The term before this control changed it; as it is now while it is unchanged. */
  opening(slot: number): number
  /** Whether the term is away from its opening by this control's doing. */
  isChanged(slot: number): boolean
  /** Time of the last change, s since the start; negative when there was none. */
  changedAt(slot: number): number
  /** Event of the last change; -1 when there was none. */
  changedBy(slot: number): number
  /** Whether a proposal waits, and which value it asks for; NaN when none waits. */
  pending(slot: number): number
  /** The value nearest to `wanted` that the range and the steps of the rules allow now. */
  nearest(slot: number, wanted: number): number
  /**
   * Propose a value; it is carried out by an action once the latency is over. It takes the place of
   * a proposal of another value that waits; the value that the term has already takes that back.
   * @param cause event that the change answers to; -1 for none.
   * @returns null, or why nothing is proposed.
   */
  propose(slot: number, value: number, cause: number): Outcome
  /** Take back a proposal that waits. */
  withdraw(slot: number): void
}

/** A running control. */
export type Controller = Pick<Instance, 'ports' | 'refresh' | 'start' | 'step'> & {
  link?(use: Use): void
  /** Look at the world and propose; nothing but own columns may change. */
  observe(block: Block): void
}

type Specs = Readonly<Record<string, ColumnSpec>>

type Definition<S extends ParamSpecs, C extends Specs> = {
  /** `controls/name`. */
  readonly kind: string
  readonly doc: string
  readonly params: S
  /** Defaults of the common rules that differ. */
  readonly rules?: Partial<Rules>
  readonly columns?: (p: ParamsOf<S> & Rules, assets: Assets, tickSeconds: number) => C
  /** What it may change. */
  readonly slots: (p: ParamsOf<S> & Rules, assets: Assets) => readonly Slot[]
  readonly create: (
    p: ParamsOf<S> & Rules,
    s: TypedColumns<C>,
    context: Context,
    desk: Desk,
  ) => Controller
}

/** Before every path. */
const NEVER = -1e18

/** Draws of latencies, beside those that a control makes itself. */
const LATENCY = 0x40000000

const deskColumns = (n: number) => ({
  'desk.clock': f64(1, 's'),
  'desk.tick': i32(1, 'ticks'),
  'desk.observedAt': f64(1, 's', NEVER),
  'desk.isPending': u8(n, 'flag'),
  'desk.value': f64(n, 'of the term'),
  'desk.proposedAt': f64(n, 's', NEVER),
  'desk.due': f64(n, 's', NEVER),
  'desk.cause': i32(n, 'event', -1),
  'desk.isChanged': u8(n, 'flag'),
  'desk.before': f64(n, 'of the term'),
  'desk.changedAt': f64(n, 's', NEVER),
  'desk.changedBy': i32(n, 'event', -1),
})

/** What the functions of a desk share; the targets are known only after linking. */
type Own = {
  readonly rules: Rules
  readonly s: TypedColumns<ReturnType<typeof deskColumns>>
  readonly context: Context
  readonly slots: readonly Slot[]
  readonly targets: Governed[]
}

function currentOf({ slots, targets }: Own, slot: number): number {
  const { term, asset } = slots[slot]!
  return targets[slot]!.term(term, asset)
}

function propose(own: Own, slot: number, value: number, cause: number): Outcome {
  const { rules, s, context } = own
  const refused = refusalOf(rules, currentOf(own, slot), value)
  if (refused === REFUSALS.same) s['desk.isPending'][slot] = 0
  if (refused !== null) return refused
  if (s['desk.isPending'][slot] === 1 && s['desk.value'][slot] === value) return REFUSALS.pending
  const tick = s['desk.tick'][0]!
  const z = rules.latencySpread > 0 ? context.draws.normal(tick, LATENCY + slot) : 0
  s['desk.isPending'][slot] = 1
  s['desk.value'][slot] = value
  s['desk.cause'][slot] = cause
  s['desk.proposedAt'][slot] = s['desk.clock'][0]!
  s['desk.due'][slot] = s['desk.clock'][0]! + rules.latency * exp(rules.latencySpread * z)
  return null
}

function isExpired({ rules, s }: Own, slot: number): boolean {
  const age = s['desk.clock'][0]! - s['desk.proposedAt'][slot]!
  return rules.expiry > 0 && age > rules.expiry + SLACK
}

function isTooSoon({ rules, s }: Own, slot: number): boolean {
  return s['desk.clock'][0]! - s['desk.changedAt'][slot]! < rules.minDelay - SLACK
}

/** Test once more what the rules ask of a proposal, at the moment when it would be carried out. */
function validate(own: Own, slot: number): Outcome {
  const { rules, s } = own
  if (s['desk.isPending'][slot] !== 1) return REFUSALS.none
  if (isExpired(own, slot)) return REFUSALS.expired
  if (isTooSoon(own, slot)) return REFUSALS.delay
  return refusalOf(rules, currentOf(own, slot), s['desk.value'][slot]!)
}

/** Send proposals that are due, again and again until a block takes them or they are void. */
function send(own: Own, submit: Submit): void {
  const { rules, s, context } = own
  const isPricedOut = rules.maxBaseFee > 0 && context.chain.baseFee() > rules.maxBaseFee
  for (let slot = 0; slot < own.slots.length; slot++) {
    if (s['desk.isPending'][slot] !== 1) continue
    if (s['desk.due'][slot]! > s['desk.clock'][0]! + SLACK) continue
    const refused = validate(own, slot)
    if (refused !== null && refused !== REFUSALS.delay) s['desk.isPending'][slot] = 0
    if (refused !== null || isPricedOut) continue
    const actions = [{ kind: 'execute', args: [slot], gas: rules.gas }]
    submit({ actions, bid: rules.bid, key: slot })
  }
}

/** Carry out a proposal, if it is valid still and the target takes it. */
function execute(own: Own, slot: number): Outcome {
  const { s, context, slots, targets } = own
  const refused = validate(own, slot)
  const isDone = refused === REFUSALS.same
  if (refused !== null && !isDone) return refused
  s['desk.isPending'][slot] = 0
  // Somebody else was faster, or another slot is the same switch of the target.
  if (isDone) return null
  const { target, term, asset } = slots[slot]!
  const before = currentOf(own, slot)
  const value = s['desk.value'][slot]!
  const event = context.trace.add('term', {
    instance: context.self,
    parent: s['desk.cause'][slot]!,
    row: context.indexOf(target),
    asset,
    other: TERM_NAMES.indexOf(term),
    x: before,
    y: value,
    z: s['desk.clock'][0]! - s['desk.proposedAt'][slot]!,
  })
  if (s['desk.isChanged'][slot] === 0) s['desk.before'][slot] = before
  s['desk.isChanged'][slot] = value === s['desk.before'][slot] ? 0 : 1
  s['desk.changedAt'][slot] = s['desk.clock'][0]!
  s['desk.changedBy'][slot] = event
  return targets[slot]!.setTerm(term, asset, value, event)
}

/** Check that the targets have the terms. @throws {ControlTermError} when one does not. */
function checkTerms({ slots, targets, context }: Own): void {
  if (slots.length === 0)
    throw new ControlTermError(`"${context.name}" changes nothing; name targets, terms and assets`)
  slots.forEach(({ target, term, asset }, slot) => {
    const governed = targets[slot]!
    if (governed.terms.includes(term) && !Number.isNaN(governed.term(term, asset))) return
    const of = asset < 0 ? '' : ` of ${context.assets[asset]!.name}`
    throw new ControlTermError(
      `"${context.name}" changes ${term}${of} in "${target}", which has no such term; ` +
        `it has ${governed.terms.join(', ') || 'none'}: name another target, term or asset`,
    )
  })
}

function openDesk(own: Own): Desk {
  const { s, slots, rules } = own
  return {
    slots,
    current: (slot) => currentOf(own, slot),
    opening: (slot) =>
      s['desk.isChanged'][slot] === 1 ? s['desk.before'][slot]! : currentOf(own, slot),
    isChanged: (slot) => s['desk.isChanged'][slot] === 1,
    changedAt: (slot) => s['desk.changedAt'][slot]!,
    changedBy: (slot) => s['desk.changedBy'][slot]!,
    pending: (slot) => (s['desk.isPending'][slot] === 1 ? s['desk.value'][slot]! : Number.NaN),
    nearest: (slot, wanted) => nearest(rules, currentOf(own, slot), wanted),
    propose: (slot, value, cause) => propose(own, slot, value, cause),
    withdraw: (slot) => {
      s['desk.isPending'][slot] = 0
    },
  }
}

/** Look, propose and send, in the first round of a block. */
function watch(own: Own, controller: Controller, block: Block, submit: Submit): void {
  const { s, rules } = own
  if (block.round > 0) return
  s['desk.clock'][0] = block.time
  s['desk.tick'][0] = block.tick
  if (block.time - s['desk.observedAt'][0]! >= rules.interval - SLACK) {
    s['desk.observedAt'][0] = block.time
    controller.observe(block)
  }
  send(own, submit)
}

function checkExpiry(name: string, { expiry, latency }: Rules): void {
  if (expiry > 0 && expiry < latency)
    throw new ControlExpiryError(
      `proposals of "${name}" expire after ${expiry} s, before their latency of ${latency} s is ` +
        'over; raise expiry',
    )
}

/** Make the instance of a control around what it does itself. */
function instanceOf(own: Own, controller: Controller): Instance {
  const { context, slots, targets } = own
  return {
    ...controller,
    link(use) {
      slots.forEach(({ target }, slot) => {
        targets[slot] = use('governed', target)
      })
      controller.link?.(use)
    },
    refresh(cause) {
      if (cause === 'build') checkTerms(own)
      controller.refresh?.(cause)
    },
    observe: (block, submit) => watch(own, controller, block, submit),
    actions: {
      execute: {
        doc: 'args [slot]; change a term as proposed',
        protective: true,
        execute: ([slot], sender) =>
          sender === context.self ? execute(own, slot!) : REFUSALS.sender,
      },
    },
  }
}

/**
 * Define a control: it observes, proposes through its desk, and the framework does the rest. A
 * proposal waits for the latency, is then sent as an action like everybody's (so it can be late,
 * priced out or front-run), is validated again when it is executed, and leaves a `term` event whose
 * parent is its cause. Everything that waits is plain numbers in columns.
 */
export function control<const S extends ParamSpecs, const C extends Specs = Record<never, never>>(
  definition: Definition<S, C>,
): Model {
  const { kind, doc, params, rules, columns, slots, create } = definition
  type P = ParamsOf<S> & Rules
  return model({
    kind,
    phase: 'control',
    doc,
    external: true,
    params: { ...rulesWith(rules), ...params } as ParamSpecs,
    columns: (p, assets, tickSeconds) => ({
      ...deskColumns(slots(p as P, assets).length),
      ...columns?.(p as P, assets, tickSeconds),
    }),
    create(p, s, context) {
      const own: Own = {
        rules: p as P,
        s: s as unknown as Own['s'],
        context,
        slots: slots(p as P, context.assets),
        targets: [],
      }
      checkExpiry(context.name, own.rules)
      return instanceOf(
        own,
        create(p as P, s as unknown as TypedColumns<C>, context, openDesk(own)),
      )
    },
  })
}
