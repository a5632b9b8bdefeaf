import type * as Exact from '../../../src/mechanisms/lending/aaveV3/exact.ts'
import type { ModelSide, Simulation } from '../../protocol.ts'
import { all, touched } from './checks.ts'
import { mutants } from './mutants.ts'
import { propose } from './propose.ts'
import { VERBS } from './verbs.ts'
import { copyTokens, createWorld, type World } from './world.ts'

/** Aave v3.0.2: a pool of six reserves, users that lend, borrow and liquidate, and who governs it. */
export const model: ModelSide<typeof Exact> = {
  name: 'aaveV3',
  exact: 'src/mechanisms/lending/aaveV3/exact.ts',
  caseLength: 200,
  create: (exact, setup) => simulate(createWorld(exact, setup)),
  mutants,
}

function simulate(w: World): Simulation {
  return {
    propose: (random) => propose(w, random),
    apply(op, time) {
      w.time = time
      w.steps++
      const saved = copyTokens(w.tokens)
      const result = VERBS[op.kind]!(w, op)
      if (!result.ok) w.tokens = saved
      return result
    },
    touched: (op) => touched(w, op),
    all: () => all(w),
  }
}
