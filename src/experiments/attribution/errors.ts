/** Thrown when a measure cannot be attributed, or attribution is asked for something that it cannot do. */
export class AttributionError extends Error {
  override readonly name = 'AttributionError'
}
