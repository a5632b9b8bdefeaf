import { type MakeDraws, philoxDraws } from '../math/index.ts'
import type { Overrides, Scenario } from '../scenario/index.ts'
import { InputError } from '../world/index.ts'
import { InterruptedError } from './errors.ts'
import { measurePath, runPath } from './path.ts'
import type { RunPlan } from './plan.ts'
import { prepareRun } from './prepare.ts'
import type { SurveyOptions } from './survey.ts'
import { taskOf } from './task.ts'

/** Options of surveys that decide what a path is. */
export type ChanceOptions = Pick<SurveyOptions, 'seed' | 'set' | 'checked' | 'cache' | 'signal'>

/** Whose draws only break ties among the submissions of one block. */
const BUILDER = '/builder'

/** Share by which equal numbers differ when sums of a million terms are taken in another order; chance makes more. */
const ROUNDING = 1e-9

/** Tell whether two numbers of paths differ beyond rounding; of NaN, whether one has a number. */
export function isApart(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) !== Number.isNaN(b)
  const size = Math.max(Math.abs(a), Math.abs(b))
  return a !== b && !(size < Infinity && Math.abs(a - b) <= ROUNDING * size)
}

/** The draws of ordinary paths, with ties among submissions turned, which remember whether chance was asked. */
function watchedDraws(turned: (tie: number) => number) {
  let isDrawn = false
  const draws: MakeDraws = (seed, path, name) => {
    const { uniform, normal } = philoxDraws(seed, path, name)
    if (name === BUILDER) return { uniform: (block, slot) => turned(uniform(block, slot)), normal }
    const watched = (draw: typeof uniform) => (block: number, slot: number) => {
      isDrawn = true
      return draw(block, slot)
    }
    return { uniform: watched(uniform), normal: watched(normal) }
  }
  return { draws, isDrawn: () => isDrawn }
}

/**
 * Run the first path, with the order among equal submissions turned by `turned`, as far as it is without chance.
 * @returns everything that is measured, NaN where the path failed; null when it draws.
 */
async function firstPath(
  plan: RunPlan,
  { cache = new Map(), signal }: ChanceOptions,
  turned: (tie: number) => number,
): Promise<Float64Array | null> {
  const { draws, isDrawn } = watchedDraws(turned)
  const { world, focus, columns } = await prepareRun(plan, cache, draws)
  const values = new Float64Array(columns.length).fill(Number.NaN)
  const onTick = (): Promise<void> => {
    if (signal?.aborted) throw new InterruptedError('interrupted')
    if (isDrawn()) throw new Error('chance was asked')
    return new Promise((resolve) => setImmediate(resolve))
  }
  try {
    const view = await runPath(world, focus, plan.seed, 0, onTick, () => null)
    measurePath(view, columns, values)
  } catch (error) {
    if (error instanceof InterruptedError) throw error
  }
  return isDrawn() ? null : values
}

async function isRandomAt(plan: RunPlan, options: ChanceOptions): Promise<boolean> {
  try {
    const own = await firstPath(plan, options, (tie) => tie)
    const other = own && (await firstPath(plan, options, (tie) => 1 - tie))
    return own === null || other === null || own.some((value, k) => isApart(value, other[k]!))
  } catch (error) {
    // Where there is no world there is no chance; who asks for its paths is told why.
    if (error instanceof InputError) return false
    throw error
  }
}

/**
 * Tell whether paths of a scenario can differ at any of some points. A path that draws no random number is
 * every path, exactly. The order among equal submissions of a block, which is drawn everywhere, counts where
 * the opposite order changes anything that is measured. What happens at other points is not told: a rare
 * event may draw for the first time there.
 * @param points overrides of parameters, beside those of the options.
 * @throws {InterruptedError} when stopped, and what `openSurvey` throws.
 */
export async function isRandom(
  scenario: Scenario,
  points: readonly Overrides[],
  options: ChanceOptions = {},
): Promise<boolean> {
  const { seed, set = {}, checked, cache = new Map() } = options
  const given = { ...(seed === undefined ? {} : { seed }), ...(checked ? { checked } : {}) }
  for (const point of points) {
    const { plan } = taskOf(scenario, { ...given, set: { ...set, ...point }, compare: false })
    if (await isRandomAt(plan, { ...options, cache })) return true
  }
  return false
}
