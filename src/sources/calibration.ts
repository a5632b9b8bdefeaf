import { inversePositive } from '../math/index.ts'
import { choice, file, type Loaded, list, type ParamsOf, record, text } from '../world/index.ts'
import { dataSource, type Files } from './files.ts'
import { isJson, type Json, jsonNumber, jsonText, parseJson } from './json.ts'
import { createProblems, quoted, SourceError } from './problems.ts'
import { type Source, source } from './source.ts'

const params = {
  file: file('JSON of `breakwater calibrate --out`'),
  process: choice(
    'which of its fits',
    ['gbm', 'jumpDiffusion', 'regimes', 'ou', 'bootstrap', 'heston'],
    'gbm',
  ),
  assets: list(
    'assets of the scenario and the calibrated ones that they are like; empty: under their own names',
    record('one asset', { asset: text('of the scenario'), like: text('calibrated') }),
    { default: [] },
  ),
}

type Given = ParamsOf<typeof params>
type Likeness = { readonly asset: string; readonly like: string }
type Pair = { readonly a: string; readonly b: string; readonly correlation: number }

function fitOf(content: Json, { file: path, process }: Given): Json {
  const fits = Array.isArray(content.fits) ? content.fits.filter(isJson) : []
  const found = fits.find((fit) => fit.process === process)
  if (content.version === 1 && found && isJson(found.settings)) return found
  const names = fits.map((fit) => String(fit.process)).join(', ') || 'none'
  throw new SourceError([
    `${path}: no fit of ${quoted(process)} (version 1); it holds ${names}: calibrate again with --process ${process}`,
  ])
}

function pairsOf(given: readonly unknown[], place: string): readonly Pair[] {
  const p = createProblems()
  const pairs = given.map((entry, i) => {
    const item = isJson(entry) ? entry : {}
    const at = `${place}.pairs[${i}]`
    return {
      a: jsonText(item, 'a', at, p),
      b: jsonText(item, 'b', at, p),
      correlation: jsonNumber(item, 'correlation', at, p, { min: -1, max: 1 }),
    }
  })
  p.check()
  return pairs
}

/** Regression of each calibrated asset on the others: x_i = b x + rest, `share` is its R squared. */
type Regressions = {
  readonly known: readonly string[]
  readonly matrix: Float64Array
  readonly weight: readonly Float64Array[]
}

function regressions(known: readonly string[], pairs: readonly Pair[]): Regressions {
  const n = known.length
  const matrix = new Float64Array(n * n)
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1
  for (const { a, b, correlation } of pairs) {
    const [i, j] = [known.indexOf(a), known.indexOf(b)]
    if (i >= 0 && j >= 0) matrix[i * n + j] = matrix[j * n + i] = correlation
  }
  const inverse = inversePositive(matrix, n)
  const weight = known.map((_, i) =>
    Float64Array.from({ length: n }, (_, j) =>
      i === j || !inverse ? 0 : -inverse[i * n + j]! / inverse[i * n + i]!,
    ),
  )
  return { known, matrix, weight }
}

/** Correlation of assets that are `like` calibrated ones; the first like each is that asset itself. */
function correlation(
  r: Regressions,
  a: Likeness,
  b: Likeness,
  isCopy: (l: Likeness) => boolean,
): number {
  const n = r.known.length
  const row = (l: Likeness): Float64Array => {
    const i = r.known.indexOf(l.like)
    return isCopy(l) ? r.weight[i]! : Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))
  }
  const [p, q] = [row(a), row(b)]
  let total = 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) total += p[i]! * r.matrix[i * n + j]! * q[j]!
  return total
}

/**
 * Correlations of the scenario's assets. The first asset like a calibrated one takes its place; a further
 * one has the same link to all the others as their regression gives, and a rest of its own, so that the
 * matrix stays one of a joint distribution.
 */
function expandPairs(
  pairs: readonly Pair[],
  members: readonly Likeness[],
  known: readonly string[],
): readonly Pair[] {
  const r = regressions(known, pairs)
  const isCopy = (l: Likeness): boolean => members.find((m) => m.like === l.like) !== l
  return members.flatMap((a, i) =>
    members.slice(i + 1).map((b) => ({
      ...{ a: a.asset, b: b.asset, correlation: correlation(r, a, b, isCopy) },
    })),
  )
}

/** Settings with assets under the scenario's names, at any depth. */
function renamed(
  value: unknown,
  members: readonly Likeness[],
  known: readonly string[],
  place: string,
): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, members, known, place))
  if (!isJson(value)) return value
  const keys = Object.keys(value)
  if (keys.length > 0 && keys.every((key) => known.includes(key)))
    return Object.fromEntries(members.map(({ asset, like }) => [asset, value[like]]))
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'pairs' && Array.isArray(item)
        ? expandPairs(pairsOf(item, place), members, known)
        : renamed(item, members, known, place),
    ]),
  )
}

/** Volatilities as multiples of the first asset's, so that one parameter can scale them all. */
function relativeTo(vols: unknown, first: string): Readonly<Record<string, number>> | undefined {
  if (!isJson(vols)) return undefined
  const base = Number(vols[first])
  return Object.fromEntries(Object.entries(vols).map(([asset, vol]) => [asset, Number(vol) / base]))
}

/** Rate of common jumps: that of the last regime. */
function jumpRate({ regimes }: Json): { readonly jumpsPerYear?: number } {
  const last = Array.isArray(regimes) ? regimes.at(-1) : undefined
  return isJson(last) ? { jumpsPerYear: Number(last.jumpsPerYear) } : {}
}

function membersOf({ assets, file: path }: Given, known: readonly string[]): readonly Likeness[] {
  const members = assets.length > 0 ? assets : known.map((asset) => ({ asset, like: asset }))
  for (const { asset, like } of members)
    if (!known.includes(like))
      throw new SourceError([
        `${path}: ${quoted(asset)} is like ${quoted(like)}, which is not calibrated there; use one of ${known.join(', ')}`,
      ])
  return members
}

function factsOf(fit: Json): Loaded['facts'] {
  const parameters = Array.isArray(fit.parameters) ? fit.parameters.filter(isJson) : []
  return parameters.flatMap(({ name, value, error, unit }) => [
    { name: `${name}`, value: Number(value), unit: `${unit}` },
    { name: `${name}.error`, value: error === null ? Number.NaN : Number(error), unit: `${unit}` },
  ])
}

function load(given: Given, files: Files): Loaded {
  const content = files.read(given.file)
  const json = parseJson(content.text, given.file)
  if (!isJson(json)) throw new SourceError([`${given.file}: no JSON object; calibrate again`])
  const fit = fitOf(json, given)
  const known = Array.isArray(json.assets) ? json.assets.map(String) : []
  const members = membersOf(given, known)
  const settings = renamed(fit.settings, members, known, given.file) as Json
  const relative = relativeTo(settings.vols, members[0]!.asset)
  const others = members.filter(({ asset, like }) => asset !== like)
  const span = `${String(json.from).slice(0, 10)} to ${String(json.to).slice(0, 10)}`
  return {
    outputs: { ...settings, ...(relative ? { relative } : {}), ...jumpRate(settings) },
    data: [dataSource(given.file, content, span)],
    leftOut: [],
    assumptions: others.map(({ asset, like }) => ({
      ...{ name: `${asset} moves like`, value: like, unit: 'asset' },
      source: 'assumed: its own history is not calibrated',
    })),
    remarks: [`${given.process} on ${json.rows} returns (${json.regime}): ${fit.verdict}`],
    facts: factsOf(fit),
  }
}

/** Fitted parameters of a price process from a file of `breakwater calibrate`. */
export const calibration: Source = source({
  kind: 'calibration',
  doc: 'parameters of a price process, as `breakwater calibrate` fitted them',
  params,
  outputs: {
    vols: 'volatility of each asset (gbm, jumpDiffusion)',
    relative: 'the same as multiples of the first asset',
    pairs: 'correlation of every pair (gbm, jumpDiffusion, heston)',
    jumps: 'law of the jumps of each asset (jumpDiffusion)',
    regimes: 'the regimes (regimes)',
    jumpsPerYear: 'rate of common jumps in the last regime (regimes)',
    mixing: 'period of one tail draw, s (regimes)',
    jumpMeans: 'mean size of a common jump (regimes)',
    jumpSds: 'its standard deviation (regimes)',
    jumpCorrelation: 'correlation of its sizes (regimes)',
    pegs: 'law of each peg (ou)',
    laws: 'law of each asset (bootstrap, heston)',
    step: 's per return (bootstrap)',
  },
  load,
})
