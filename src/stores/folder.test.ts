import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { makeFolders } from './folder.ts'

const folder = mkdtempSync(join(tmpdir(), 'breakwater-folder-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('folders', () => {
  it('are made with all above them, and stay when they are there', () => {
    const deep = join(folder, 'a', 'b', 'c')
    makeFolders(deep)
    makeFolders(deep)
    expect(statSync(deep).isDirectory()).toBe(true)
  })

  it('are not made below a file', () => {
    const file = join(folder, 'file')
    writeFileSync(file, 'mine')
    expect(() => makeFolders(join(file, 'below'))).toThrowError('ENOTDIR')
  })

  it('are refused at once where the system denies that their parent is there', () => {
    // In a process of its own: what never returns can only be killed.
    const place = new URL('./folder.ts', import.meta.url).href
    const code = `import { makeFolders } from ${JSON.stringify(place)}
      try { makeFolders('/proc/breakwater/out') } catch (error) { console.log('refused', error.code) }`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      ...{ encoding: 'utf8', timeout: 20_000 },
    })
    expect(stdout).toMatch(/^refused E/)
  })
})
