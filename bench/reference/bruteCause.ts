import type { PriceSource, Trace } from '../../src/world/index.ts'

export { crossing, type Undone } from '../../src/world/cause.ts'

/** Any event before another may have moved a price: a walk to a cause meets them all. */
export function moverBefore(_trace: Trace, _last: number, event: number): number {
  return event - 1
}

export function moverOf(_source: PriceSource, event: number, _asset: number): number {
  return event - 1
}

export function moverAmong(
  _sources: readonly PriceSource[],
  event: number,
  _asset: number,
): number {
  return event - 1
}
