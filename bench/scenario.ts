import { buildWorld, createStepper, startPath } from '../src/engine/index.ts'
import {
  type ChunkResult,
  createLane,
  type Executor,
  openExecutor,
  type RunPlan,
} from '../src/experiments/index.ts'
import { type MakeDraws, philoxDraws } from '../src/math/index.ts'
import { lendersOf } from '../src/measures/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { loadScenario, resolveScenario } from '../src/scenario/index.ts'
import type { World, WorldSpec } from '../src/world/index.ts'
import { median, ratio, seconds } from './measure.ts'

/** The whole scenario, with pools, router, arbitrage and borrowers. */
export type ScenarioResult = {
  readonly blocks: number
  readonly rowsWithDebt: number
  /** Seconds per path, medians: engine alone, and with measures as `breakwater run` makes it. */
  readonly path: number
  readonly whole: number
  /** Seconds of one brute scan of the book, median. */
  readonly scan: number
  /** Median of the rounds' ratios: an average block of a whole path / a scan. */
  readonly blockToScan: number
  /** Random numbers of one path, and seconds that they take alone. */
  readonly uniforms: number
  readonly normals: number
  readonly draws: number
  readonly pathToDraws: number
}

/** Two worker lanes next to one. */
export type LanesResult = {
  readonly paths: number
  /** Median of the rounds' ratios one lane / two lanes. */
  readonly ratio: number
  readonly isSame: boolean
  readonly one: number
  readonly two: number
}

function planOf(path: string): RunPlan {
  const scenario = loadScenario(path)
  return { scenario, seed: scenario.seed, set: {}, checked: false, measures: [], cuts: [] }
}

/** A stream that counts what is drawn; `total` is shared by all streams. */
function countingDraws(total: { uniforms: number; normals: number }): MakeDraws {
  return (seed, path, name) => {
    const { uniform, normal } = philoxDraws(seed, path, name)
    return {
      uniform(block, slot) {
        total.uniforms++
        return uniform(block, slot)
      },
      normal(block, slot) {
        total.normals++
        return normal(block, slot)
      },
    }
  }
}

/** Count the random numbers of one path. */
function countDraws(spec: WorldSpec, seed: number): { uniforms: number; normals: number } {
  const total = { uniforms: 0, normals: 0 }
  const world = buildWorld(spec, MODELS, { seed, draws: countingDraws(total) })
  const step = createStepper(world)
  startPath(world, seed, 1)
  total.uniforms = total.normals = 0
  for (let tick = 0; tick < spec.ticks; tick++) step()
  return total
}

/** Draw as many numbers and do nothing with them. */
function drawOnly(uniforms: number, normals: number): number {
  const { uniform, normal } = philoxDraws(1, 1, 'alone')
  let total = 0
  for (let k = 0; k < normals; k++) total += normal(k, 1)
  for (let k = 0; k < uniforms; k++) total += uniform(k, 2)
  return total
}

/** A brute scan of the first lender's book at its opening prices. */
function createScan(world: World): () => number {
  const lender = lendersOf(world)[0]!
  const values = Float64Array.from(lender.coordinates())
  const out = new Int32Array(lender.book.rows)
  return () => lender.book.below(values, out)
}

const SCANS = 50

/** Time the shipped scenario's paths: the engine alone, everything, a scan, and random numbers alone. */
export async function measureScenario(path: string, rounds: number): Promise<ScenarioResult> {
  const plan = planOf(path)
  const { seed } = plan
  const { spec } = await resolveScenario(plan.scenario)
  const lane = createLane([plan], new Map())
  const { world } = await lane.ready(0)
  const step = createStepper(world)
  const scan = createScan(world)
  const { uniforms, normals } = countDraws(spec, seed)
  const engine = (from: number): void => {
    startPath(world, seed, from)
    for (let tick = 0; tick < spec.ticks; tick++) step()
  }
  const times = {
    path: [] as number[],
    whole: [] as number[],
    scan: [] as number[],
    draws: [] as number[],
  }
  for (let round = -2; round < rounds; round++) {
    const from = round + 2
    const started = performance.now()
    await lane.work({ run: 0, from, to: from + 1 }, () => {})
    const whole = (performance.now() - started) / 1000
    const alone = seconds(() => engine(from))
    startPath(world, seed, from)
    const scans = seconds(() => {
      for (let k = 0; k < SCANS; k++) scan()
    })
    const draws = seconds(() => drawOnly(uniforms, normals))
    if (round < 0) continue
    times.whole.push(whole)
    times.path.push(alone)
    times.scan.push(scans / SCANS)
    times.draws.push(draws)
  }
  const { count, coordinate, start } = lendersOf(world)[0]!.book
  const { liability } = lendersOf(world)[0]!
  const owes = (row: number): boolean =>
    coordinate.subarray(start[row]!, start[row]! + count[row]!).some((c) => liability[c] === 1)
  const rowsWithDebt = Array.from(count, (_, row) => row).filter(owes).length
  return {
    blocks: spec.ticks,
    rowsWithDebt,
    path: median(times.path),
    whole: median(times.whole),
    scan: median(times.scan),
    blockToScan: ratio(times.whole, times.scan) / spec.ticks,
    uniforms,
    normals,
    draws: median(times.draws),
    pathToDraws: ratio(times.whole, times.draws),
  }
}

/** Run paths on an executor that is warm. @returns seconds, and all numbers in order of paths. */
async function runPaths(
  executor: Executor,
  from: number,
  to: number,
): Promise<{ readonly time: number; readonly numbers: string }> {
  const parts: ChunkResult[] = []
  const started = performance.now()
  await executor.execute([{ run: 0, from, to }], { keep: (part) => void parts.push(part) })
  const time = (performance.now() - started) / 1000
  parts.sort((a, b) => a.from - b.from)
  // The bits, since -0 and NaN must agree as well.
  const bits = parts.map(({ values }) =>
    Buffer.from(Float64Array.from(values).buffer).toString('hex'),
  )
  return { time, numbers: bits.join('') }
}

/** Time two worker lanes next to one, after both have built their worlds. */
export async function measureLanes(
  path: string,
  paths: number,
  rounds: number,
): Promise<LanesResult> {
  const plan = planOf(path)
  const executors = [1, 2].map((workers) =>
    openExecutor([plan], { lane: createLane([plan], new Map()), workers }),
  )
  const times: number[][] = [[], []]
  let isSame = true
  try {
    for (let round = -1; round < rounds; round++) {
      const found = []
      for (const [i, executor] of executors.entries()) {
        found.push(await runPaths(executor, 0, paths))
        if (round >= 0) times[i]!.push(found[i]!.time)
      }
      isSame &&= found[0]!.numbers === found[1]!.numbers
    }
  } finally {
    for (const executor of executors) await executor.close()
  }
  const [one, two] = times as [number[], number[]]
  return { paths, ratio: ratio(one, two), isSame, one: median(one), two: median(two) }
}
