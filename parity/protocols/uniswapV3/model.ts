import type * as Exact from '../../../src/mechanisms/liquidity/uniswapV3/exact.ts'
import type { ModelSide, Op, Setup, Simulation } from '../../protocol.ts'
import { copyToken, createToken, type TokenState } from '../../token.ts'
import { every, touched } from './checks.ts'
import { mutants } from './mutants.ts'
import { propose } from './propose.ts'
import { VERBS } from './verbs.ts'
import { OPENING, POOLS, type World } from './world.ts'

/** Uniswap v3: one pool of two plain tokens in each case, its factory, providers and traders. */
export const model: ModelSide<typeof Exact> = {
  name: 'uniswapV3',
  exact: 'src/mechanisms/liquidity/uniswapV3/exact.ts',
  caseLength: 200,
  create: (exact, setup) => simulate(createWorld(exact, setup)),
  mutants,
}

function createWorld(exact: typeof Exact, { users, time, number, facts }: Setup): World {
  const names = Array.from({ length: users }, (_, i) => `u${i}`)
  const opening = Object.fromEntries(names.map((name) => [name, OPENING]))
  const { name, fee, spacing } = POOLS[number % POOLS.length]!
  return {
    exact,
    users: names,
    name,
    number,
    facts,
    known: new Set(),
    time,
    pool: exact.createPool(fee, spacing),
    tokens: [createToken(opening), createToken(opening)],
    factory: createFactory(exact),
    crossed: [],
  }
}

/** The factory as the deployment left it. */
function createFactory(exact: typeof Exact): Exact.Factory {
  const factory = exact.createFactory('admin')
  for (const { name, fee, spacing } of POOLS) {
    exact.enableFeeAmount(factory, 'admin', fee, spacing)
    exact.registerPool(factory, ['token0', 'token1'], fee, name)
  }
  return factory
}

function simulate(world: World): Simulation {
  return {
    propose: (random) => propose(world, random),
    apply(op, time) {
      world.time = time
      const { tokens } = world
      const saved: [TokenState, TokenState] = [copyToken(tokens[0]), copyToken(tokens[1])]
      const before = world.pool.tick
      const result = VERBS[op.kind]!(world, op)
      if (!result.ok) world.tokens = saved
      note(world, op, before)
      return result
    },
    touched: (op) => touched(world, op),
    all: () => every(world),
  }
}

function note(world: World, { kind, args }: Op, before: number): void {
  if (kind === 'mint') for (const tick of args.slice(2, 4)) world.known.add(Number(tick))
  const { tick, ticks } = world.pool
  const [low, high] = before < tick ? [before, tick] : [tick, before]
  world.crossed =
    kind === 'swap'
      ? [...ticks.keys()].filter((t) => t >= low && t <= high).sort((a, b) => a - b)
      : []
}
