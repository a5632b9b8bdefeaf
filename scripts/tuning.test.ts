import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { EXAMPLES } from './tuning.ts'

const page = readFileSync('docs/tuning.md', 'utf8')

test('docs/tuning.md shows the commands that its script runs, each with an answer', () => {
  for (const { title, command } of EXAMPLES) {
    const section = page.split('\n## ').find((own) => own.startsWith(`${title}\n`))!
    for (const part of command) expect(section).toContain(part)
    expect(section).toMatch(/runs in all; intervals are 95 %/)
  }
})

test('at least six terms of a real book are tuned, against as many points at random', () => {
  const [search] = EXAMPLES
  expect(search!.command.filter((part) => part.startsWith('--vary')).length).toBeGreaterThan(5)
  expect(page).toMatch(/best of \d+ points at random: /)
})
