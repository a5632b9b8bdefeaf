import { loadCopy } from './copies.ts'
import type * as Engine from './engine.ts'

/** Load a copy of the engine and its models in which books are scanned instead of watched by triggers. */
export function loadScanEngine(): Promise<typeof Engine> {
  return loadCopy('./engine.ts', 'scan', {
    '../src/world/triggers.ts': './reference/scanTriggers.ts',
  })
}
