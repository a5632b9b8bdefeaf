/** Changes of maps that can be taken back: how a refused verb leaves the pool as it was. */

/** What to do, last first, to take changes back. */
export type Journal = (() => void)[]

/** Set an entry of a map; the verb that is running can take it back. */
export function put<K, V>(journal: Journal, map: Map<K, V>, key: K, value: V): void {
  const old = map.get(key)
  journal.push(() => (old === undefined ? map.delete(key) : map.set(key, old)))
  map.set(key, value)
}

/** Remove an entry of a map; the verb that is running can take it back. */
export function remove<K, V>(journal: Journal, map: Map<K, V>, key: K): void {
  const old = map.get(key)
  if (old !== undefined) journal.push(() => map.set(key, old))
  map.delete(key)
}

/** Take everything back. The journal is emptied. */
export function undo(journal: Journal): void {
  while (journal.length > 0) journal.pop()!()
}
