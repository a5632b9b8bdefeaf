import { intervalOf } from '../cliff/curve.ts'
import type { Summary } from '../cliff/types.ts'
import type { NearLine } from './nearLine.ts'

/** A parameter that is varied: between which values, and cells of the first grid. */
export type Axis = {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly cells: number
}

/** The measure at some points, per point one value per path (or resample); NaN where there is none. */
export type Ask = (points: readonly (readonly number[])[]) => Promise<readonly Float64Array[]>

/** A point of a mesh: one coordinate per axis, and what was found there. */
export type MeshPoint = { readonly at: readonly number[]; readonly values: Float64Array }

/** A cell of a mesh by two opposite corners, and how often it was halved. */
export type MeshCell = {
  readonly from: readonly number[]
  readonly to: readonly number[]
  readonly depth: number
}

/** A grid that was refined along a line and where the measure changes most. Points and cells in order of coordinates. */
export type Mesh = { readonly points: readonly MeshPoint[]; readonly cells: readonly MeshCell[] }

/** How far a mesh is refined. */
export type Refinement = {
  /** How often a cell may be halved. */
  readonly rounds: number
  /** Most points of the whole mesh beyond the first grid's. */
  readonly most: number
  readonly summary?: Summary
  /** Distance to the line along which cells are halved first; default: there is none. */
  readonly near?: NearLine
  /** The point nearest to one of the mesh at which there can be something; default: the point itself. */
  readonly settled?: (at: readonly number[]) => readonly number[]
}

/** Least part of the whole change of the measure that a cell must show to be halved. */
const PART = 0.1

/** A cell on the lattice of the finest cells. */
type Square = { readonly low: readonly number[]; readonly size: number; readonly depth: number }

/** All combinations of one choice per axis. */
function combinations(choices: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return choices.reduce<readonly (readonly number[])[]>(
    (all, own) => all.flatMap((head) => own.map((value) => [...head, value])),
    [[]],
  )
}

/** What was found at places of the lattice; places that settle at one point are one. */
type Known = {
  readonly values: ReadonlyMap<string, Float64Array>
  readonly keyOf: (place: readonly number[]) => string
}

function cornersOf({ low, size }: Square): readonly (readonly number[])[] {
  return combinations(low.map((at) => [at, at + size]))
}

function halvesOf({ low, size, depth }: Square): readonly Square[] {
  const half = size / 2
  return combinations(low.map((at) => [at, at + half])).map((at) => ({
    ...{ low: at, size: half, depth: depth + 1 },
  }))
}

function byPlace(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((value, i) => value !== b[i])
  return k < 0 ? 0 : a[k]! - b[k]!
}

const isLarger = (a: number, b: number): boolean => a > b

/** The corners between which a cell changes most, and by how much; null when one has no value. */
function changeOf(square: Square, { values: known, keyOf }: Known, summary: Summary) {
  const corners = cornersOf(square).map((place) => known.get(keyOf(place))!)
  const means = corners.map((values) => summary(values).value)
  if (means.some(Number.isNaN)) return null
  const least = means.indexOf(Math.min(...means))
  const most = means.indexOf(Math.max(...means))
  const difference = corners[most]!.map((value, k) => value - corners[least]![k]!)
  const { value, low } = summary(difference)
  // Without an interval there is no chance; with one it must leave 0 out.
  return { by: value, isSure: Number.isNaN(low) || isLarger(low, 0) }
}

function wholeChange({ values }: Known, summary: Summary): number {
  const means = [...values.values()]
    .map((own) => summary(own).value)
    .filter((v) => !Number.isNaN(v))
  return Math.max(...means) - Math.min(...means)
}

/** Take cells in their order while the points that halving them adds last. */
function affordable(
  ranked: readonly Square[],
  { values, keyOf }: Known,
  left: number,
): ReadonlySet<Square> {
  const taken = new Set<Square>()
  const points = new Set<string>()
  for (const square of ranked) {
    const own = halvesOf(square).flatMap(cornersOf).map(keyOf)
    const fresh = own.filter((key) => !values.has(key) && !points.has(key))
    if (points.size + new Set(fresh).size > left) break
    for (const key of fresh) points.add(key)
    taken.add(square)
  }
  return taken
}

/** Cells that change enough to be halved, the largest change first. */
function changing(squares: readonly Square[], known: Known, summary: Summary): readonly Square[] {
  const least = PART * wholeChange(known, summary)
  return squares
    .map((square) => ({ square, change: changeOf(square, known, summary) }))
    .filter(({ change }) => change?.isSure && change.by > 0 && change.by >= least)
    .sort((a, b) => b.change!.by - a.change!.by || byPlace(a.square.low, b.square.low))
    .map(({ square }) => square)
}

/** Cells that a line or its interval reaches, the nearest first. */
function reached(
  squares: readonly Square[],
  distance: (square: Square) => number | null,
): readonly Square[] {
  return squares
    .map((square) => ({ square, away: distance(square) }))
    .filter(({ away }) => away !== null)
    .sort((a, b) => a.away! - b.away! || byPlace(a.square.low, b.square.low))
    .map(({ square }) => square)
}

/**
 * Sample a measure on a grid, then halve cells, again and again: first those that a line or its interval
 * reaches, the nearest first, and with the points that are left those in which the measure changes most. Such a
 * cell is halved when the change between two of its corners is at least a tenth of that of the whole grid and
 * more than chance makes.
 */
export async function refine(
  ask: Ask,
  axes: readonly Axis[],
  { rounds, most, summary = intervalOf, near = () => null, settled = (own) => own }: Refinement,
): Promise<Mesh> {
  const fine = 2 ** rounds
  const at = (place: readonly number[]): readonly number[] =>
    settled(
      place.map((k, d) => {
        const { low, high, cells } = axes[d]!
        return low + ((high - low) * k) / (cells * fine)
      }),
    )
  const keyOf = (place: readonly number[]): string => at(place).join(' ')
  const known = new Map<string, Float64Array>()
  const all: Known = { values: known, keyOf }
  const places: (readonly number[])[] = []
  const look = async (wanted: readonly (readonly number[])[]): Promise<void> => {
    const fresh = [...new Map(wanted.map((place) => [keyOf(place), place])).values()]
      .filter((place) => !known.has(keyOf(place)))
      .sort(byPlace)
    const found = await ask(fresh.map(at))
    fresh.forEach((place, k) => {
      known.set(keyOf(place), found[k]!)
    })
    places.push(...fresh)
  }
  const count = (cells: number): number[] => Array.from({ length: cells }, (_, k) => k * fine)
  let squares: readonly Square[] = combinations(axes.map(({ cells }) => count(cells))).map(
    (low) => ({
      ...{ low, size: fine, depth: 0 },
    }),
  )
  await look(squares.flatMap(cornersOf))
  const first = places.length
  const ends = ({ low, size }: Square) => [at(low), at(low.map((k) => k + size))] as const
  const hasRoom = (square: Square): boolean => {
    const [from, to] = ends(square)
    return from.every((v, d) => v !== to[d])
  }
  const canHalve = (square: Square): boolean => {
    if (square.size === 1) return false
    const [from, to] = ends(square)
    const middle = at(square.low.map((k) => k + square.size / 2))
    return middle.some((v, d) => v !== from[d] && v !== to[d])
  }
  const away = (square: Square): number | null => near(...ends(square))
  for (const rank of [
    (some: readonly Square[]) => reached(some, away),
    (some: readonly Square[]) => changing(some, all, summary),
  ])
    for (let round = 0; round < rounds; round++) {
      const ranked = rank(squares.filter(canHalve))
      const halved = affordable(ranked, all, most - (places.length - first))
      if (halved.size === 0) break
      squares = squares.flatMap((square) =>
        halved.has(square) ? halvesOf(square).filter(hasRoom) : [square],
      )
      await look(squares.flatMap(cornersOf))
    }
  return {
    points: places
      .sort(byPlace)
      .map((place) => ({ at: at(place), values: known.get(keyOf(place))! })),
    cells: squares
      .toSorted((a, b) => byPlace(a.low, b.low))
      .map(({ low, size, depth }) => ({
        ...{ from: at(low), to: at(low.map((k) => k + size)), depth },
      })),
  }
}
