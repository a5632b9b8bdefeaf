/** Drives contracts, integers and floats through the same shock and the same liquidations. */
import type { Check, Op, Result } from '../protocol.ts'
import { randomOf } from '../random.ts'
import { liquidationsOf, runFloats } from './floats.ts'
import { createGaps, type Gaps, note, noteAll } from './gaps.ts'
import type { EndToEnd, ExactRun, FloatLiquidation, Move } from './plan.ts'
import { TICK, TICKS } from './scenario.ts'

/** A step with what both sides must have done and left. */
export type Done = {
  readonly op: Op
  readonly result: Result
  readonly checks: readonly Check[]
}

/** Told of every block that the exact model has done; the chain, or the recorder, follows. */
export type Follower = {
  block(steps: readonly Done[], time: bigint): Promise<void>
  /** Compare everything, with the clock at a time. */
  all(exact: ExactRun, time: bigint): Promise<void>
}

/** What the three sides gave together. */
export type Course = {
  /** Accounts with debt in the state as read. */
  readonly borrowers: number
  readonly liquidations: number
  /** Of them, those that the floats took no part in. */
  readonly further: number
  /** Further attempts that the contracts refused. */
  readonly refused: number
  readonly gaps: Gaps
  /** Accounts that the contracts would liquidate after the shock and the floats would not. */
  readonly judgedDifferently: number
  /** Of them, accounts whose health is held to the limit; any fails the run. */
  readonly misjudged: number
}

const FURTHER = 150
const STEPS_PER_BLOCK = 24

/**
 * Run the course: compare the state as read; let the prices fall; do what the liquidator of the
 * scenario did, at the same times; then a further fall and liquidations drawn at random, for
 * integers and contracts only.
 */
export async function runCourse<State extends { readonly time: bigint }>(
  side: EndToEnd<State>,
  state: State,
  seed: string,
  follower: Follower,
): Promise<Course> {
  const shocks = side.shocks(state)
  const files = side.scenario(state, shocks.run)
  const gaps = createGaps()
  const judged = await compareShock(side, state, shocks.run, gaps)
  const world = await runFloats(side.name, files, {})
  const exact = side.start(state)
  await follower.all(exact, state.time)
  const stated = exact.stated()
  const steps = liquidationsOf(world)
  for (let tick = 1; tick <= TICKS; tick++) {
    const time = state.time + BigInt(tick * TICK)
    const moves = shocks.run.filter((move) => move.tick === tick)
    const block = moves.map((move) => step(exact, side.price(move), time))
    for (const liquidation of steps.filter((s) => s.tick === tick))
      block.push(liquidate(exact, liquidation, time, gaps, stated))
    if (block.length > 0) await follower.block(block, time)
  }
  const end = state.time + BigInt(TICKS * TICK)
  exact.at(end)
  await follower.all(exact, end)
  const either = new Map([...exact.stated(), ...stated])
  noteAll(gaps, exact.figures(), side.floatFigures(world), either, 'at the end')
  const rest = await further(exact, shocks.further.map(side.price), end, seed, follower)
  const { done, refused } = rest
  const liquidations = steps.length + done
  return { ...judged, liquidations, further: done, refused, gaps }
}

/** Compare before and after the shock, without liquidations. */
async function compareShock<State extends { readonly time: bigint }>(
  side: EndToEnd<State>,
  state: State,
  moves: readonly Move[],
  gaps: Gaps,
): Promise<Pick<Course, 'borrowers' | 'judgedDifferently' | 'misjudged'>> {
  const files = side.scenario(state, moves)
  const exact = side.start(state)
  const opened = side.floatFigures(await runFloats(side.name, files, { hours: 0, capital: 0 }))
  noteAll(gaps, exact.figures(), opened, exact.stated(), 'as read')
  for (const move of moves.filter(({ tick }) => tick === 1))
    exact.apply(side.price(move), state.time + BigInt(TICK))
  const fallen = side.floatFigures(await runFloats(side.name, files, { hours: 1, capital: 0 }))
  const figures = exact.figures()
  noteAll(gaps, figures, fallen, exact.stated(), 'after the shock')
  const healths = [...figures].filter(([what]) => what.startsWith('health '))
  const isOther = healths.filter(([what, { value }]) => value < 1 !== fallen.get(what)!.value < 1)
  const stated = exact.stated()
  const misjudged = isOther.filter(([what]) => !stated.has(what)).length
  return { borrowers: healths.length, judgedDifferently: isOther.length, misjudged }
}

function step(exact: ExactRun, op: Op, time: bigint): Done {
  const result = exact.apply(op, time)
  return { op, result, checks: exact.touched(op) }
}

/** Make the floats' liquidation in integers and compare what it repaid and seized. */
function liquidate(
  exact: ExactRun,
  from: FloatLiquidation,
  time: bigint,
  gaps: Gaps,
  stated: ReadonlyMap<string, string>,
): Done {
  exact.at(time)
  const health = exact.health(from.account, from.lender)
  const done = step(exact, exact.order(from), time)
  const { repaid, seized } = done.result.ok ? exact.outcome() : NOTHING
  const who = `${from.account} ${from.lender} ${from.debt} ${from.collateral}`
  note(gaps.held, `repaid ${who}`, repaid, from.repaid)
  note(gaps.held, `seized ${who}`, seized, from.seized)
  const reason = stated.get(exact.healthKey(from.account, from.lender))
  const [into, prefix] = reason === undefined ? [gaps.held, ''] : [gaps.stated, `${reason}:`]
  note(into, `${prefix}healthBefore ${who}`, { value: health, size: health }, from.health)
  return done
}

// A refused liquidation is a gap without a measure.
const NOTHING = {
  repaid: { value: 0, size: 0 },
  seized: { value: 0, size: 0 },
}

async function further(
  exact: ExactRun,
  moves: readonly Op[],
  from: bigint,
  seed: string,
  follower: Follower,
) {
  const random = randomOf(`${seed} further liquidations`)
  let time = from + 1n
  let [done, refused] = [0, 0]
  let block = moves.map((op) => step(exact, op, time))
  for (let k = 0; k < FURTHER; k++) {
    const { wait, op } = exact.propose(random)
    if (wait > 0n || block.length >= STEPS_PER_BLOCK) {
      await follower.block(block, time)
      block = []
      time += wait > 0n ? wait : 1n
      exact.at(time)
    }
    const next = step(exact, op, time)
    if (next.result.ok) done++
    else refused++
    block.push(next)
  }
  await follower.block(block, time)
  await follower.all(exact, time)
  return { done, refused }
}
