import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadScenario } from '../src/scenario/index.ts'

type Plan = {
  readonly hypothesis: Readonly<Record<string, string>>
  readonly components: readonly {
    readonly name: string
    readonly low: number
    readonly high: number
  }[]
  readonly worlds: readonly {
    readonly name: string
    readonly scenario: string
    readonly samples: number
  }[]
}

const plan: Plan = JSON.parse(readFileSync('data/components.json', 'utf8'))
const page = readFileSync('docs/components.md', 'utf8')

test('docs/components.md is of the ranges, worlds and sample sizes that are stated', () => {
  for (const { name, low, high } of plan.components)
    expect(page).toContain(`| \`${name}\` | ${plan.hypothesis[name]} | ${low} .. ${high} `)
  const sections = page.split('\n## ')
  for (const { name, scenario, samples } of plan.worlds) {
    const section = sections.find((own) => own.startsWith(`${name}\n`))
    expect(section).toContain(`scenarios/${scenario}.yaml`)
    expect(section).toContain(`${samples} base samples`)
    expect(
      section!.split('\n').filter((line) => /^\| (as stated|halved|doubled) /.test(line)),
    ).toHaveLength(3)
  }
})

test('the component table ranks at least four different worlds, each a scenario', () => {
  expect(new Set(plan.worlds.map(({ scenario }) => scenario)).size).toBeGreaterThanOrEqual(4)
  for (const { scenario } of plan.worlds) loadScenario(`scenarios/${scenario}.yaml`)
})

test('README counts the verdicts of the page', () => {
  const summary = page.split('## Where the ranking holds')[1]!.split('\n## ')[0]!
  const count = (verdict: string): number => summary.split(`| ${verdict} `).length - 1
  const [holds, fails, untold] = ['holds', 'does not hold', 'cannot be told'].map(count)
  expect(holds! + fails! + untold!).toBe(3 * plan.worlds.length)
  expect(readFileSync('README.md', 'utf8')).toContain(
    `holds in ${holds} of ${3 * plan.worlds.length} cases, is reversed in ${fails} and cannot be told in ${untold}`,
  )
})
