import type { Catalog } from './catalog.ts'
import { parameterReference } from './references.ts'
import type { Scenario } from './scenario.ts'
import { documentShape } from './sections.ts'
import { fieldsOf, type Shape } from './shape.ts'

/** Whether a parameter stands below a shaped value where a whole number is wanted. */
function countsIn(value: unknown, shape: Shape | undefined, name: string): boolean {
  if (!shape) return false
  if (typeof value === 'string') return shape.integer === true && parameterReference(value) === name
  if (typeof value !== 'object' || value === null) return false
  const fields = fieldsOf(shape, value)
  return Object.entries(value).some(([key, own]) =>
    countsIn(own, Object.hasOwn(fields, key) ? fields[key] : shape.of, name),
  )
}

/** Tell whether a parameter counts something: it stands somewhere where whole numbers only may stand. */
export function isCountWith({ document }: Scenario, catalog: Catalog, name: string): boolean {
  return countsIn(document, documentShape(catalog), name)
}
