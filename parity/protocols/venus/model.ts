import type * as Exact from '../../../src/mechanisms/lending/compoundV2/exact.ts'
import type { ModelSide, Simulation } from '../../protocol.ts'
import { copyToken } from '../../token.ts'
import { everything, touchedBy } from './checks.ts'
import { mutants } from './mutants.ts'
import { propose } from './propose.ts'
import { VERBS } from './verbs.ts'
import { createWorld, goTo, type World } from './world.ts'

/** Venus: the core pool with three listed markets and one that is not, accounts and an admin. */
export const model: ModelSide<typeof Exact> = {
  name: 'venus',
  exact: 'src/mechanisms/lending/compoundV2/exact.ts',
  caseLength: 200,
  create: (exact, setup) => simulate(createWorld(exact, setup)),
  mutants,
}

function simulate(world: World): Simulation {
  return {
    propose: (random) => propose(world, random),
    apply(op, time) {
      goTo(world, time)
      world.steps++
      const saved = Object.fromEntries(
        Object.entries(world.tokens).map(([name, token]) => [name, copyToken(token)]),
      )
      const result = VERBS[op.kind]!(world, op)
      if (!result.ok) world.tokens = saved
      return result
    },
    touched: (op) => touchedBy(world, op),
    all: () => everything(world),
  }
}
