import { type Bracket, cellOf, changeOf, halve, isJump, leastJump, middleOf } from './bracket.ts'
import { isMean, type Sampled } from './curve.ts'
import type { Respond, Search } from './types.ts'

/** Chance below which a gap between places is taken to part two jumps, not the scatter of one. */
const RARE = 0.01
/** Groups of which every other path is asked, those of most paths first, halvings that tell it, and part of a cell that is near. */
const ASKED = { groups: 3, halvings: 6, near: 0.5 } as const

/** A jump that some paths share, and where it is on each of them, in the order of the paths. */
export type Site = Map<number, Bracket>

/** Chance that the largest gap between n places, thrown evenly over their spread, is this share of it or more. */
const gapChance = (share: number, n: number): number => (n - 1) * (1 - share) ** (n - 2)

/** Part the brackets of paths, from low to high, at gaps that the scatter of one jump would hardly leave. */
function parted(jumps: readonly (readonly [number, Bracket])[]): readonly (typeof jumps)[] {
  const at = jumps.map(([, own]) => middleOf(own))
  const spread = at.at(-1)! - at[0]!
  let [cut, gap] = [0, 0]
  for (let k = 1; k < at.length; k++) {
    const own = at[k]! - at[k - 1]!
    if (own > gap) [cut, gap] = [k, own]
  }
  const width = Math.max(...jumps.map(([, { low, high }]) => high - low))
  if (!(gap > 2 * width) || gapChance(gap / spread, at.length) > RARE) return [jumps]
  return [...parted(jumps.slice(0, cut)), ...parted(jumps.slice(cut))]
}

/** Where the jumps of a group are, from the lowest bracket to the highest. */
function spanOf(group: Site): readonly [low: number, high: number] {
  const all = [...group.values()]
  return [Math.min(...all.map(({ low }) => low)), Math.max(...all.map(({ high }) => high))]
}

/**
 * Where a path would jump that jumps elsewhere too: of the cells of a group, and those beside them, the one
 * that changes most; of its own jump's cell the side towards the group.
 * @returns null when nothing there changes enough to be a jump.
 */
function candidateOf(grid: Sampled, path: number, group: Site, own: Bracket): Bracket | null {
  const cells = new Set([...group.values()].flatMap(({ cell }) => [cell - 1, cell, cell + 1]))
  const isBelow = middleOf([...group.values()][0]!) < middleOf(own)
  const inside = [...cells]
    .filter((cell) => cell >= 0 && cell + 1 < grid.x.length)
    .map((cell) => {
      const whole = cellOf(grid, path, cell)
      if (cell !== own.cell) return whole
      const side = isBelow
        ? { ...whole, high: own.low, atHigh: own.atLow }
        : { ...whole, low: own.high, atLow: own.atHigh }
      return { ...side, before: changeOf(side) }
    })
    .filter((each) => each.before > leastJump(grid, path) && each.low < each.high)
  return inside.toSorted((a, b) => b.before - a.before)[0] ?? null
}

/**
 * Other paths that jump where a group does. A path that changes over the places of the group itself is
 * looked at there: over a whole cell it may come back.
 */
async function askedFor(
  respond: Respond,
  group: Site,
  all: ReadonlyMap<number, Bracket>,
  rounds: number,
  grid: Sampled,
  search: Search,
): Promise<Site> {
  const [low, high] = spanOf(group)
  const { cell } = [...group.values()][0]!
  // These places were run on all paths when their brackets were halved.
  const [atLow, atHigh] = await respond(
    [low, high].map((x) => ({ x, shock: 1 })),
    search.paths,
  )
  const asked: Site = new Map()
  for (const [path, own] of all) {
    if (group.has(path)) continue
    const ends = { atLow: atLow![path]!, atHigh: atHigh![path]! }
    const over: Bracket = { ...{ cell, low, high, before: changeOf(ends) }, ...ends }
    const inside = over.before > leastJump(grid, path) ? over : candidateOf(grid, path, group, own)
    if (inside) asked.set(path, inside)
  }
  for (let i = 0; asked.size > 0 && i < Math.max(rounds, ASKED.halvings); i++)
    await halve(respond, asked, search.paths)
  const near = ASKED.near * (grid.x[1]! - grid.x[0]!)
  const isThere = (at: number): boolean => at >= low - near && at <= high + near
  return new Map(
    [...asked].filter(([path, own]) => isJump(grid, path, own) && isThere(middleOf(own))),
  )
}

/**
 * Tell the different jumps of paths apart, each of which was followed to its own: paths are parted by wide
 * gaps between their places, and every other path is asked whether it jumps there too.
 * @param likely the paths that jump, and where, halved as often as `rounds` says.
 * @param all the paths that have values.
 * @returns the jumps from low to high; one when places only scatter.
 */
export async function sitesOf(
  respond: Respond,
  likely: ReadonlyMap<number, Bracket>,
  all: ReadonlyMap<number, Bracket>,
  rounds: number,
  grid: Sampled,
  search: Search,
): Promise<readonly Site[]> {
  if (likely.size === 0) return []
  const sorted = [...likely].toSorted(([, a], [, b]) => middleOf(a) - middleOf(b))
  const groups = parted(sorted).map((own): Site => new Map(own))
  const most = groups.toSorted((a, b) => b.size - a.size).slice(0, ASKED.groups)
  const sites: Site[] = []
  for (const group of groups) {
    const joined =
      groups.length > 1 && most.includes(group)
        ? await askedFor(respond, group, all, rounds, grid, search)
        : []
    sites.push(new Map([...group, ...joined].toSorted(([a], [b]) => a - b)))
  }
  const isShared = sites.reduce((sum, { size }) => sum + size, 0) > likely.size
  // Resamples of the same paths have few places between which to choose: gaps are no other jumps.
  return isMean(search) || isShared ? sites : [new Map(likely)]
}
