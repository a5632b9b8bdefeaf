import type { Shock, Vary } from './order.ts'
import { CliffError } from './types.ts'

/** How many times as far as the scenario's own value a shock is looked at. */
const REACH = 2

/**
 * Where a cliff is looked for when nobody says: along the shock, from calm weather to twice as far from it as
 * the scenario goes.
 * @throws {CliffError} when the scenario stands in calm weather itself.
 */
export function usualVary({ name, value, calm, range }: Shock): Vary {
  const far = Math.min(range[1], Math.max(range[0], calm + REACH * (value - calm)))
  if (far === calm)
    throw new CliffError(
      `${name} is ${value}, calm weather: there is no usual range; give one with --vary ${name}=low..high`,
    )
  return { name, low: Math.min(calm, far), high: Math.max(calm, far) }
}
