import { describe, expect, test } from 'vitest'
import { ScenarioError } from './errors.ts'
import { parseScenarioWith } from './load.ts'
import type { Overrides } from './parameters.ts'
import { resolveScenarioWith } from './resolve.ts'
import { TOY, toyCatalog } from './testing.ts'

const catalog = toyCatalog()

const DEFENDED = `${TOY.trimEnd()}
defences:
  breaker: { kind: controls/breaker, lenders: [pool] }
  late: { kind: controls/breaker, lenders: [pool], drop: 0.3 }
`

async function controls(text: string, set: Overrides = {}): Promise<readonly string[]> {
  const scenario = parseScenarioWith(text, 'dir/toy.yaml', catalog)
  const { spec, warnings } = await resolveScenarioWith(scenario, catalog, { set })
  expect(warnings.filter((w) => w.includes('defences'))).toEqual([])
  return spec.instances.filter((i) => i.kind === 'controls/breaker').map((i) => i.name)
}

async function problems(text: string, set: Overrides = {}): Promise<readonly string[]> {
  const error = await controls(text, set).catch((e: unknown) => e)
  if (!(error instanceof ScenarioError)) throw error
  return error.problems.map((p) => `${p.message} | ${p.remedy}`)
}

describe('defences', () => {
  test('are out of the world until they are named', async () => {
    expect(await controls(DEFENDED)).toEqual([])
    expect(await controls(DEFENDED, { defences: 'none' })).toEqual([])
    expect(await controls(DEFENDED, { defences: 'late' })).toEqual(['late'])
    expect(await controls(DEFENDED, { defences: 'late, breaker' })).toEqual(['breaker', 'late'])
    expect(await controls(DEFENDED, { defences: 'all' })).toEqual(['breaker', 'late'])
  })

  test('have the default that the file states', async () => {
    const text = DEFENDED.replace('parameters:', 'parameters:\n  defences: { value: breaker }')
    expect(await controls(text)).toEqual(['breaker'])
    expect(await controls(text, { defences: 'none' })).toEqual([])
  })

  test('that do not exist are refused, with what there is', async () => {
    const message = 'defences=lat: "defences" must be one of none, breaker, late, all'
    expect(await problems(DEFENDED, { defences: 'lat' })).toEqual([
      `${message}, got "lat" | did you mean "late"?`,
    ])
  })

  test('are checked even while they are out, and may not take the name of an instance', async () => {
    const wrong = DEFENDED.replace('drop: 0.3', 'drop: 3')
    expect((await problems(wrong))[0]).toContain('defences.late.drop')
    const twice = DEFENDED.replace('  breaker:', '  pool:')
    expect(await problems(twice)).toContain(
      '"pool" is the name of an instance | rename the defence',
    )
  })

  test('need no parameter where a scenario has none', async () => {
    expect(await problems(TOY, { defences: 'all' })).toEqual([
      expect.stringContaining('no parameter is named "defences"'),
    ])
  })
})
