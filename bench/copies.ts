import { registerHooks } from 'node:module'

/** Modules of `src/` by what takes their place, both relative to `bench/`. */
export type Replaced = Readonly<Record<string, string>>

/**
 * Load a second copy of a module and all that it imports from here, in which references take the place
 * of some; copies run side by side in one process. A reference may import what it replaces.
 * @param name of the copy, unlike that of any other.
 */
export async function loadCopy<T>(entry: string, name: string, replaced: Replaced): Promise<T> {
  const copy = `?${name}`
  const urlOf = (path: string): string => new URL(path, import.meta.url).href
  const instead = new Map(Object.entries(replaced).map(([from, to]) => [urlOf(from), urlOf(to)]))
  const references = new Set([...instead.values()].map((url) => `${url}${copy}`))
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      const isCopied = specifier.endsWith(copy) || context.parentURL?.endsWith(copy)
      if (!isCopied || !found.url.startsWith('file:') || found.url.includes('/node_modules/'))
        return found
      const url = found.url.replace(copy, '')
      const isOwn = references.has(context.parentURL ?? '')
      return { ...found, url: `${(isOwn ? undefined : instead.get(url)) ?? url}${copy}` }
    },
  })
  try {
    return (await import(`${urlOf(entry)}${copy}`)) as T
  } finally {
    hooks.deregister()
  }
}
