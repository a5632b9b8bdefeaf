import { registerHooks } from 'node:module'
import type * as Engine from './engine.ts'

const COPY = '?scan'
const TRIGGERS = new URL('../src/world/triggers.ts', import.meta.url).href
const SCAN = new URL('reference/scanTriggers.ts', import.meta.url).href

/**
 * Load a second copy of the engine and its models in which books are scanned instead of watched by
 * triggers; both copies run side by side in one process.
 */
export async function loadScanEngine(): Promise<typeof Engine> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const isCopied = specifier.endsWith(COPY) || context.parentURL?.endsWith(COPY)
      if (!isCopied || !found.url.startsWith('file:') || found.url.includes('/node_modules/'))
        return found
      const url = found.url.replace(COPY, '')
      return { ...found, url: `${url === TRIGGERS ? SCAN : url}${COPY}` }
    },
  })
  try {
    return (await import(new URL(`engine.ts${COPY}`, import.meta.url).href)) as typeof Engine
  } finally {
    hooks.deregister()
  }
}
