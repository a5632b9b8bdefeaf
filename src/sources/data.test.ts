import { readdirSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { createFiles } from './files.ts'
import { dataPath } from './testing.ts'

test('data/README.md lists every file of data/ with its sha256', () => {
  const root = dataPath('')
  const files = createFiles()
  const found = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => relative(root, join(root, name)))
    .filter((name) => name !== 'README.md' && statSync(join(root, name)).isFile())
  const readme = files.read(join(root, 'README.md')).text
  const listed = [...readme.matchAll(/^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \| (?:yes|no) \|$/gm)]
  expect(listed.map((row) => row[1]).sort()).toEqual(found.sort())
  for (const [, name, sha256] of listed) expect(files.read(join(root, name!)).sha256).toBe(sha256)
})
