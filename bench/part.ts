/**
 * Measure one part of the benchmark in a process of its own, since code that was compiled for one
 * workload is slower on the next, and print what was found as JSON.
 * Usage: node bench/part.ts PART ROUNDS [ARGUMENT...]; see `PARTS`.
 */
import { fileURLToPath } from 'node:url'
import { measureCase } from './cases.ts'
import { fuzz } from './detection/fuzz.ts'
import { measurePath } from './detection/path.ts'
import { helpCpu, median } from './measure.ts'
import { compareKernels } from './native/compare.ts'
import { measureWholePath } from './paths.ts'
import { measureLanes, measureScenario } from './scenario.ts'
import { loadWorkload, type Variant, type Weather } from './workloads/crash.ts'
import { type BookName, loadDetection, type PathName } from './workloads/detection.ts'

const SCENARIO = fileURLToPath(new URL('../scenarios/compound-v2-eth-crash.yaml', import.meta.url))
/** Seconds for the scans of a round, and of a path. */
const BUDGET = { round: 2.5, path: 18 }
const FUZZ_BOOKS = 250
const LANE_PATHS = 16

const PARTS: Readonly<Record<string, (rounds: number, given: string[]) => unknown>> = {
  /** VARIANT */
  case: async (rounds, [variant]) => measureCase(await loadWorkload(variant as Variant), rounds),
  /** BOOK PATH... */
  detection: async (rounds, [book, ...paths]) => {
    const workloads = await loadDetection(book as BookName, paths as PathName[])
    return workloads.map((workload) => measurePath(workload, rounds, BUDGET))
  },
  fuzz: () => fuzz(FUZZ_BOOKS),
  /** WEATHER */
  path: (rounds, [weather]) => measureWholePath(weather as Weather, rounds),
  scenario: (rounds) => measureScenario(SCENARIO, rounds),
  lanes: (rounds) => measureLanes(SCENARIO, LANE_PATHS, rounds),
  kernels: (rounds) => compareKernels([1e4, 1e5], rounds),
  help: (rounds) => {
    helpCpu({})
    const times = (env: Record<string, string>): number =>
      median(Array.from({ length: rounds }, () => helpCpu(env)))
    return { warm: times({}), cold: times({ NODE_DISABLE_COMPILE_CACHE: '1' }) }
  },
}

const [part, rounds, ...given] = process.argv.slice(2)
const measure = PARTS[part!]
if (!measure)
  throw new Error(`there is no part "${part}"; there are ${Object.keys(PARTS).join(', ')}`)
process.stdout.write(JSON.stringify(await measure(Number(rounds), given)))
