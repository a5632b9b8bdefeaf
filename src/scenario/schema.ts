import * as z from 'zod'
import type { Catalog } from './catalog.ts'
import { REFERENCE, SOURCE_REFERENCE } from './references.ts'
import { documentShape } from './sections.ts'
import {
  DURATION_PARTS,
  describe,
  isDuration,
  isOptional,
  type Shape,
  type Shapes,
} from './shape.ts'

/** How a value may be replaced by a reference, if at all. */
type Wrap = (schema: z.ZodType) => z.ZodType

const REFERENCE_SCHEMA: z.ZodType = z.string().regex(REFERENCE).meta({
  id: 'reference',
  description: "'$name' of a parameter, or '@source.path' of loaded data",
})

const orReference: Wrap = (schema) => z.union([schema, REFERENCE_SCHEMA])

const orNothing: Wrap = (schema) => schema

function numberSchema(shape: Shape): z.ZodType {
  let schema = z.number()
  if (shape.integer) schema = schema.int()
  if (shape.positive) schema = schema.positive()
  if (shape.min !== undefined) schema = schema.min(shape.min)
  if (shape.max !== undefined) schema = schema.max(shape.max)
  return schema
}

const DURATION_PART: z.ZodType = orReference(z.number().min(0)).optional()

const DURATION_SUM: z.ZodType = z
  .strictObject(
    Object.fromEntries(Object.keys(DURATION_PARTS).map((unit) => [unit, DURATION_PART])),
  )
  .meta({ id: 'duration', description: 'a sum of these' })

function objectFields(fields: Shapes, wrap: Wrap): Record<string, z.ZodType> {
  const entries = Object.entries(fields).map(([key, shape]): [string, z.ZodType] => {
    const schema = shapeSchema(shape, wrap)
    return [key, isOptional(shape) ? schema.optional() : schema]
  })
  return Object.fromEntries(entries)
}

function kindedSchema(shape: Shape, wrap: Wrap): z.ZodType {
  const options = Object.entries(shape.kinds ?? {}).map(([kind, { doc, fields }]) => {
    const known = z.literal(kind).meta({ description: doc })
    const others = objectFields(fields ?? {}, wrap)
    return z.strictObject({ kind: known, ...others }).meta({ description: doc })
  })
  const [first, ...rest] = options
  return first ? z.discriminatedUnion('kind', [first, ...rest]) : z.never()
}

/** Data is an object that a source gave; in the file itself only a reference to it. */
function dataSchema(): z.ZodType {
  return z
    .custom((v) => (typeof v === 'object' && v !== null) || SOURCE_REFERENCE.test(String(v)))
    .meta({ type: 'string', pattern: SOURCE_REFERENCE.source })
}

function choiceSchema({ options, pattern }: Shape): z.ZodType {
  const named = z.enum([...(options ?? [])])
  return pattern === undefined ? named : z.union([named, z.string().regex(new RegExp(pattern))])
}

function mapSchema(shape: Shape, wrap: Wrap): z.ZodType {
  const name = shape.names ? z.string().regex(new RegExp(shape.names)) : z.string()
  return z.record(name, shape.of ? shapeSchema(shape.of, wrap) : z.any())
}

function baseSchema(shape: Shape, wrap: Wrap): z.ZodType {
  switch (shape.type) {
    case 'number':
      return isDuration(shape)
        ? wrap(z.union([numberSchema(shape), DURATION_SUM]))
        : wrap(numberSchema(shape))
    case 'choice':
      return wrap(choiceSchema(shape))
    case 'ref':
    case 'asset':
    case 'file':
    case 'text':
      return z.string()
    case 'refs':
    case 'assets':
      return wrap(z.array(z.string()))
    case 'list':
      return wrap(z.array(shape.of ? shapeSchema(shape.of, wrap) : z.any()))
    case 'record':
      return wrap(z.strictObject(objectFields(shape.fields ?? {}, wrap)))
    case 'perAsset':
      return wrap(mapSchema(shape, wrap))
    case 'data':
      return dataSchema()
    case 'scalar':
      return z.union([z.number(), z.string()])
    case 'flag':
      return z.boolean()
    case 'map':
      return mapSchema(shape, wrap)
    case 'kinded':
      return kindedSchema(shape, wrap)
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'string'
}

function shapeSchema(shape: Shape, outer: Wrap): z.ZodType {
  const wrap = shape.literal ? orNothing : outer
  const unit = shape.unit ? ` [${shape.unit}]` : ''
  const named = shape.type === 'ref' || shape.type === 'refs' ? `: ${describe(shape)}` : ''
  const description = shape.doc + unit + named
  const { default: fallback } = shape
  const plain =
    shape.type !== 'perAsset' &&
    (isPlain(fallback) || (Array.isArray(fallback) && fallback.every(isPlain)))
  return baseSchema(shape, wrap).meta(plain ? { description, default: fallback } : { description })
}

/**
 * Make the zod schema of a shape. Wherever a value may stand, so may `$name` or `@source.path`,
 * except in literal shapes, and except for maps of names and records chosen by their kind.
 */
export function schemaOf(shape: Shape): z.ZodType {
  return shapeSchema(shape, orReference)
}

/** The JSON Schema of scenario files, for editors. */
export function jsonSchema(catalog: Catalog): Record<string, unknown> {
  const shape = documentShape(catalog)
  const fields = z.strictObject(objectFields(shape.fields ?? {}, orReference))
  const schema = z.toJSONSchema(fields, { io: 'input', unrepresentable: 'any' })
  return { $schema: schema.$schema, title: shape.doc, ...schema }
}
