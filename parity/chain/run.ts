import type { Op, Simulation } from '../protocol.ts'
import { randomOf } from '../random.ts'
import type { Row } from '../trace.ts'
import { compareStep, contractRow, countFields, type Difference } from './compare.ts'
import type { Site } from './deployer.ts'
import type { Session } from './session.ts'

/** A step with the seconds to wait before it. */
export type Timed = { readonly wait: bigint; readonly op: Op }

/** What a case gave. */
export type CaseResult = {
  /** Rows on which both agree. */
  readonly rows: readonly Row[]
  readonly fields: number
  /** The first step on which they disagree, if any. */
  readonly failure: Disagreement | null
}

/** A disagreement at the last of some rows; that row tells what the contract did and answered. */
export type Disagreement = {
  readonly rows: readonly Row[]
  readonly differences: readonly Difference[]
}

const STEPS_PER_BLOCK = 24
// Steps after which every field of every account is compared; it is at the end of a case as well.
const ALL_EVERY = 200

/** Where the steps of a case come from: the model's proposals, or a given list. */
export type Source = (simulation: Simulation, index: number) => Timed | null

/** Propose at random: the same seed gives the same steps. */
export function proposing(seed: string, length: number): Source {
  const random = randomOf(seed)
  return (simulation, index) => (index < length ? simulation.propose(random) : null)
}

/** Go through a list. */
export function listed(steps: readonly Timed[]): Source {
  return (_, index) => steps[index] ?? null
}

/**
 * Run a case on both sides, block by block, until it ends or they disagree.
 *
 * Steps without a wait share a block; it is sent when the next one begins.
 * @param start timestamp of the last block, seconds.
 */
export async function runCase(
  session: Session,
  names: Site['names'],
  simulation: Simulation,
  start: bigint,
  source: Source,
): Promise<CaseResult> {
  const rows: Row[] = []
  let fields = 0
  let time = start
  let block: Row[] = []
  const flush = async (): Promise<CaseResult['failure']> => {
    const answers = await session.block(block, time)
    for (const [i, row] of block.entries()) {
      const differences = compareStep(names, row.result, row.checks, answers[i]!)
      if (differences.length > 0) {
        return { rows: [...rows, contractRow(names, row, answers[i]!)], differences }
      }
      fields += countFields(row.checks) + (row.result.ok ? row.result.returned.length : 0)
      rows.push(row)
    }
    block = []
    return null
  }
  let next = source(simulation, 0)
  for (let i = 0; next !== null; i++) {
    const { op } = next
    const wait = waitBefore(next, block.length, i)
    if (wait > 0n && block.length > 0) {
      const failure = await flush()
      if (failure) return { rows, fields, failure }
    }
    time += wait
    const result = simulation.apply(op, time)
    const touched = simulation.touched(op)
    next = source(simulation, i + 1)
    const all = next === null || (i + 1) % ALL_EVERY === 0
    block.push({ wait, op, result, checks: all ? simulation.all() : touched, all })
  }
  const failure = block.length > 0 ? await flush() : null
  return { rows, fields, failure }
}

function waitBefore({ wait }: Timed, inBlock: number, index: number): bigint {
  return wait === 0n && (index === 0 || inBlock >= STEPS_PER_BLOCK) ? 1n : wait
}
