import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { loadScenario } from '../src/scenario/index.ts'
import { COMMAND } from './picture.ts'

const readme = readFileSync('README.md', 'utf8')

test('the first picture of the README is that of the command under it', () => {
  expect(/!\[[^\]]*\]\(([^)]+)\)/.exec(readme)![1]).toBe('docs/cliff.png')
  expect(readme).toContain(`npx breakwater ${COMMAND.join(' ')} --out report`)
})

test('that command varies a parameter of a real book within its range', () => {
  const scenario = loadScenario(COMMAND[1]!)
  const [name, low, high] = COMMAND[COMMAND.indexOf('--vary') + 1]!.split(/=|\.\./)
  const { range } = scenario.parameters.find((own) => own.name === name)!
  expect(Number(low)).toBeGreaterThanOrEqual(range![0])
  expect(Number(high)).toBeLessThanOrEqual(range![1])
  expect(COMMAND[1]).not.toContain('papers/')
})
