import type { Model } from '../world/index.ts'
import * as agents from './agents/index.ts'
import * as chains from './chains/index.ts'
import * as controls from './controls/index.ts'
import * as lending from './lending/index.ts'
import * as liquidity from './liquidity/index.ts'
import * as options from './options/index.ts'
import * as oracles from './oracles/index.ts'
import * as prices from './prices/index.ts'

const isModel = (value: unknown): value is Model =>
  typeof value === 'object' && value !== null && 'kind' in value && 'create' in value

/** Every model that a scenario can name, by kind. Adding one is a line in its family's index. */
export const MODELS: readonly Model[] = [
  agents,
  chains,
  controls,
  lending,
  liquidity,
  options,
  oracles,
  prices,
]
  .flatMap((family) => Object.values(family).filter(isModel))
  .sort((a, b) => (a.kind < b.kind ? -1 : 1))
