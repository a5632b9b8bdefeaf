import type { AttributionDocument, Interval, ScenarioSensitivity } from '../experiments/index.ts'
import { rangedText } from './experiment/units.ts'
import type { ExplainDocument } from './explain.ts'
import { addsMost, type Lead, movesMost } from './explainLead.ts'
import { inUnit } from './format.ts'
import type { PathStory } from './pathStory.ts'

const WIDTH = 24

function bar(share: number): string {
  const full = Number.isFinite(share) ? Math.round(Math.min(1, Math.abs(share)) * WIDTH) : 0
  return '█'.repeat(share === 0 ? 0 : Math.max(1, full))
}

function ranged({ value, low, high }: Interval, unit: string): string {
  if (Number.isNaN(value)) return 'none'
  if (!Number.isFinite(low) || !Number.isFinite(high)) return `${inUnit(value, unit)} (no interval)`
  if (low === high) return inUnit(value, unit)
  return `${inUnit(value, unit)} [${inUnit(low, unit)} .. ${inUnit(high, unit)}]`
}

const leadLine = (lead: Lead | null): readonly string[] =>
  lead ? [`${lead.named} ${lead.told}`] : []

/** What a measure is made of, from fundamental to whole. */
function waterfall(attribution: AttributionDocument): readonly string[] {
  const { measure, unit, whole, fundamental, spread, channels, absent, method } = attribution
  const top = Math.max(...channels.map(({ share }) => Math.abs(share.value)), 0)
  const line = (name: string, told: string, drawn: string): string =>
    `  ${name.padEnd(18)} ${drawn.padEnd(WIDTH)} ${told}`.trimEnd()
  const verdict = (text: string): string => (text === 'adds' ? '' : `  ${text}`)
  const how = method === 'exact' ? 'all sets of channels' : `${attribution.orders} orders`
  return [
    `What ${measure} is made of (Shapley shares over ${how}, ${attribution.paths} path${attribution.paths === 1 ? '' : 's'}):`,
    line('whole', ranged(whole, unit), ''),
    ...channels.map(({ name, share, verdict: said }) =>
      line(name, ranged(share, unit) + verdict(said), bar(share.value / top)),
    ),
    ...(channels.length > 1 ? [line('all channels', ranged(spread, unit), '')] : []),
    line('fundamental', `${ranged(fundamental, unit)}  is left with all of them cut`, ''),
    ...absent.map(({ name, reason }) => line(name, `not there: ${reason}`, '')),
    ...leadLine(addsMost(attribution)),
    ...attribution.notes.map((note) => `note: ${note}`),
    '',
  ]
}

/** A share that may be nothing is none that can be told. */
function doubtOf({ value, low }: Interval): string {
  if (Number.isNaN(low)) return ' (no interval)  cannot tell'
  return low <= 0 && value !== 0 ? '  cannot tell from none' : ''
}

/** Which parameters move it, the largest index first. */
function tornado(sensitivity: ScenarioSensitivity): readonly string[] {
  const { measure, parameters, method, notes, skipped, evaluations, paths } = sensitivity
  const rows = parameters
    .flatMap((p) => {
      const index = p.shapley ?? p.total
      return index && !Number.isNaN(index.value) ? [{ name: p.name, index }] : []
    })
    .sort((a, b) => b.index.value - a.index.value)
  const left = parameters.filter(({ isKept }) => !isKept).map(({ name }) => name)
  const what = { shapley: 'Shapley effects', sobol: 'total indices', morris: 'screening' }[method]
  return [
    `What moves ${measure} (${what}, share of its variance; ${evaluations} points, ${paths} path${paths === 1 ? '' : 's'} each):`,
    ...rows.map(
      ({ name, index }) =>
        `  ${name.padEnd(18)} ${bar(index.value).padEnd(WIDTH)} ${rangedText(index, 'fraction')}${doubtOf(index)}`,
    ),
    ...(method === 'morris' ? screening(sensitivity) : []),
    ...(left.length > 0
      ? [`  screened out as unimportant, shares are of what is left: ${left.join(', ')}`]
      : []),
    ...skipped.map(({ name, reason }) => `  not varied: ${name} (${reason})`),
    ...leadLine(movesMost(sensitivity)),
    ...notes.map((note) => `note: ${note}`),
    '',
  ]
}

function screening({ parameters, unit }: ScenarioSensitivity): readonly string[] {
  const known = parameters.flatMap(({ name, screening: s }) => (s ? [{ name, s }] : []))
  return known
    .sort((a, b) => b.s.muStar.value - a.s.muStar.value)
    .map(({ name, s }) => `  ${name.padEnd(18)} mean effect ${ranged(s.muStar, unit)}`)
}

function storyLines(
  { name, path, value, before, after, clauses, replay }: PathStory,
  unit: string,
): readonly string[] {
  return [
    `${name[0]!.toUpperCase()}${name.slice(1)} (path ${path}, ${inUnit(value, unit)}):`,
    ...before.map((text) => `  ${text}`),
    ...clauses.map(({ text, events }) => `  ${text} [${events.map((e) => `#${e}`).join(' ')}]`),
    ...after.map((text) => `  ${text}`),
    `  replay: ${replay}`,
    '',
  ]
}

/** Write an explanation for the terminal: what it is made of, what happened, what moves it. */
export function explainText(document: ExplainDocument): string {
  const { attribution, sensitivity, stories, notes, unit } = document
  return [
    ...(attribution ? waterfall(attribution) : []),
    ...stories.flatMap((story) => storyLines(story, unit)),
    ...(sensitivity ? tornado(sensitivity) : []),
    ...notes.map((note) => `note: ${note}`),
    ...(sensitivity || attribution?.isRandom ? ['Intervals are 95 %.'] : []),
  ].join('\n')
}
