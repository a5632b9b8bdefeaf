import type { Change, Compared, Effect, Ranked } from '../experiments/index.ts'
import { measureInfo } from '../measures/index.ts'
import { count } from './format.ts'

/** What terminal and page tell of a comparison. */
export type Told = Omit<Compared, 'rows'>

type Interval = Pick<Change, 'value' | 'low' | 'high'>
type Arm = Told['arms'][number]

/** Least number of dollars that is told: below it is what is left of rounding. */
const DUST = 0.005

/** Whether a number differs from nothing. */
export function isThere({ value, low, high }: Interval, unit: string): boolean {
  if (unit !== 'USD') return value !== 0 || low !== high
  return value === null || [value, low ?? 0, high ?? 0].some((own) => Math.abs(own) >= DUST)
}

/** Say how sure a difference is where its interval does not. */
export function sureText(
  { value, low, high, method, verdict }: Effect,
  isCertain: boolean,
): string {
  if (isCertain) return ''
  if (low === null || high === null || (value === 0 && low === high)) return method
  const isAlone = verdict === 'cannot tell' && low * high > 0
  return isAlone ? 'its interval leaves out 0, which among so many may be chance' : ''
}

/** Most names in a sentence. */
const NAMES = 3

function quoted(name: string): string {
  return name === 'as it is' ? `"${name}"` : name
}

function listed(names: readonly string[]): string {
  return names.length > NAMES ? `${names.length} others` : names.map(quoted).join(', ')
}

/** Say from which others an arm cannot be told. */
export function doubtText({ cannotTell, same }: Ranked, isCertain: boolean): string {
  const paths = isCertain ? 'every path' : 'these paths'
  return [
    ...(same.length > 0 ? [`the same on ${paths} as ${listed(same)}`] : []),
    ...(cannotTell.length > 0 ? [`cannot be told from ${listed(cannotTell)}`] : []),
  ].join('; ')
}

/** Write the places that an arm may have: `1`, or `1-3`. */
export function placeText({ rank, worst }: Ranked): string {
  return rank === worst ? String(rank) : `${rank}-${worst}`
}

/** Whether a change costs or gains, in the direction of its own measure; null where its interval says either. */
export function costSide({ measure, value, low, high }: Change): 'cost' | 'gain' | null {
  if (value === null || value === 0 || (low ?? value) * (high ?? value) <= 0) return null
  return value > 0 === (measureInfo(measure)?.better === 'higher') ? 'gain' : 'cost'
}

/** Names of what was looked at in calm weather, and of what differs there with any arm. */
export function costNames({ arms }: Told): {
  readonly all: readonly string[]
  readonly told: readonly string[]
} {
  const costs = arms.flatMap((arm) => arm.costs ?? [])
  const namesOf = (list: readonly Change[]) => [...new Set(list.map(({ measure }) => measure))]
  return { all: namesOf(costs), told: namesOf(costs.filter((cost) => isThere(cost, cost.unit))) }
}

/** A sentence that begins with what it is about. */
export type Lead = { readonly subject: string; readonly rest: string }

type Sentence = {
  /** The compared measure in words. */
  readonly what: string
  readonly text: (effect: Effect) => string
}

function withVerdict({ ranking, arms }: Told, verdict: Effect['verdict']): readonly Arm[] {
  const found = ranking.map(({ name }) => arms.find((arm) => arm.name === name)!)
  return found.filter(({ avoided }) => avoided?.verdict === verdict)
}

function words({ measure, isCertain }: Told) {
  const sure = isCertain ? '' : 'surely '
  const [good, bad] = measure.better === 'higher' ? ['raise', 'lower'] : ['lower', 'raise']
  return { sure, good, bad, gains: measure.better === 'higher' ? 'gains' : 'avoids' }
}

function leadOfOne(found: Told, arm: Arm, { what, text }: Sentence): Lead {
  const { sure, good, bad } = words(found)
  const effect = arm.avoided!
  const by = (verb: string): string => ` ${sure}${verb}s ${what}: better by ${text(effect)}.`
  if (effect.verdict === 'helps') return { subject: arm.name, rest: by(good) }
  if (effect.verdict === 'harms') return { subject: arm.name, rest: by(bad) }
  if (effect.verdict === 'no effect')
    return { subject: arm.name, rest: ` changes nothing of ${what}.` }
  return { subject: arm.name, rest: ` may ${good} or ${bad} ${what}: it cannot be told.` }
}

/** How many are not known to help, and why: `; 2 surely raise it, 1 cannot be told`. */
function othersText(found: Told): string {
  const { sure, bad } = words(found)
  const many = (verdict: Effect['verdict']) => withVerdict(found, verdict).length
  const harms = many('harms')
  const parts = [
    ...(harms > 0 ? [`${harms} ${sure}${bad}${harms === 1 ? 's' : ''} it`] : []),
    ...(many('no effect') > 0 ? [`${many('no effect')} without effect`] : []),
    ...(many('cannot tell') > 0 ? [`${many('cannot tell')} cannot be told`] : []),
  ]
  return parts.length === 0 ? '' : `; ${parts.join(', ')}`
}

function leadOfMost(found: Told, helpers: readonly Arm[], { what, text }: Sentence): Lead {
  const { gains } = words(found)
  const top = helpers.reduce((a, b) => (b.avoided!.value! > a.avoided!.value! ? b : a))
  const place = found.ranking.find(({ name }) => name === top.name)!
  const isRival = (name: string) => helpers.some((arm) => arm.name === name)
  const [cannotTell, same] = [place.cannotTell.filter(isRival), place.same.filter(isRival)]
  const doubt = doubtText({ ...place, cannotTell, same }, found.isCertain)
  const mean = cannotTell.length > 0 ? ' in the mean' : ''
  const most = ` ${gains} most${mean}: ${text(top.avoided!)} of ${what}${doubt && ` (${doubt})`}`
  return { subject: top.name, rest: `${most}${othersText(found)}.` }
}

/** Say first what was found: which surely help, and whether one of them does most. */
export function compareLead(found: Told, sentence: Sentence): Lead {
  const { sure, good } = words(found)
  const { what, text } = sentence
  const arms = found.arms.filter(({ avoided }) => avoided !== null)
  const helpers = withVerdict(found, 'helps')
  if (arms.length === 1) return leadOfOne(found, arms[0]!, sentence)
  if (helpers.length === 0)
    return {
      subject: `None of ${arms.length}`,
      rest: ` ${sure}${good}s ${what}${othersText(found)}.`,
    }
  if (helpers.length > 1) return leadOfMost(found, helpers, sentence)
  const [only] = helpers
  return {
    subject: only!.name,
    rest: ` is the only one of ${arms.length} that ${sure}${good}s ${what}: ${text(only!.avoided!)}${othersText(found)}.`,
  }
}

/** How sure it all is. */
export function sureLine({ isCertain, paths, compared, runs, arms, ranking }: Told): string {
  const dropped = paths - compared
  const left = dropped > 0 ? `, ${count(dropped, 'path')} without a number left out` : ''
  if (isCertain)
    return `no chance: ${count(paths, 'path')} of each tell${paths === 1 ? 's' : ''} all, ${runs} runs`
  const isOpen = ranking.every(({ rank, worst }) => rank === 1 && worst === ranking.length)
  const order = isOpen ? '; no order can be told from so few paths' : ''
  const approximate = arms.some(({ avoided }) => avoided?.approximate && avoided.value !== 0)
  const doubt = approximate ? '; some are approximate, see "method" in --json' : ''
  return `${count(paths, 'path')} on the same draws${left}, ${runs} runs; intervals are 95 % each; verdicts, ranks and pairs hold together with 95 %${order}${doubt}`
}
