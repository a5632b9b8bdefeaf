import type { CapDocument, TuneDocument } from '../../experiments/index.ts'
import { unitOf } from '../expression.ts'
import { count, inUnit, short } from '../format.ts'
import { type Html, html, nothing, type Part, section, table } from '../page/html.ts'
import { missesText, moreText, rivalsOf, standsText, VERDICTS } from '../tuneTold.ts'
import { type About, axisName, factsOf, parameterOf } from './about.ts'
import { type Frontier, type FrontierPoint, frontierChart } from './frontier.ts'
import { experimentPage, figure, headline, legend, type Tile } from './page.ts'
import { type Row, rowPlot } from './rows.ts'
import { isKnown, type Ranged, rangedText } from './units.ts'
import { xyPlot } from './xy.ts'

type Place = NonNullable<TuneDocument['best']>
type At = Place['at']

function atText(at: At, about: About): string {
  const list = Object.entries(at)
  if (list.length === 0) return 'the scenario as it is'
  return list.map(([name, v]) => `${name} ${inUnit(v, parameterOf(about, name).unit)}`).join(', ')
}

function rival(name: string, place: Place, color: Row['color'], about: About, unit: string): Row {
  const { fresh, at } = place
  const misses = missesText(place)
  return {
    ...{ value: fresh.value, low: fresh.low, high: fresh.high, name, color, mark: 'dot' },
    text: `${rangedText(fresh, unit)}${misses ? ', not feasible' : ''}`,
    title: `${name}: ${atText(at, about)}${misses ? `; ${misses}` : ''}`,
  }
}

/** Say of every place beside the tuned one how it stands. */
function rivalNotes(document: TuneDocument): Part {
  const unit = unitOf(document.objective)
  return rivalsOf(document).map(({ name, rival: own }) =>
    own
      ? html`<p>The ${name} has ${moreText(own.more, unit)} than the tuned place: <b>${standsText(own, document.best)}</b>.</p>`
      : html`<p>The ${name}: none of them is feasible.</p>`,
  )
}

function rivalChart(document: TuneDocument, about: About): Html {
  const { best, asItIs, bySearch, atRandom, objective, points, isRandom } = document
  const unit = unitOf(objective)
  const rows = [
    ...(best ? [rival('tuned', best, '3', about, unit)] : []),
    ...(bySearch ? [rival('best of the search', bySearch, '1', about, unit)] : []),
    ...(atRandom ? [rival('best at random', atRandom, '1', about, unit)] : []),
    ...(asItIs ? [rival('as it is', asItIs, '2', about, unit)] : []),
  ]
  if (rows.length === 0)
    return nothing('No point met all constraints, so there is nothing to compare.')
  const told = `${points} points were searched, and as many at random`
  return figure(
    isRandom ? 'On paths that the search has not seen' : 'Tuned, at random and as it is',
    isRandom ? `${told}; whiskers are 95 % intervals` : told,
    (width) =>
      rowPlot(
        {
          title: 'tuned, at random and as it is',
          description: `${objective}, ${rows.map((r) => `${r.name} ${r.text}`).join(', ')}.`,
          axis: { name: objective, unit },
          rows,
        },
        width,
      ),
  )
}

type Beside = NonNullable<TuneDocument['frontier']>['tuned']

/** Whether one point of the frontier lies at an efficiency. */
function kneeOf(points: readonly { readonly efficiency: Ranged }[], knee: Ranged | null): number {
  if (!knee || !isKnown(knee.value)) return -1
  const distance = (k: number): number =>
    Math.abs((points[k]!.efficiency.value ?? Infinity) - knee.value!)
  return points.reduce((best, _, k) => (distance(k) < distance(best) ? k : best), 0)
}

function frontierOf(found: NonNullable<TuneDocument['frontier']>, about: About): Frontier {
  const [efficiency, loss] = [found.efficiency, found.loss].map((name) => ({
    name,
    unit: unitOf(name),
  }))
  const knee = kneeOf(found.points, found.knee)
  const place = (own: Beside, role: FrontierPoint['role'], name: string): FrontierPoint => ({
    ...{ x: own.efficiency, y: own.loss, role },
    title: `${name}: ${efficiency!.name} ${rangedText(own.efficiency, efficiency!.unit)}, ${loss!.name} ${rangedText(own.loss, loss!.unit)}`,
  })
  return {
    ...{ x: efficiency!, y: loss! },
    points: [
      ...found.points.map((p, k) =>
        place(p, k === knee ? 'knee' : 'frontier', atText(p.at, about)),
      ),
      place(found.asItIs, 'base', 'the scenario as it is'),
      place(found.tuned, 'tuned', 'tuned'),
    ],
  }
}

function kneeText({ knee, note, efficiency }: NonNullable<TuneDocument['frontier']>): Part {
  if (!knee) return headline(note)
  return html`The knee is at <b>${efficiency} ${rangedText(knee, unitOf(efficiency))}</b>: ${note}.`
}

function frontierSection({ frontier }: TuneDocument, about: About): Html {
  if (!frontier)
    return section(
      'frontier',
      'The frontier',
      nothing('No efficiency was named; --efficiency draws the frontier between it and the loss.'),
    )
  return section(
    'frontier',
    'The frontier',
    frontierChart(frontierOf(frontier, about)),
    html`<p>${kneeText(frontier)}</p>`,
    html`<details><summary>All ${frontier.points.length} points</summary>${table(frontier.points, [
      {
        title: frontier.efficiency,
        align: 'right',
        cell: (p) => rangedText(p.efficiency, unitOf(frontier.efficiency)),
      },
      {
        title: frontier.loss,
        align: 'right',
        cell: (p) => rangedText(p.loss, unitOf(frontier.loss)),
      },
      {
        title: 'slope',
        align: 'right',
        hint: 'loss that one more unit of efficiency costs from here to the next point',
        cell: (p) => (isKnown(p.slope) ? short(p.slope) : ''),
      },
      { title: 'at', cell: (p) => html`<span class="w wide">${atText(p.at, about)}</span>` },
    ])}</details>`,
  )
}

function cliffText(near: TuneDocument['cliffs'][number] | undefined, unit: string): Part {
  if (!near) return ''
  if (!near.cliff) return 'none found'
  const away = isKnown(near.distance) ? `, ${short(near.distance)} half-widths away` : ''
  return `${rangedText(near.cliff, unit)}${away}${near.isNear ? ': NEAR' : ''}`
}

function parameterTable(document: TuneDocument, about: About): Html {
  const { vary, best, nearest, marginals, cliffs, lossMeasure } = document
  const at = best?.at ?? nearest?.at ?? {}
  const unit = unitOf(lossMeasure)
  return table(vary, [
    { title: 'parameter', cell: (v) => html`<b>${v.name}</b>` },
    { title: 'from', align: 'right', cell: (v) => inUnit(v.low, parameterOf(about, v.name).unit) },
    { title: 'to', align: 'right', cell: (v) => inUnit(v.high, parameterOf(about, v.name).unit) },
    {
      title: best ? 'tuned' : 'nearest',
      align: 'right',
      cell: (v) => html`<b>${inUnit(at[v.name] ?? null, parameterOf(about, v.name).unit)}</b>`,
    },
    {
      title: `more ${lossMeasure} per step`,
      align: 'right',
      hint: 'a point (0.01) of fractions and ratios, 1 % of the range of others',
      cell: (v) => {
        const own = marginals.find(({ name }) => name === v.name)
        if (!own) return ''
        const { low, high, approximate, n } = own.change
        const seen = approximate && low === high ? ` on all ${count(n, 'path')}` : ''
        return `${rangedText(own.change, unit)} per ${short(own.step)}${seen}`
      },
    },
    {
      title: 'cliff',
      cell: (v) =>
        cliffText(
          cliffs.find(({ name }) => name === v.name),
          parameterOf(about, v.name).unit,
        ),
    },
  ])
}

function constraintTable({ best, isRandom }: TuneDocument): Part {
  if (!best || best.constraints.length === 0) return ''
  return [
    html`<h3>Constraints${isRandom ? ', on fresh paths' : ''}</h3>`,
    table(best.constraints, [
      { title: 'constraint', cell: (c) => html`<code>${c.text}</code>` },
      {
        title: 'left side',
        align: 'right',
        cell: (c) => rangedText(c.left, unitOf(c.text)),
      },
      { title: 'verdict', cell: (c) => VERDICTS[c.verdict] },
    ]),
  ]
}

/** Say whether the tuned place keeps its constraints where that is not sure, and how it stands. */
function standingOf({ best, asItIs, objective }: TuneDocument): string {
  const unit = unitOf(objective)
  const misses = best && missesText(best)
  const doubt = best?.constraints.filter(({ verdict }) => verdict === 'cannot tell') ?? []
  return [
    ...(misses ? [`, but ${misses} on fresh paths`] : []),
    ...(doubt.length > 0
      ? [`; whether ${doubt.map(({ text }) => text).join(', ')} holds cannot be told`]
      : []),
    ...(asItIs
      ? [`. The scenario as it is has ${moreText(asItIs.more, unit)}: ${standsText(asItIs, best)}`]
      : []),
  ].join('')
}

function leadOf(document: TuneDocument, about: About): Part {
  const { best, nearest, objective, note } = document
  const unit = unitOf(objective)
  if (!best) {
    const missed = nearest?.missed.map(({ text, by }) => `${text} by ${short(by)}`).join(', ')
    return html`<b>No feasible point</b> was found: ${note}${nearest ? html`. The nearest, ${atText(nearest.at, about)}, misses ${missed ?? 'nothing'}` : ''}.`
  }
  return html`<b>${atText(best.at, about)}</b> gives ${objective} = ${rangedText(best.fresh, unit)}${standingOf(document)}.`
}

function tilesOf(document: TuneDocument): readonly Tile[] {
  const { best, objective, points, impossible, runs, paths, freshPaths, isRandom } = document
  const unit = unitOf(objective)
  return [
    {
      name: isRandom ? 'objective, fresh paths' : 'objective',
      value: best ? inUnit(best.fresh.value, unit) : 'none',
      note: best ? rangedText(best.fresh, unit) : '',
    },
    ...(isRandom
      ? [
          {
            name: 'on the paths searched',
            value: best ? inUnit(best.searched, unit) : 'none',
            note: 'of the best point: too good',
          },
        ]
      : []),
    {
      name: 'points',
      value: short(points),
      note: `and as many at random${impossible > 0 ? `; ${impossible} could not be run` : ''}`,
    },
    {
      name: 'runs',
      value: short(runs),
      note: isRandom ? `${count(paths, 'path')} a point, ${short(freshPaths)} fresh` : 'no chance',
    },
  ]
}

function runsText(runs: number, isRandom: boolean, freshSeed: number): string {
  return `${short(runs)} in all${isRandom ? `; fresh paths have seed ${freshSeed}` : ''}`
}

/** Write the page of `breakwater tune`. */
export function tunePage(document: TuneDocument, about: About): string {
  const { objective, subjectTo, cliffs, seed, runs, freshSeed } = document
  const near = cliffs.filter(({ isNear }) => isNear)
  return experimentPage({
    title: `tuning of ${document.scenario}`,
    question: `Breakwater tune: least ${objective}${subjectTo.length > 0 ? `, subject to ${subjectTo.join(' and ')}` : ''}`,
    heading: about.scenario.title,
    lead: leadOf(document, about),
    warnings: near.map(
      ({ name, note }) => `the tuned place is next to a cliff in ${name}: ${note}`,
    ),
    tiles: tilesOf(document),
    sections: [
      frontierSection(document, about),
      section('rivals', 'Is it better', rivalChart(document, about), rivalNotes(document)),
      section(
        'parameters',
        'The parameters',
        parameterTable(document, about),
        constraintTable(document),
      ),
    ],
    facts: factsOf(about, seed, runsText(runs, document.isRandom, freshSeed)),
  })
}

/** Write the page of `breakwater tune --budget`. */
export function capPage(document: CapDocument, about: About): string {
  const { vary, budget, cap, note, points, fresh, seed, runs, isRandom } = document
  const parameter = parameterOf(about, vary.name)
  const unit = unitOf(budget)
  const at = cap ? rangedText(cap, parameter.unit) : 'none'
  const chart = figure('Over the budget', 'below 0 the budget holds', (width) =>
    xyPlot(
      {
        title: `excess over ${budget} against ${vary.name}`,
        description: `Largest cap within the budget: ${at}.`,
        x: { name: axisName(parameter), unit: parameter.unit, span: [vary.low, vary.high] },
        panels: [
          {
            ...{ name: `left side of ${budget}, less the bound`, unit, height: 280, from: 'zero' },
            series: [
              {
                ...{ color: '1', marks: 'both' },
                points: points.map(({ x, over }) => ({
                  ...{ x, y: over },
                  title: `${vary.name} ${inUnit(x, parameter.unit)}: ${inUnit(over, unit)} over`,
                })),
              },
            ],
            levels: [{ y: 0, text: 'budget' }],
          },
        ],
        markers: cap ? [{ ...cap, color: '3', text: `cap ${at}` }] : [],
      },
      width,
    ),
  )
  return experimentPage({
    title: `cap of ${document.scenario}`,
    question: `Breakwater tune: largest ${vary.name} with ${budget}`,
    heading: about.scenario.title,
    lead: cap
      ? html`<b>${vary.name} ${at}</b>: ${note}.`
      : html`<b>No cap</b> in this range: ${note}.`,
    tiles: [
      {
        name: `cap on ${vary.name}`,
        value: cap ? inUnit(cap.value, parameter.unit) : 'none',
        note: cap ? at : '',
      },
      {
        name: isRandom ? 'budget, fresh paths' : 'budget',
        value: fresh ? VERDICTS[fresh.verdict] : 'none',
        note: fresh ? rangedText(fresh.left, unit) : '',
      },
      {
        name: 'runs',
        value: short(runs),
        note: isRandom
          ? `${count(document.paths, 'path')} a cap, ${short(document.freshPaths)} fresh`
          : 'no chance',
      },
    ],
    sections: [
      section(
        'cap',
        'The cap and its budget',
        chart,
        cap
          ? legend([
              {
                name: isRandom ? 'cap and its 95 % interval' : 'cap, and the next value tried',
                ...{ color: 'c3', mark: 'dash' },
              },
            ])
          : '',
      ),
    ],
    facts: factsOf(about, seed, runsText(runs, isRandom, document.freshSeed)),
  })
}
