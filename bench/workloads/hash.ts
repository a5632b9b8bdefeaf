import { createHash } from 'node:crypto'

/** Thrown when the workload is not the one that was frozen. */
export class WorkloadError extends Error {
  override readonly name = 'WorkloadError'
}

/** Hash texts and arrays as they lie in memory; floats are those of little-endian machines. */
export function sha256(parts: readonly (ArrayBufferView | string)[]): string {
  const hash = createHash('sha256')
  for (const part of parts)
    hash.update(
      typeof part === 'string'
        ? part
        : new Uint8Array(part.buffer, part.byteOffset, part.byteLength),
    )
  return hash.digest('hex')
}
