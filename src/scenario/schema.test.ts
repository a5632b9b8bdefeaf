import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { scenarioSchema } from './builtin.ts'
import { jsonSchema } from './schema.ts'
import { toyCatalog } from './testing.ts'

type Json = { readonly [key: string]: Json }

const toy = jsonSchema(toyCatalog()) as unknown as Json

/** Follow keys into a schema. */
function at(...keys: readonly string[]): unknown {
  return keys.reduce<Json | undefined>((json, key) => json?.[key], toy)
}

function instance(kind: string): Json | undefined {
  const options = at('properties', 'instances', 'additionalProperties', 'oneOf')
  return (options as unknown as readonly Json[]).find(
    (o) => String(o.properties?.kind?.const) === kind,
  )
}

describe('the JSON Schema', () => {
  test('that is committed is that of the built-in models, sources and measures', () => {
    const file = new URL('../../docs/schema/scenario.schema.json', import.meta.url)
    const committed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    expect(committed, 'run `node scripts/schema.ts`').toEqual(scenarioSchema())
  })

  test('refuses unknown keys and requires the sections without default', () => {
    expect(at('additionalProperties')).toBe(false)
    expect(at('required')).toEqual(['time', 'instances'])
    expect(instance('prices/market')?.additionalProperties).toBe(false)
    expect(instance('prices/market')?.required).toEqual(['kind', 'drivers', 'depth'])
  })

  test('tells kinds apart by a constant, with the models’ own words', () => {
    expect(instance('oracles/feed')?.description).toBe('a toy oracles/feed')
    expect(instance('oracles/feed')?.properties?.label).toMatchObject({
      type: 'string',
      default: 'none',
      description: 'label',
    })
  })

  test('allows references wherever a value may stand, and a sum where seconds may', () => {
    const { properties } = instance('prices/market') ?? {}
    const reference = { $ref: '#/$defs/reference' }
    expect(properties?.fee).toMatchObject({
      anyOf: [{ type: 'number', minimum: 0, maximum: 1 }, reference],
      default: 0,
      description: 'fee [fraction]',
    })
    expect(JSON.stringify(properties?.halfLife)).toContain('#/$defs/duration')
    const pattern = new RegExp(String(at('$defs', 'reference', 'pattern')))
    for (const text of ['$drop', '@nums.x', '@nums.a.0.b']) expect(text).toMatch(pattern)
    for (const text of ['$', '$a.b', '$a b', '@nums', '@nums.', 'a$b', '$1']) {
      expect(text).not.toMatch(pattern)
    }
  })

  test('does not depend on the order in which models are registered', () => {
    const catalog = toyCatalog()
    const reversed = { ...catalog, models: [...catalog.models].reverse() }
    expect(JSON.stringify(jsonSchema(reversed))).toBe(JSON.stringify(toy))
  })
})
