import { eachText, type Given, parameterReference, sourceReference } from './references.ts'
import type { Report } from './report.ts'
import { isTree } from './shape.ts'

/** Sources that a tree needs, directly or through a parameter whose value a source gives. */
export function neededSources(
  tree: unknown,
  parameters: ReadonlyMap<string, Given>,
): ReadonlySet<string> {
  const needed = new Set<string>()
  eachText(tree, [], (text) => {
    const name = parameterReference(text)
    const value = name === undefined ? text : parameters.get(name)?.value
    const source = sourceReference(value)?.source
    if (source !== undefined) needed.add(source)
  })
  return needed
}

/**
 * Order sources so that each comes after those whose outputs it uses; a circle is reported.
 * @param section the `sources:` section as written.
 */
export function loadOrder(
  section: unknown,
  parameters: ReadonlyMap<string, Given>,
  report: Report,
): readonly string[] {
  const sources = isTree(section) ? section : {}
  const done: string[] = []
  const open: string[] = []
  function visit(name: string): void {
    if (done.includes(name) || !Object.hasOwn(sources, name)) return
    const start = open.indexOf(name)
    if (start >= 0) {
      const circle = [...open.slice(start), name].join(' -> ')
      const message = `sources need each other in a circle: ${circle}`
      report.key(['sources', name], message, 'give one of them a value of its own')
      return
    }
    open.push(name)
    for (const next of neededSources(sources[name], parameters)) visit(next)
    open.pop()
    done.push(name)
  }
  for (const name of Object.keys(sources)) visit(name)
  return done
}
