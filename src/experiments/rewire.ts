import type { InstanceSpec, Model, ParamSpec, Params, WorldSpec } from '../world/index.ts'

/** Where a reference to an instance goes: another name, or null when there is nothing to refer to. */
export type Redirect = (name: string) => string | null

/** A rewired value; `isLost` when it needed an instance that is no longer there. */
type Rewired = { readonly value: unknown; readonly isLost: boolean }

const kept = (value: unknown): Rewired => ({ value, isLost: false })

function rewireNames(names: readonly string[], to: Redirect): Rewired {
  const found = [...new Set(names.map(to).filter((name) => name !== null))]
  return { value: found, isLost: names.length > 0 && found.length === 0 }
}

function rewireValue(spec: ParamSpec, value: unknown, to: Redirect): Rewired {
  if (value === undefined) return kept(value)
  if (spec.type === 'ref') {
    const name = value === '' ? '' : to(value as string)
    return { value: name ?? '', isLost: name === null && !spec.optional }
  }
  if (spec.type === 'refs') return rewireNames(value as readonly string[], to)
  if (spec.type === 'list' && spec.of) {
    const items = (value as readonly unknown[]).map((item) => rewireValue(spec.of!, item, to))
    return { value: items.map((i) => i.value), isLost: items.some((i) => i.isLost) }
  }
  if (spec.type === 'record' && spec.fields) {
    const fields = Object.entries(value as Params).map(([key, item]) => {
      const field = spec.fields![key]
      return [key, field ? rewireValue(field, item, to) : kept(item)] as const
    })
    const isLost = fields.some(([, { isLost }]) => isLost)
    return { value: Object.fromEntries(fields.map(([key, f]) => [key, f.value])), isLost }
  }
  return kept(value)
}

/** Find a model by kind. */
export function modelOf(models: readonly Model[], kind: string): Model | undefined {
  return models.find((m) => m.kind === kind)
}

/**
 * Send an instance's references elsewhere.
 * @returns null when something that it cannot do without is gone.
 */
function rewireInstance(
  instance: InstanceSpec,
  models: readonly Model[],
  to: Redirect,
): InstanceSpec | null {
  const fields = modelOf(models, instance.kind)?.params ?? {}
  const { value, isLost } = rewireValue({ type: 'record', doc: '', fields }, instance.params, to)
  return isLost ? null : { ...instance, params: value as Params }
}

/** Send an instance's references to others that exist. */
export function rewired(
  instance: InstanceSpec,
  models: readonly Model[],
  to: (name: string) => string,
): InstanceSpec {
  return rewireInstance(instance, models, to)!
}

/** Send all references of a world elsewhere; what loses something it needs goes, and so on. */
function redirect(spec: WorldSpec, models: readonly Model[], to: Redirect): WorldSpec {
  const gone = new Set<string>()
  const there: Redirect = (name) => {
    const target = to(name)
    return target === null || gone.has(target) ? null : target
  }
  for (;;) {
    const rewired = spec.instances.map((i) => rewireInstance(i, models, there))
    const lost = spec.instances.filter((i, k) => rewired[k] === null && !gone.has(i.name))
    for (const { name } of lost) gone.add(name)
    if (lost.length > 0) continue
    const chains = spec.chains.map((c) => rewireInstance(c, models, there) ?? c)
    const left = rewired.filter((i): i is InstanceSpec => i !== null && !gone.has(i.name))
    return { ...spec, chains, instances: left }
  }
}

/** Take instances out of a world, and with them whatever cannot do without them. */
export function without(
  spec: WorldSpec,
  models: readonly Model[],
  names: ReadonlySet<string>,
): WorldSpec {
  const instances = spec.instances.filter(({ name }) => !names.has(name))
  return redirect({ ...spec, instances }, models, (name) => (names.has(name) ? null : name))
}
