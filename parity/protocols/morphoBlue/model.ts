import type * as Exact from '../../../src/mechanisms/lending/morphoBlue/exact.ts'
import type { ModelSide, Op, Result, Simulation } from '../../protocol.ts'
import { copyToken } from '../../token.ts'
import { allChecks, touchedChecks } from './checks.ts'
import { mutants } from './mutants.ts'
import { propose } from './propose.ts'
import { VERBS } from './verbs.ts'
import { createWorld, type World } from './world.ts'

/** Morpho Blue: five markets over two tokens, with the adaptive curve, without interest, and idle. */
export const model: ModelSide<typeof Exact> = {
  name: 'morphoBlue',
  exact: 'src/mechanisms/lending/morphoBlue/exact.ts',
  caseLength: 200,
  create: (exact, setup) => simulate(createWorld(exact, setup)),
  mutants,
}

function simulate(world: World): Simulation {
  return {
    propose: (random) => propose(world, random),
    apply(op, time) {
      world.time = time
      const { tokens, prices } = world
      const saved = {
        tokens: Object.fromEntries(Object.entries(tokens).map(([k, t]) => [k, copyToken(t)])),
        prices: { ...prices },
      }
      const result = run(world, op)
      if (!result.ok) Object.assign(world, saved)
      return result
    },
    touched: (op) => touchedChecks(world, op),
    all: () => allChecks(world),
  }
}

function run(world: World, op: Op): Result {
  const verb = VERBS[op.kind]
  if (!verb) throw new TypeError(`the model has no verb '${op.kind}'`)
  return verb(world, op)
}
