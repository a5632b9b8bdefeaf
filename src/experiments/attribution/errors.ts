import { InputError } from '../../world/index.ts'

/** Thrown when a measure cannot be attributed, or attribution is asked for something that it cannot do. */
export class AttributionError extends InputError {
  override readonly name = 'AttributionError'
}
