import { type Member, smallWorld } from '../../../test/conformance/model.ts'
import {
  EVENT_NAMES,
  f64,
  type Governed,
  type Model,
  model,
  number,
  TERM_NAMES,
  TERMS,
  type TermName,
  type World,
} from '../../world/index.ts'
import { control } from './control.ts'

const OFFERED: readonly TermName[] = ['borrowing', 'ltv', 'supplyCap', 'trading']

/** Something with four terms per asset, all 1 at the start; it takes no negative value, and `denied`. */
export const governed: Model = model({
  kind: 'test/governed',
  phase: 'protocol',
  doc: 'terms and nothing else',
  params: { denied: number('value that it refuses', 'any', { default: -1 }) },
  columns: (_, assets) => ({ value: f64(OFFERED.length * (assets.length + 1), 'any', 1) }),
  create(p, s, { assets }) {
    const place = (name: TermName, asset: number): number =>
      OFFERED.indexOf(name) * (assets.length + 1) + asset + 1
    const port: Governed = {
      terms: OFFERED,
      term: (name, asset) =>
        (TERMS[name].per === 'all') === asset < 0 ? s.value[place(name, asset)]! : Number.NaN,
      setTerm(name, asset, value) {
        if (value === p.denied) return 'denied'
        s.value[place(name, asset)] = value
        return null
      },
    }
    return { ports: { governed: port } }
  },
})

/** Proposes a stated value of one term at stated times. */
export const planned: Model = control({
  kind: 'controls/planned',
  doc: 'proposes by plan',
  params: {
    first: number('value', 'any', { default: 0 }),
    at: number('time', 's', { default: 12 }),
    second: number('value', 'any', { default: 1 }),
    secondAt: number('time', 's', { default: 1e9 }),
  },
  slots: () => [{ target: 'target', term: 'ltv', asset: 1 }],
  create: (p, _s, _context, desk) => ({
    observe({ time }) {
      if (time === p.at) desk.propose(0, p.first, -1)
      if (time === p.secondAt) desk.propose(0, p.second, desk.changedBy(0))
    },
  }),
})

/** A world of `target`, a governed thing, and `control`. */
export function plannedWorld(
  params: Readonly<Record<string, unknown>> = {},
  options: Parameters<typeof smallWorld>[1] & {
    readonly target?: Member
    readonly more?: Readonly<Record<string, Member>>
  } = {},
): World {
  const { target = [governed, {}], more = {}, ...others } = options
  return smallWorld({ target, control: [planned, params], ...more }, others)
}

/** One change of a term. */
export type Changed = {
  readonly id: number
  readonly tick: number
  readonly by: string
  readonly target: string
  readonly term: TermName
  readonly asset: number
  readonly from: number
  readonly to: number
  readonly wait: number
  readonly parent: number
}

/** All changes of terms so far. */
export function changes(world: World): readonly Changed[] {
  const { columns: c, length } = world.trace
  const name = (index: number): string => world.instances[index]!.name
  return Array.from({ length }, (_, id) => id)
    .filter((id) => EVENT_NAMES[c.kind[id]!] === 'term')
    .map((id) => ({
      id,
      tick: c.tick[id]!,
      by: name(c.instance[id]!),
      target: name(c.row[id]!),
      term: TERM_NAMES[c.other[id]!]!,
      asset: c.asset[id]!,
      from: c.x[id]!,
      to: c.y[id]!,
      wait: c.z[id]!,
      parent: c.parent[id]!,
    }))
}

/** Reasons of failed actions so far. */
export function failures(world: World): readonly string[] {
  const { columns: c, length, texts } = world.trace
  return Array.from({ length }, (_, id) => id)
    .filter((id) => EVENT_NAMES[c.kind[id]!] === 'failed')
    .map((id) => texts[c.other[id]!]!)
}
