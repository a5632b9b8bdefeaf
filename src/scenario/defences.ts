import { isTree } from './shape.ts'

/** Parameter that names the entries of `defences:` that are switched on. */
export const DEFENCES = 'defences'

const NONE = 'none'
const ALL = 'all'

/**
 * Give a scenario with a `defences:` section the parameter that switches them; what the file states of
 * it, such as another default, stays.
 */
export function withDefences(tree: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (!isTree(tree[DEFENCES])) return { ...tree }
  const parameters = isTree(tree.parameters) ? tree.parameters : {}
  const stated = parameters[DEFENCES]
  const parameter = {
    value: NONE,
    unit: 'choice',
    doc: 'defences that are switched on, with commas between',
    options: [NONE, ...Object.keys(tree[DEFENCES]), ALL],
    several: true,
    ...(isTree(stated) ? stated : {}),
  }
  return { ...tree, parameters: { ...parameters, [DEFENCES]: parameter } }
}

/** Tell whether an entry of `defences:` is switched on by the parameter's value. */
export function isSwitchedOn(name: string, value: number | string | undefined): boolean {
  const chosen = String(value ?? NONE).split(',')
  return chosen.includes(ALL) || chosen.includes(name)
}
