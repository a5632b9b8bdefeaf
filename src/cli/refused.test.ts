import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { breakwaterHere, FALL } from './process.conformance.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-refused-'))
  writeFileSync(join(folder, 'fall.yaml'), FALL)
  writeFileSync(join(folder, 'torn.json'), '{"baseline":1,"scen')
})
afterAll(() => rmSync(folder, { recursive: true }))

const RANGE = ['--vary', 'drop=0..0.8']
const ALL = {
  cliff: RANGE,
  sweep: RANGE,
  explain: RANGE,
  compare: ['--set', 'drop=0.5'],
  tune: [...RANGE, '--objective', 'loss'],
  warn: ['--no-distance'],
  check: ['--baseline', 'new.json', '--update'],
} as const
type Name = keyof typeof ALL
type Case = readonly [name: Name, more: readonly string[], part: string]

const OF_ALL = (Object.keys(ALL) as Name[]).flatMap((name): readonly Case[] => [
  [name, ['--paths', '0'], 'use a whole number from 1 on'],
  [name, ['--workers', '0'], 'use a whole number from 1 on'],
  [name, ['--workers', '999'], 'use a whole number from 1 to 256'],
  [name, ['--set', 'nope=1'], 'no parameter is named "nope"'],
  [name, ['--set', 'drop=7'], 'outside its range 0 to 0.9'],
])
const VARIED = (['cliff', 'sweep', 'explain', 'tune', 'warn'] as const).flatMap(
  (name): readonly Case[] => {
    const vary = (range: string): readonly string[] => ['-', '--vary', range]
    return [
      [name, vary('nope=0..1'), '"nope"'],
      [name, vary('drop=0.5..0.5'), 'drop=0.5..0.5 is empty'],
      [name, vary('drop=0.6..0.2'), 'drop=0.6..0.2 is empty'],
      [name, vary('drop=0..2'), 'use values from 0 to 0.9'],
      [name, vary('drop=a..b'), 'is no range; write for example'],
    ]
  },
)
const MEASURED = (['cliff', 'sweep', 'explain', 'compare', 'warn'] as const).flatMap(
  (name): readonly Case[] => [
    [name, ['+', '--measure', 'nope'], 'nope'],
    [name, ['+', '--measure', 'loss.p200'], 'p200'],
    [name, ['+', '--measure', ''], '""'],
  ],
)
const OTHERS: readonly Case[] = [
  ['explain', [...RANGE], '--vary drop is given twice'],
  ['cliff', ['--set', 'drop=0.3'], 'drop is set to 0.3 and varied, drop=0..0.8'],
  ['sweep', ['--set', 'drop=0.3', '--no-line'], 'drop is set to 0.3 and varied, drop=0..0.8'],
  ['tune', ['--subject-to', 'loss <> 3'], 'is no number'],
  ['tune', ['--subject-to', 'nope < 3'], '"nope" is no measure'],
  ['tune', ['--budget', 'loss < 3'], 'give either --objective'],
  ['sweep', ['--vary', 'drop=0..0.5:1'], 'use a whole number from 2 on'],
  ['compare', ['--each', 'nope'], 'nope'],
  ['check', ['--measures', 'nope'], 'has no measure "nope"'],
]

/** The usual words of a command; `-` puts others in their place, `+` adds a range where one must be. */
function wordsOf(name: Name, [first, ...rest]: readonly string[]): readonly string[] {
  if (first === '-') return name === 'tune' ? ['--objective', 'loss', ...rest] : rest
  if (first === '+') return name === 'warn' ? [...RANGE, ...rest] : [...ALL[name], ...rest]
  return [...ALL[name], ...(first === undefined ? [] : [first, ...rest])]
}

it.each([...OF_ALL, ...VARIED, ...MEASURED, ...OTHERS])(
  '%s refuses %j with 2 before anything runs, and says what to do',
  async (name, more, part) => {
    const words = wordsOf(name, more).map((word) =>
      word === 'new.json' ? join(folder, word) : word,
    )
    const dir = join(folder, 'unmade')
    const file = join(folder, 'fall.yaml')
    const { code, stdout, stderr } = await breakwaterHere(name, file, ...words, '--out', dir)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(part)
    expect(stderr).not.toContain('    at ')
    expect([existsSync(dir), existsSync(join(folder, 'new.json'))]).toEqual([false, false])
  },
)

it.each([
  ['torn.json', [], 'is no JSON'],
  ['missing.json', [], 'there is no baseline'],
  [join('none', 'new.json'), ['--update'], 'there is no folder'],
])('check refuses the baseline %s %j', async (name, more, part) => {
  const words = ['check', join(folder, 'fall.yaml'), '--baseline', join(folder, name), ...more]
  const { code, stderr } = await breakwaterHere(...words)
  expect(code).toBe(2)
  expect(stderr).toContain(part)
})

it.each(Object.entries(ALL))('%s refuses a folder that is a file', async (name, words) => {
  const file = join(folder, 'fall.yaml')
  const own = words.map((word) => (word === 'new.json' ? join(folder, word) : word))
  const said = await breakwaterHere(name, file, ...own, '--out', join(file, 'below'))
  expect(said.code).toBe(2)
  expect(said.stderr).toContain('is a file; name a folder')
})
