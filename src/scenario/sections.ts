import type { Model } from '../world/index.ts'
import { byKind, type Catalog, chainModels, controlModels, instanceModels } from './catalog.ts'
import type { Shape, Shapes } from './shape.ts'

/** Measure of an `order:` block that names none. */
export const DEFAULT_MEASURE = 'badDebtShare'

const WORD = '^[A-Za-z_][A-Za-z0-9_]*$'
const INSTANCE = '^[A-Za-z_][A-Za-z0-9_.-]*$'
const ASSET = '^[A-Za-z0-9_][A-Za-z0-9_.+-]*$'

const text = (doc: string): Shape => ({ type: 'text', doc, optional: true })

const number = (doc: string, unit = ''): Shape => ({ type: 'number', doc, unit })

const kindOf = (doc: string, fields: Shapes): Shape => ({ type: 'record', doc, fields })

const DISTRIBUTION: Shape = {
  type: 'kinded',
  doc: 'law of an uncertain parameter',
  optional: true,
  kinds: {
    uniform: kindOf('equally likely between two values', {
      low: number('lowest value'),
      high: number('highest value'),
    }),
    triangular: kindOf('between two values with a peak', {
      low: number('lowest value'),
      mode: number('most likely value'),
      high: number('highest value'),
    }),
    normal: kindOf('normal law', {
      mean: number('mean'),
      sd: { ...number('standard deviation'), min: 0 },
    }),
    logNormal: kindOf('log-normal law', {
      median: { ...number('median'), positive: true },
      sd: { ...number('standard deviation of the logarithm'), min: 0 },
    }),
  },
}

const PARAMETER: Shape = {
  type: 'record',
  doc: 'one parameter, used anywhere below as $name',
  fields: {
    value: { type: 'scalar', doc: 'default value; --set changes it' },
    unit: { type: 'text', doc: 'unit; `choice` or `text` for texts' },
    doc: text('one line: what it is'),
    range: {
      type: 'list',
      doc: 'lowest and highest value allowed',
      of: number('bound'),
      optional: true,
    },
    distribution: DISTRIBUTION,
    options: {
      type: 'list',
      doc: 'texts allowed',
      of: { type: 'text', doc: 'option' },
      optional: true,
    },
    several: {
      type: 'flag',
      doc: 'the value may be several options with commas between',
      optional: true,
    },
    source: text('citation of a public value'),
    assumption: { type: 'flag', doc: 'no data says so: list it in the report', optional: true },
  },
}

const TIME: Shape = {
  type: 'record',
  doc: 'clock of the world',
  fields: {
    tick: { type: 'number', doc: 'length of a tick of the base clock', unit: 's', positive: true },
    duration: {
      type: 'number',
      doc: 'length of a path; 0 shows the state as found',
      unit: 's',
      min: 0,
    },
  },
}

const ASSETS: Shape = {
  type: 'map',
  doc: 'assets by name; USD is implicit',
  names: ASSET,
  optional: true,
  of: {
    type: 'record',
    doc: 'one asset, or a group of equal assets',
    fields: {
      price: { type: 'number', doc: 'price at the start', unit: 'USD', positive: true },
      kind: {
        type: 'choice',
        doc: 'what it is',
        options: ['volatile', 'stable'],
        default: 'volatile',
      },
      count: {
        type: 'number',
        doc: 'make a group of this many assets: X.0, X.1, ...; 1 is a plain X',
        unit: 'assets',
        min: 1,
        integer: true,
        default: 1,
      },
    },
  },
}

function kindsOf<T extends { readonly kind: string }>(
  items: readonly T[],
  shape: (item: T) => Shape,
): Shapes {
  return Object.fromEntries(byKind(items).map((item) => [item.kind, shape(item)]))
}

/** Assets of a chain have a default: gas is paid in ETH, or in USD where there is none. */
function chainFields(model: Model): Shapes {
  const fields = Object.entries(model.params).map(([name, spec]): [string, Shape] => [
    name,
    spec.type === 'asset' && spec.default === undefined ? { ...spec, optional: true } : spec,
  ])
  return Object.fromEntries(fields)
}

/** One chain; its kind need not be told while there is only one. */
function chainShape(catalog: Catalog): Shape {
  const models = chainModels(catalog)
  const [only] = models
  const doc = 'one chain'
  if (models.length > 1) {
    const record = (m: Model): Shape => ({ type: 'record', doc: m.doc, fields: chainFields(m) })
    return { type: 'kinded', doc, kinds: kindsOf(models, record) }
  }
  if (!only) return { type: 'record', doc, fields: {} }
  const kind: Shape = { type: 'choice', doc: only.doc, options: [only.kind], default: only.kind }
  return { type: 'record', doc, fields: { kind, ...chainFields(only) } }
}

const CHAIN_FIELD: Shape = text('chain that it lives on; by default the only one, or `main`')

/** A measure by name, or `name[instance]` for those that are taken of one lender alone. */
function measureShape({ measures, perLender = [] }: Catalog): Shape {
  const doc = 'measure, or measure[instance] of one protocol'
  if (measures.length === 0) return { type: 'text', doc }
  const own = perLender.length === 0 ? {} : { pattern: `^(${perLender.join('|')})\\[.+\\]$` }
  return { type: 'choice', doc, options: measures, ...own }
}

function orderShape(measure: Shape): Shape {
  return {
    type: 'record',
    doc: 'what experiments measure and vary when they are not told',
    literal: true,
    fields: {
      measure: { ...measure, default: DEFAULT_MEASURE },
      shock: text('parameter that is the shock'),
      compare: text(
        'parameter with options, or a number with `values`: the report runs every one of them against the shock',
      ),
      values: {
        type: 'list',
        doc: 'values of a numeric parameter that is compared',
        of: { type: 'number', doc: 'one value', literal: true },
        literal: true,
        optional: true,
      },
      asset: text('asset that the shock falls on'),
      source: text('instance whose prices count'),
      size: text('parameter that is the size of the system, which experiments carry to no end'),
    },
  }
}

/** Values of parameters, by name. */
function overridesShape(doc: string): Shape {
  const of: Shape = { type: 'scalar', doc: 'value of the parameter' }
  return { type: 'map', doc, of, literal: true, optional: true }
}

/** The shape of a source's entry under `sources:`. */
export function sourcesShape(catalog: Catalog): Shape {
  return {
    type: 'kinded',
    doc: 'data to load, used anywhere as @name.path',
    kinds: kindsOf(catalog.sources, (s) => ({ type: 'record', doc: s.doc, fields: s.params })),
  }
}

/** Remembered, so that schemas are made once per catalog. */
const SHAPES = new WeakMap<Catalog, Shape>()

/** Describe a whole scenario file; the same object for the same catalog. */
export function documentShape(catalog: Catalog): Shape {
  const known = SHAPES.get(catalog)
  if (known) return known
  const made = shapeOf(catalog)
  SHAPES.set(catalog, made)
  return made
}

function shapeOf(catalog: Catalog): Shape {
  const literal = true
  const optional = true
  const whole: Shape = { type: 'number', doc: '', integer: true, default: 1, literal }
  const instanceOf = (doc: string, models: readonly Model[]): Shape => {
    const fields = (m: Model): Shapes => ({ chain: CHAIN_FIELD, ...m.params })
    const record = (m: Model): Shape => ({ type: 'record', doc: m.doc, fields: fields(m) })
    return { type: 'kinded', doc, kinds: kindsOf(models, record) }
  }
  const instance = instanceOf('one instance of a model', instanceModels(catalog))
  const measure = measureShape(catalog)
  return {
    type: 'record',
    doc: 'A Breakwater scenario',
    fields: {
      name: { ...text('name; by default that of the file'), literal },
      title: { ...text('one line'), literal },
      description: { ...text('a few sentences'), literal },
      parameters: {
        type: 'map',
        doc: 'scalars with units, used anywhere below as $name',
        names: WORD,
        of: PARAMETER,
        literal,
        optional,
      },
      time: TIME,
      paths: { ...whole, doc: 'number of paths of a run', min: 1 },
      seed: { ...whole, doc: 'seed of a run', min: 0 },
      assets: ASSETS,
      sources: {
        type: 'map',
        doc: 'data by name',
        names: WORD,
        of: sourcesShape(catalog),
        optional,
      },
      chains: {
        type: 'map',
        doc: 'chains by name; by default one, `main`',
        names: INSTANCE,
        of: chainShape(catalog),
        optional,
      },
      instances: { type: 'map', doc: 'instances by name', names: INSTANCE, of: instance },
      defences: {
        type: 'map',
        doc: 'controls that are in the world only when the parameter `defences` names them',
        names: INSTANCE,
        of: instanceOf('one control', controlModels(catalog)),
        optional,
      },
      order: orderShape(measure),
      measures: { type: 'list', doc: 'measures to show first', of: measure, literal, optional },
      short: overridesShape('parameters of the short form that CI runs'),
      calm: overridesShape(
        'parameters of calm weather, in which what defences cost is measured; by default the shock is 0',
      ),
    },
  }
}
