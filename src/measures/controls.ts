import {
  eventCode,
  TERM_NAMES,
  TERMS,
  type TermName,
  type Trace,
  type World,
} from '../world/index.ts'
import { assetsOf, debtTotals } from './books.ts'
import { createCapitalWatch } from './capital.ts'
import { eventsOf } from './forest.ts'
import {
  type ControlsWatched,
  isAsked,
  lendersOf,
  type Measure,
  namedLenders,
  type PathView,
  referencePrices,
} from './view.ts'

/** Time after a halt in which bad debt that arose speaks for it, s. */
const HORIZON = 86_400

/** Growth of bad debt that is dust, as a share of the opening debt. */
const DUST = 1e-5

const HOUR = 3600

/** A flag that a control holds at 0. */
export type Halt = {
  /** Instance indices of the control and of what it halted. */
  readonly control: number
  readonly target: number
  readonly term: TermName
  readonly asset: number
  readonly event: number
  /** s since the start; `to` is the end of the path while it lasts. */
  readonly from: number
  readonly to: number
  readonly lasts: boolean
}

/** Whether anybody controls anything in this world. */
export function hasControls(world: World): boolean {
  return world.instances.some(({ model }) => model.phase === 'control')
}

/** Ids of the changes that controls made, in order; others may change terms too. */
export function controlChanges({ trace, instances }: World): readonly number[] {
  const { instance } = trace.columns
  return eventsOf(trace, 'term').filter((e) => instances[instance[e]!]?.model.phase === 'control')
}

/** Whether a term is a flag that halts something at 0. */
export function isHalting(term: TermName): boolean {
  return TERMS[term].unit === 'flag' && term !== 'stopAtFrontier'
}

/** Tell which halt a `term` event begins or ends: the same target, term and asset. */
function slotOf({ columns }: Trace, event: number): string {
  return `${columns.row[event]}/${columns.other[event]}/${columns.asset[event]}`
}

function isHaltEvent({ columns }: Trace, event: number): boolean {
  return isHalting(TERM_NAMES[columns.other[event]!]!) && columns.y[event] === 0
}

/** All halts by controls of a path in the order of their beginning. */
export function haltsOf(world: World): readonly Halt[] {
  const { trace, spec } = world
  const { row, other, asset, instance, time, x } = trace.columns
  const open = new Map<string, { event: number; to: number; lasts: boolean }>()
  const all: { event: number; to: number; lasts: boolean }[] = []
  for (const event of controlChanges(world)) {
    const slot = slotOf(trace, event)
    const before = open.get(slot)
    if (isHaltEvent(trace, event)) {
      if (before || x[event] === 0) continue
      const halt = { event, to: spec.ticks * spec.tickSeconds, lasts: true }
      open.set(slot, halt)
      all.push(halt)
    } else if (before) {
      before.to = time[event]!
      before.lasts = false
      open.delete(slot)
    }
  }
  return all.map(({ event, to, lasts }) => ({
    ...{
      event,
      to,
      lasts,
      from: time[event]!,
      asset: asset[event]!,
      term: TERM_NAMES[other[event]!]!,
    },
    ...{ control: instance[event]!, target: row[event]! },
  }))
}

/** Funds that halts keep in, looked at after every tick. */
function createTrapWatch(world: World) {
  const prices = new Float64Array(world.spec.assets.length)
  const lenders = namedLenders(world).flatMap(({ name, self, lender }) => {
    const governed = world.instances[self]!.instance.ports?.governed
    if (!governed?.terms.includes('withdrawing')) return []
    const isOpen = (asset: number): boolean => governed.term('withdrawing', asset) !== 0
    return [{ name, lender, isOpen, assets: assetsOf(lender).filter(isOpen), now: 0, sum: 0 }]
  })
  return {
    look() {
      for (const own of lenders) {
        own.sum += own.now
        const halted = own.assets.filter((asset) => !own.isOpen(asset))
        own.now = 0
        if (halted.length > 0) referencePrices(world, prices)
        for (const a of halted)
          own.now += Math.max(0, Math.min(own.lender.cash(a), own.lender.claims(a))) * prices[a]!
      }
    },
    trapped: () =>
      new Map(
        lenders.map(({ name, sum }) => [name, (sum * world.spec.tickSeconds) / HOUR] as const),
      ),
  }
}

/** Halts that are judged once their horizon is over. */
type Judged = { readonly due: number; readonly targets: Set<number>[] }

/** Counts halts a day after which nothing has gone bad; all that one control does to a target at once is one. */
function createAlarmWatch(world: World) {
  const { tickSeconds } = world.spec
  const prices = new Float64Array(world.spec.assets.length)
  const lenders = lendersOf(world)
  const totals = () => debtTotals(lenders, referencePrices(world, prices), prices)
  const opening = totals()
  const waiting: Judged[] = []
  const counts = new Map<string, number>()
  const judge = (time: number): void => {
    let isSound: boolean | null = null
    while (waiting.length > 0 && waiting[0]!.due <= time) {
      isSound ??= totals().bad - opening.bad <= DUST * opening.debt
      for (const targets of isSound ? waiting[0]!.targets : [])
        for (const target of targets) {
          const { name } = world.instances[target]!
          counts.set(name, (counts.get(name) ?? 0) + 1)
        }
      waiting.shift()
    }
  }
  return {
    look(tick: number, halts: readonly number[]): void {
      const { instance, row } = world.trace.columns
      const targets = new Map<number, Set<number>>()
      for (const e of halts)
        targets.set(instance[e]!, (targets.get(instance[e]!) ?? new Set()).add(row[e]!))
      const time = tick * tickSeconds
      if (targets.size > 0) waiting.push({ due: time + HORIZON, targets: [...targets.values()] })
      judge(time)
    },
    falseAlarms(): ReadonlyMap<string, number> {
      judge(Number.POSITIVE_INFINITY)
      return counts
    },
  }
}

/**
 * Watch what controls do along a path; call `look` before the first tick and after every one.
 * @returns null, at no cost, in worlds without controls.
 */
export function createControlWatch(world: World): {
  readonly look: (tick: number) => void
  readonly result: () => ControlsWatched
} | null {
  if (!hasControls(world)) return null
  const capital = createCapitalWatch(world)
  const traps = createTrapWatch(world)
  const alarms = createAlarmWatch(world)
  const code = eventCode('term')
  let seen = 0
  return {
    look(tick) {
      const { kind, instance, x } = world.trace.columns
      const halts: number[] = []
      let isChanged = false
      for (; seen < world.trace.length; seen++) {
        if (kind[seen] !== code) continue
        isChanged = true
        const isControl = world.instances[instance[seen]!]?.model.phase === 'control'
        if (isControl && x[seen] !== 0 && isHaltEvent(world.trace, seen)) halts.push(seen)
      }
      capital.look(tick, isChanged)
      traps.look()
      alarms.look(tick, halts)
    },
    result: () => ({
      trapped: traps.trapped(),
      falseAlarms: alarms.falseAlarms(),
      capital: capital.lost(),
    }),
  }
}

/** Indices of the instances asked for: a lender and its cells; all when none is named. */
function isTarget(world: World, only?: string): (index: number) => boolean {
  return (index) => only === undefined || isAsked(world.instances[index]?.name ?? '', only)
}

function controlActions({ world }: PathView, only?: string): number | null {
  if (!hasControls(world)) return null
  const isCounted = isTarget(world, only)
  return controlChanges(world).filter((e) => isCounted(world.trace.columns.row[e]!)).length
}

function controlGas({ world }: PathView): number | null {
  if (!hasControls(world)) return null
  return world.instances.reduce(
    (sum, { model, self }) => sum + (model.phase === 'control' ? world.gas[self]! : 0),
    0,
  )
}

function haltedTime({ world }: PathView, only?: string): number | null {
  if (!hasControls(world)) return null
  const isCounted = isTarget(world, only)
  return haltsOf(world).reduce(
    (sum, { target, from, to }) => sum + (isCounted(target) ? to - from : 0),
    0,
  )
}

/** Add up what was watched over the targets asked for. */
function watchedSum(key: keyof ControlsWatched): Measure['value'] {
  return ({ watched: { controls } }, only) =>
    controls &&
    [...controls[key]].reduce((sum, [name, v]) => sum + (isAsked(name, only) ? v : 0), 0)
}

const lower = 'lower'

/** Measures of what controls do and cost; none in worlds without controls. */
export const CONTROL_MEASURES: readonly Measure[] = [
  {
    name: 'controlActions',
    unit: 'count',
    better: lower,
    doc: 'changes of terms that controls made; none without controls',
    perLender: true,
    value: controlActions,
  },
  {
    name: 'controlGas',
    unit: 'USD',
    better: lower,
    doc: 'gas that controls paid, of refused changes too; none without controls',
    value: controlGas,
  },
  {
    name: 'haltedTime',
    unit: 's',
    better: lower,
    doc: 'time for which controls kept a flag at 0, added up over targets, flags and assets, counted to the end when it lasts; none without controls',
    perLender: true,
    value: haltedTime,
  },
  {
    name: 'fundsTrapped',
    unit: 'USD hours',
    better: lower,
    doc: 'what suppliers could have taken out (cash, at most what they are owed) of markets whose withdrawing is halted, at reference prices, times the time of the halt; collateral that backs debt is among it; markets that are halted at the start do not count; none without controls',
    perLender: true,
    value: watchedSum('trapped'),
  },
  {
    name: 'falseAlarms',
    unit: 'count',
    better: lower,
    doc: `halts ${HORIZON / HOUR} h after which, or at the end where that is sooner, no bad debt has arisen since the start (0.001 % of the debt is dust); what one control halts of a target in one block is one. A halt that prevented all of it counts too: see the same path without the control; none without controls`,
    perLender: true,
    value: watchedSum('falseAlarms'),
  },
  {
    name: 'capitalCost',
    unit: 'USD',
    better: lower,
    doc: 'borrowing power lost, time average: collateral of all accounts at reference prices times the fall since the start of its threshold, or of its loan-to-value limit where that fell further; below zero where both were loosened; none without controls',
    perLender: true,
    value: watchedSum('capital'),
  },
]
