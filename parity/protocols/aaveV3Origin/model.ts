import type * as Exact from '../../../src/mechanisms/lending/aaveV3Origin/exact.ts'
import type { ModelSide, Simulation } from '../../protocol.ts'
import { all, touched } from './checks.ts'
import { mutants } from './mutants.ts'
import { propose } from './propose.ts'
import { VERBS } from './verbs.ts'
import { copyTokens, createWorld, type World } from './world.ts'

/** Aave v3.6: a pool of six reserves, users that lend, borrow and liquidate, and who governs it. */
export const model: ModelSide<typeof Exact> = {
  name: 'aaveV3Origin',
  exact: 'src/mechanisms/lending/aaveV3Origin/exact.ts',
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
      if (result.ok) return result
      w.tokens = saved
      return { ok: false, reason: addressed(w, result.reason) }
    },
    touched: (op) => touched(w, op),
    all: () => all(w),
  }
}

/** Errors name accounts and assets by their addresses. */
function addressed({ texts }: World, reason: string): string {
  if (!reason.endsWith(')')) return reason
  return reason.replaceAll(/[a-z]+\d*(?=[,)])/g, (name) => texts.get(name) ?? name)
}
