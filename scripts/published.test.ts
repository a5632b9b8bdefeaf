import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { builtExports } from './package.ts'
import { DataTableError, publishedFiles, tableRows } from './published.ts'

const folders: string[] = []

function repository(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'breakwater-published-'))
  folders.push(root)
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

const TABLE = [
  '| file | what | npm |',
  '| --- | --- | --- |',
  '| `a.csv` | open | yes |',
  '| [b.csv](b.csv) | closed | no (terms) |',
  '| data/c | a folder | yes |',
].join('\n')

const DATA = { 'data/README.md': TABLE, 'data/a.csv': '', 'data/b.csv': '', 'data/c/d.csv': '' }

test('the table of data files is read whatever dresses its cells', () => {
  expect(tableRows(`text\n| a | b |\n|---|---|\n| x | y |\n\n${TABLE}\n`)).toEqual([
    { path: 'a.csv', npm: 'yes' },
    { path: 'b.csv', npm: 'no' },
    { path: 'c', npm: 'yes' },
  ])
})

test('only data marked yes is published, with the table itself', () => {
  const { data } = publishedFiles(repository({ ...DATA, 'data/unlisted.csv': '' }))
  expect(data).toEqual(['data/README.md', 'data/a.csv', 'data/c/d.csv'])
})

test('without a table or folders nothing is published', () => {
  const root = repository({ 'data/a.csv': '' })
  expect(publishedFiles(root)).toEqual({ data: [], scenarios: [], leftOut: [] })
})

test('a marked file that is missing and an open answer are errors', () => {
  const missing = repository({ 'data/README.md': TABLE })
  expect(() => publishedFiles(missing)).toThrow(DataTableError)
  const open = repository({ 'data/README.md': '| file | npm |\n| - | - |\n| a.csv | ? |' })
  expect(() => publishedFiles(open)).toThrow(DataTableError)
})

test('scenarios that refer to unpublished or absent data are left out, through others too', () => {
  const root = repository({
    ...DATA,
    'scenarios/plain.yaml':
      'title: b is in the text, not a path: b.csv of old\nkind: lending/aaveV3',
    'scenarios/open.yaml': 'prices: { file: ../data/a.csv }\nmore: c/d.csv',
    'scenarios/crises/closed.yaml': 'prices: [../../data/b.csv]',
    'scenarios/crises/rooted.yaml': 'prices: data/b.csv',
    'scenarios/crises/within.yaml': 'prices: b.csv',
    'scenarios/absent.yaml': 'prices: ../data/elsewhere.csv',
    'scenarios/child.yaml': 'extends: crises/closed.yaml',
    'scenarios/README.md': 'text',
  })
  const { scenarios, leftOut } = publishedFiles(root)
  expect(scenarios).toEqual(['README.md', 'open.yaml', 'plain.yaml'].map((f) => `scenarios/${f}`))
  expect(leftOut.map(({ scenario }) => scenario).sort()).toEqual([
    'scenarios/absent.yaml',
    'scenarios/child.yaml',
    'scenarios/crises/closed.yaml',
    'scenarios/crises/rooted.yaml',
    'scenarios/crises/within.yaml',
  ])
})

test('exports are rewritten to what was built', () => {
  const built = new Set(['./math/index.js', './mechanisms/'])
  const exports = {
    './math': './src/math/index.ts',
    './world': './src/world/index.ts',
    './mechanisms/*': './src/mechanisms/*/index.ts',
    './package.json': './package.json',
  }
  expect(builtExports(exports, (path) => built.has(path))).toEqual({
    './math': { types: './math/index.d.ts', default: './math/index.js' },
    './mechanisms/*': {
      types: './mechanisms/*/index.d.ts',
      default: './mechanisms/*/index.js',
    },
    './package.json': './package.json',
  })
})
