import { controlChanges, eventsOf, haltsOf, hasControls, isHalting } from '../measures/index.ts'
import { TERM_NAMES, TERMS, type TermName, type World } from '../world/index.ts'
import { clock, count, dollars, inUnit, words } from './format.ts'
import { sayEvent } from './say.ts'

/** One change that a control made. */
export type Change = {
  readonly event: number
  /** s since the start. */
  readonly time: number
  readonly control: string
  readonly target: string
  readonly term: TermName
  readonly asset: string | null
  readonly from: number
  readonly to: number
  /** From the proposal to the change, s. */
  readonly waited: number
  /** The event that it answers to, and how long before it that was, s. */
  readonly cause: { readonly event: number; readonly text: string; readonly before: number } | null
  /** How long a halt lasted, s, and whether it ended; null where nothing was halted. */
  readonly halted: { readonly seconds: number; readonly lasts: boolean } | null
}

/** What one control did and what it cost. */
export type Defence = {
  readonly name: string
  readonly kind: string
  readonly doc: string
  readonly changes: number
  /** Transactions that were refused. */
  readonly refused: number
  /** USD. */
  readonly gas: number
  readonly halts: number
  /** Over all that it halted, s. */
  readonly haltedTime: number
  /** What its layers paid for bad debt, USD. */
  readonly paid: number
}

/** A time in which something was halted. */
export type HaltBar = {
  readonly label: string
  readonly control: string
  /** s since the start. */
  readonly from: number
  readonly to: number
}

/** A term over time: it has a value from its moment on until the next. */
export type Track = {
  readonly name: string
  readonly points: readonly { readonly time: number; readonly value: number }[]
}

/** Terms of one kind over time. */
export type TermTracks = {
  readonly term: string
  readonly unit: string
  readonly tracks: readonly Track[]
}

/** What the controls of a path did. */
export type Defences = {
  readonly controls: readonly Defence[]
  /** The first changes, in order. */
  readonly changes: readonly Change[]
  /** How many changes there are. */
  readonly total: number
  readonly halts: readonly HaltBar[]
  readonly terms: readonly TermTracks[]
}

/** Most changes listed, halts and terms drawn, changes told on the terminal. */
const LISTED = 200
const BARS = 24
const TRACKS = 6
const TOLD = 8

/** What a change is about: `borrowing of X on lender`. */
function subject(term: TermName, asset: string | null, target: string): string {
  return `${words(term)}${asset === null ? '' : ` of ${asset}`} on ${target}`
}

/** Say what was changed: `halts borrowing of X on lender`. */
export function sayChange({ term, asset, target, from, to }: Omit<Change, 'event'>): string {
  const what = subject(term, asset, target)
  if (isHalting(term)) return to === 0 ? `halts ${what}` : `lets ${what} go on`
  const { unit } = TERMS[term]
  if (unit === 'flag') return `switches ${what} ${to === 0 ? 'off' : 'on'}`
  const verb = to < from ? 'lowers' : 'raises'
  return `${verb} ${what} from ${inUnit(from, unit)} to ${inUnit(to, unit)}`
}

/** Say what a change answers to and how long after: `75 min after feed answers X = $90`; '' for nothing. */
export function sayCause({ cause }: Pick<Change, 'cause'>): string {
  if (cause === null) return ''
  return cause.before === 0
    ? `at once after ${cause.text}`
    : `${clock(cause.before)} after ${cause.text}`
}

/** Say how long a halt lasted; '' where nothing was halted. */
export function sayHalted({ halted }: Pick<Change, 'halted'>): string {
  if (halted === null) return ''
  return halted.lasts ? 'to the end' : `for ${clock(halted.seconds)}`
}

/** What a change answers to; the end of a halt answers to its beginning. */
function causeOf(world: World, event: number): Change['cause'] {
  const { parent, kind, row, other, asset, time } = world.trace.columns
  const cause = parent[event]!
  if (cause < 0) return null
  const isSame = [kind, row, other, asset].every((column) => column[cause] === column[event])
  return {
    event: cause,
    text: isSame ? 'it was changed' : sayEvent(world, cause),
    before: time[event]! - time[cause]!,
  }
}

function changesOf(world: World): readonly Change[] {
  const { trace, instances, spec } = world
  const c = trace.columns
  const halts = new Map(haltsOf(world).map((halt) => [halt.event, halt]))
  return controlChanges(world).map((event): Change => {
    const halt = halts.get(event)
    return {
      ...{ event, time: c.time[event]!, from: c.x[event]!, to: c.y[event]!, waited: c.z[event]! },
      control: instances[c.instance[event]!]!.name,
      target: instances[c.row[event]!]?.name ?? '?',
      term: TERM_NAMES[c.other[event]!]!,
      asset: c.asset[event]! < 0 ? null : spec.assets[c.asset[event]!]!.name,
      cause: causeOf(world, event),
      halted: halt ? { seconds: halt.to - halt.from, lasts: halt.lasts } : null,
    }
  })
}

function defenceOf(world: World, self: number, changes: readonly Change[]): Defence {
  const { trace, instances, gas } = world
  const { name, spec, model } = instances[self]!
  const own = changes.filter(({ control }) => control === name)
  const halted = own.flatMap((change) => change.halted ?? [])
  return {
    ...{ name, kind: spec.kind, doc: model.doc, changes: own.length, gas: gas[self]! },
    refused: eventsOf(trace, 'failed').filter((e) => trace.columns.instance[e] === self).length,
    halts: halted.length,
    haltedTime: halted.reduce((sum, { seconds }) => sum + seconds, 0),
    paid: eventsOf(trace, 'cover')
      .filter((e) => trace.columns.instance[e] === self)
      .reduce((sum, e) => sum + trace.columns.x[e]!, 0),
  }
}

function barsOf(changes: readonly Change[]): readonly HaltBar[] {
  return changes
    .flatMap(({ control, term, asset, target, time, halted }): HaltBar[] =>
      halted === null
        ? []
        : [{ control, label: subject(term, asset, target), from: time, to: time + halted.seconds }],
    )
    .sort((a, b) => b.to - b.from - (a.to - a.from))
    .slice(0, BARS)
    .sort((a, b) => a.from - b.from)
}

/** Every term that is no flag over time, those that changed most often first. */
function termTracks(changes: readonly Change[], duration: number): readonly TermTracks[] {
  const steps = changes.filter(({ term }) => !isHalting(term))
  return [...new Set(steps.map(({ term }) => term))].map((term): TermTracks => {
    const byName = new Map<string, Change[]>()
    for (const change of steps) {
      if (change.term !== term) continue
      const name = `${change.asset === null ? '' : `${change.asset} on `}${change.target}`
      byName.set(name, [...(byName.get(name) ?? []), change])
    }
    const tracks = [...byName].sort(([, a], [, b]) => b.length - a.length).slice(0, TRACKS)
    return {
      ...{ term: words(term), unit: TERMS[term].unit },
      tracks: tracks.map(([name, own]) => ({
        name,
        points: [
          { time: 0, value: own[0]!.from },
          ...own.map(({ time, to }) => ({ time, value: to })),
          { time: duration, value: own.at(-1)!.to },
        ],
      })),
    }
  })
}

/** Gather what the controls of a path did. @returns null in worlds without controls. */
export function defencesOf(world: World): Defences | null {
  if (!hasControls(world)) return null
  const changes = changesOf(world)
  const controls = world.instances.filter(({ model }) => model.phase === 'control')
  return {
    controls: controls.map(({ self }) => defenceOf(world, self, changes)),
    ...{ changes: changes.slice(0, LISTED), total: changes.length },
    halts: barsOf(changes),
    terms: termTracks(changes, world.spec.ticks * world.spec.tickSeconds),
  }
}

/** Say what a control did and cost: `3 changes, 1 refused, gas $12.30, halted 2 h in all`. */
export function sayDefence({ changes, refused, gas, halts, haltedTime, paid }: Defence): string {
  const nothing = paid > 0 ? [] : ['changed nothing']
  const parts = [
    ...(changes > 0 ? [count(changes, 'change')] : nothing),
    ...(paid > 0 ? [`paid ${dollars(paid)} for bad debt`] : []),
    ...(refused > 0 ? [`${refused} refused`] : []),
    ...(gas > 0 ? [`gas ${dollars(gas)}`] : []),
    ...(halts > 0 ? [`${count(halts, 'halt')} of ${clock(haltedTime)} in all`] : []),
  ]
  return parts.join(', ')
}

/** Changes of the same term told as one: the first, the last and how many there were. */
type Run = { readonly first: Change; last: Change; count: number }

function runsOf(changes: readonly Change[]): readonly Run[] {
  const runs = new Map<string, Run>()
  for (const change of changes) {
    const { event, control, target, term, asset } = change
    const slot = `${control}/${target}/${term}/${asset}`
    const known = runs.get(slot)
    // A halt and its end are a line each; steps of a number are one.
    if (!known || isHalting(term))
      runs.set(isHalting(term) ? String(event) : slot, { first: change, last: change, count: 1 })
    else Object.assign(known, { last: change, count: known.count + 1 })
  }
  return [...runs.values()]
}

function runLine({ first, last, count: n }: Run): string {
  const when = clock(first.time).padEnd(12)
  const whole = sayChange({ ...first, to: last.to })
  const steps = n > 1 ? `in ${n} steps until ${clock(last.time)}` : ''
  const parts = [whole, sayHalted(first), steps, n > 1 ? '' : sayCause(first)].filter(
    (p) => p !== '',
  )
  return `    ${when} ${first.control} ${parts.join(', ')} [#${first.event}]`
}

/** Write what controls did on a path for the terminal; nothing in worlds without controls. */
export function defencesText(world: World): readonly string[] {
  const defences = defencesOf(world)
  if (defences === null) return []
  const runs = runsOf(defences.changes)
  const rest = runs.length - TOLD
  return [
    'Defences:',
    ...defences.controls.map((d) => `  ${d.name.padEnd(22)} ${sayDefence(d)}`),
    ...runs.slice(0, TOLD).map(runLine),
    ...(rest > 0 ? [`    and ${count(rest, 'other')}`] : []),
    '',
  ]
}
