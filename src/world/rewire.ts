import type { Model } from './model.ts'
import type { ParamSpec, Params } from './params.ts'
import type { InstanceSpec, WorldSpec } from './spec.ts'

/**
 * Where a reference to an instance goes: to others, or nowhere when there is nothing to refer to.
 * @param port that the reference asks for.
 */
type Redirect = (name: string, port: string) => readonly string[]

/**
 * A rewired value. `isLost` when it needed an instance that is no longer there; `choices` is how many
 * targets a reference to one instance has, of which the value names one.
 */
type Rewired = { readonly value: unknown; readonly isLost: boolean; readonly choices: number }

const kept = (value: unknown): Rewired => ({ value, isLost: false, choices: 1 })

const together = (value: unknown, parts: readonly Rewired[]): Rewired => ({
  value,
  isLost: parts.some((part) => part.isLost),
  choices: parts.reduce((most, part) => Math.max(most, part.choices), 1),
})

function rewireNames(names: readonly string[], port: string, to: Redirect): Rewired {
  const value = [...new Set(names.flatMap((name) => to(name, port)))]
  return { value, isLost: names.length > 0 && value.length === 0, choices: 1 }
}

/** @param choice which of several targets a reference to one instance takes. */
function rewireValue(spec: ParamSpec, value: unknown, to: Redirect, choice: number): Rewired {
  if (value === undefined || value === '') return kept(value)
  if (spec.type === 'ref') {
    const targets = to(value as string, spec.port ?? '')
    const isLost = targets.length === 0 && !spec.optional
    const choices = Math.max(1, targets.length)
    return { value: targets[Math.min(choice, choices - 1)] ?? '', isLost, choices }
  }
  if (spec.type === 'refs') return rewireNames(value as readonly string[], spec.port ?? '', to)
  if (spec.type === 'list' && spec.of) {
    const of = spec.of
    const items = (value as readonly unknown[]).map((item) => rewireValue(of, item, to, choice))
    return together(
      items.map((item) => item.value),
      items,
    )
  }
  if (spec.type === 'record' && spec.fields) {
    const fields = Object.entries(value as Params).map(([key, item]) => {
      const field = spec.fields![key]
      return [key, field ? rewireValue(field, item, to, choice) : kept(item)] as const
    })
    const values = Object.fromEntries(fields.map(([key, field]) => [key, field.value]))
    return together(
      values,
      fields.map(([, field]) => field),
    )
  }
  return kept(value)
}

/** Find a model by kind. */
export function modelOf(models: readonly Model[], kind: string): Model | undefined {
  return models.find((m) => m.kind === kind)
}

function rewireInstance(
  instance: InstanceSpec,
  models: readonly Model[],
  to: Redirect,
  choice = 0,
): Rewired {
  const fields = modelOf(models, instance.kind)?.params ?? {}
  return rewireValue({ type: 'record', doc: '', fields }, instance.params, to, choice)
}

/**
 * Send an instance's references to others that exist.
 * @param to is told the name that is referred to and the port that is asked of it.
 */
export function rewired(
  instance: InstanceSpec,
  models: readonly Model[],
  to: (name: string, port: string) => string,
): InstanceSpec {
  const { value } = rewireInstance(instance, models, (name, port) => [to(name, port)])
  return { ...instance, params: value as Params }
}

/** Names of the instances whose port of one kind an instance asks for, each once. */
export function referredBy(
  instance: InstanceSpec,
  models: readonly Model[],
  port: string,
): readonly string[] {
  const names = new Set<string>()
  rewireInstance(instance, models, (name, asked) => {
    if (asked === port) names.add(name)
    return [name]
  })
  return [...names]
}

/**
 * Take instances out of a world, and with them whatever cannot do without them.
 * @param names instances to take out.
 */
export function without(
  spec: WorldSpec,
  models: readonly Model[],
  names: ReadonlySet<string>,
): WorldSpec {
  const gone = new Set(names)
  const to: Redirect = (name) => (gone.has(name) ? [] : [name])
  const rewire = (i: InstanceSpec): Rewired => rewireInstance(i, models, to)
  for (let before = -1; before < gone.size; ) {
    before = gone.size
    for (const i of spec.instances) if (rewire(i).isLost) gone.add(i.name)
  }
  const changed = (i: InstanceSpec): InstanceSpec => {
    const { value, isLost } = rewire(i)
    return isLost ? i : { ...i, params: value as Params }
  }
  const instances = spec.instances.filter(({ name }) => !gone.has(name)).map(changed)
  return { ...spec, chains: spec.chains.map(changed), instances }
}

/**
 * Put several instances in the place of one. Lists of references name all of them instead; what refers
 * to one instance only is copied for each, and so on for what refers to a copy.
 * @param parts by suffix: the part `X` of `pool` is named `pool.X`, and a copy of `agent` `agent.X`.
 */
export function split(
  spec: WorldSpec,
  models: readonly Model[],
  name: string,
  parts: ReadonlyMap<string, InstanceSpec>,
): WorldSpec {
  const suffixes = [...parts.keys()]
  const copied = new Set([name])
  const to: Redirect = (other) =>
    copied.has(other) ? suffixes.map((suffix) => `${other}.${suffix}`) : [other]
  const others = spec.instances.filter((i) => i.name !== name)
  for (let before = -1; before < copied.size; ) {
    before = copied.size
    for (const i of others)
      if (suffixes.length > 1 && rewireInstance(i, models, to).choices > 1) copied.add(i.name)
  }
  const changed = (i: InstanceSpec, own: string, choice: number): InstanceSpec => {
    const { value } = rewireInstance(i, models, to, choice)
    return { ...i, name: own, params: value as Params }
  }
  const made = suffixes.map((suffix) => ({ ...parts.get(suffix)!, name: `${name}.${suffix}` }))
  return {
    ...spec,
    chains: spec.chains.map((chain) => changed(chain, chain.name, 0)),
    instances: [
      ...others.flatMap((i) => to(i.name, '').map((own, k) => changed(i, own, k))),
      ...made,
    ],
  }
}

/** Let every instance whose model rearranges the world do so, by name. */
export function arranged(spec: WorldSpec, models: readonly Model[]): WorldSpec {
  const names = spec.instances.map((i) => i.name).sort()
  return names.reduce((now, name) => {
    const own = now.instances.find((i) => i.name === name)
    const arrange = own && modelOf(models, own.kind)?.arrange
    return arrange ? arrange(now, own, models) : now
  }, spec)
}
