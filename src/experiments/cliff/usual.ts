import type { Scenario } from '../../scenario/index.ts'
import type { Shock, Vary } from './order.ts'
import { CliffError } from './types.ts'

/** How many times as far as the scenario's own value a shock is looked at. */
const REACH = 2

/** The value of a shock in calm weather: what `calm:` says, or none. */
export function calmValue({ calm }: Scenario, { name, range: [least, most] }: Shock): number {
  const told = calm[name]
  return typeof told === 'number' ? told : Math.min(most, Math.max(least, 0))
}

/**
 * Where a cliff is looked for when nobody says: along the shock, from calm weather to twice as far from it as
 * the scenario goes.
 * @throws {CliffError} when the scenario stands in calm weather itself.
 */
export function usualVary(scenario: Scenario, shock: Shock): Vary {
  const { name, value, range } = shock
  const calm = calmValue(scenario, shock)
  const far = Math.min(range[1], Math.max(range[0], calm + REACH * (value - calm)))
  if (far === calm)
    throw new CliffError(
      `${name} is ${value}, calm weather: there is no usual range; give one with --vary ${name}=low..high`,
    )
  return { name, low: Math.min(calm, far), high: Math.max(calm, far) }
}
