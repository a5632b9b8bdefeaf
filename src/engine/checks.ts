import type { World } from '../world/index.ts'
import { imbalances } from '../world/index.ts'

/** Thrown in checked mode when tokens appear or vanish. */
export class ConservationError extends Error {
  override readonly name = 'ConservationError'
}

/** Thrown in checked mode when a column holds NaN or infinity. */
export class NonFiniteError extends Error {
  override readonly name = 'NonFiniteError'
}

/** Per asset: opening + issued - burned = closing, sources and sinks being holders like others. */
function checkConservation({ ledger, spec, clock, opening }: World): void {
  const { balances } = ledger
  const before = new Float64Array(opening.state.buffer, balances.byteOffset, balances.length)
  for (const { asset, gap } of imbalances(ledger, before))
    throw new ConservationError(`tick ${clock[0]}: ${gap} ${spec.assets[asset]!.name} appeared`)
}

function checkFinite(where: string, values: ArrayLike<number>, length: number): void {
  for (let k = 0; k < length; k++)
    if (!Number.isFinite(values[k]!)) throw new NonFiniteError(`${where}[${k}] is ${values[k]}`)
}

/**
 * Check that tokens are conserved and that every number is finite.
 * @throws {ConservationError} when a token appeared or vanished.
 * @throws {NonFiniteError} when a column holds NaN or infinity; "none yet" needs a flag, not NaN.
 */
export function checkWorld(world: World): void {
  checkConservation(world)
  const tick = `tick ${world.clock[0]}: `
  for (const [name, column] of Object.entries(world.columns))
    checkFinite(tick + name, column, column.length)
  for (const book of world.books)
    checkFinite(`${tick}book`, book.amount, book.start[book.rows] ?? 0)
}
