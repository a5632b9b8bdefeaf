import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createFiles } from './files.ts'
import { dataPath, memoryFiles, problemsOf } from './testing.ts'

test('unpacks .gz, hashes the bytes as they lie on disk, and remembers what it read', () => {
  const packed = gzipSync('a,b\n')
  const files = memoryFiles({ '/x.csv.gz': packed, '/y.csv': 'a,b\n' })
  expect(files.read('/x.csv.gz').text).toBe('a,b\n')
  expect(files.read('/y.csv').text).toBe('a,b\n')
  files.read('/y.csv')
  expect(files.seen.map((file) => file.path)).toEqual(['/x.csv.gz', '/y.csv'])
  expect(files.seen[1]!.sha256).toBe(
    '5be08c9684a1d25efcee09318204824278b08bbfb4aef973ffefd0b9d7478313',
  )
  expect(files.seen[0]!.sha256).not.toBe(files.seen[1]!.sha256)
})

test('refuses a cut-off .gz', async () => {
  const packed = gzipSync('a,b\n'.repeat(1000))
  const files = memoryFiles({ '/x.csv.gz': packed.subarray(0, packed.length - 10) })
  const problems = await problemsOf(() => files.read('/x.csv.gz'))
  expect(problems[0]).toMatch(/^\/x\.csv\.gz: cannot be unpacked \(.*\); it is cut off or not gzip/)
})

test('refuses what is not UTF-8', async () => {
  const files = memoryFiles({ '/x.csv': Uint8Array.of(0x61, 0xff, 0x0a) })
  expect((await problemsOf(() => files.read('/x.csv')))[0]).toMatch(/^\/x\.csv: is not UTF-8/)
})

test('refuses a file that is not there', async () => {
  const problems = await problemsOf(() => createFiles().read(dataPath('none.csv')))
  expect(problems[0]).toMatch(/none\.csv: cannot be read .*; check the path$/)
})
