import { type Draws, type MakeDraws, normalCdf, philoxDraws } from '../../math/index.ts'

/** A place that random numbers of one instance come from in every tick. */
export type Column = {
  readonly instance: string
  readonly slot: number
  /** `uniform`: a decision. */
  readonly kind: 'normal' | 'uniform'
  /** Column of the decision that must go a rare way before this one is drawn; -1: drawn always. */
  readonly after: number
}

/** Random numbers of drivers, taken from a point of standard normals instead of the stream. */
export type Steering = {
  readonly draws: MakeDraws
  readonly columns: readonly Column[]
  /** Point that the drivers read: number of tick t and column c at c * ticks + t - 1; null: the stream. */
  point: Float64Array | null
  /** While set, decisions get this number, and columns are noted that are drawn then only. */
  forced: number | null
  /** Note every column that is drawn; afterwards unknown ones are left to the stream. */
  learning: boolean
}

/** Largest double below 1. */
const BELOW_ONE = 1 - 2 ** -53

/** Smallest uniform number that a model may meet. */
const ABOVE_ZERO = 2 ** -53

/** Notes columns as they are drawn. */
function createBoard(state: Steering, columns: Column[]) {
  const places = new Map<string, Map<number, number>>()
  let lastDecision = -1
  return (instance: string) => {
    const own = places.get(instance) ?? new Map<number, number>()
    places.set(instance, own)
    return (slot: number, kind: Column['kind']): number => {
      let place = own.get(slot) ?? -1
      if (place < 0 && state.learning) {
        const after = kind === 'normal' && state.forced !== null ? lastDecision : -1
        place = columns.push({ instance, slot, kind, after }) - 1
        own.set(slot, place)
      }
      if (kind === 'uniform' && state.learning) lastDecision = place
      return place
    }
  }
}

/**
 * Make draws whose drivers can be steered.
 * @param isDriver whether an instance of this name is one.
 */
export function createSteering(isDriver: (name: string) => boolean, ticks: () => number): Steering {
  const columns: Column[] = []
  const draws: MakeDraws = (seed, path, name) => {
    const stream = philoxDraws(seed, path, name)
    if (!isDriver(name)) return stream
    const placeOf = board(name)
    const read = (block: number, slot: number, kind: Column['kind']): number => {
      const place = placeOf(slot, kind)
      const { point } = state
      if (point === null || place < 0 || block < 1 || block > ticks()) return Number.NaN
      return point[place * ticks() + block - 1]!
    }
    const own: Draws = {
      normal(block, slot) {
        const z = read(block, slot, 'normal')
        return Number.isNaN(z) ? stream.normal(block, slot) : z
      },
      uniform(block, slot) {
        const z = read(block, slot, 'uniform')
        if (state.forced !== null) return state.forced
        if (Number.isNaN(z)) return stream.uniform(block, slot)
        return Math.min(BELOW_ONE, Math.max(ABOVE_ZERO, normalCdf(z)))
      },
    }
    return own
  }
  const state: Steering = { draws, columns, point: null, forced: null, learning: false }
  const board = createBoard(state, columns)
  return state
}
