import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createStepper, hashWorld, rewind } from '../engine/index.ts'
import { lendingWorld } from '../mechanisms/lending/testWorld.conformance.ts'
import { livelyWorld, stepAndHash } from './livelyWorld.conformance.ts'
import { loadWorld, saveWorld, WorldFileError } from './world.ts'

const WORKER = fileURLToPath(new URL('./livelyWorld.conformance.ts', import.meta.url))

describe('a saved world', () => {
  it('goes on in a new process with the same bytes', () => {
    const world = livelyWorld()
    const saved = stepAndHash(world, 30)
    expect(world.trace.length).toBeGreaterThan(20)
    const folder = mkdtempSync(join(tmpdir(), 'breakwater-'))
    try {
      const file = join(folder, 'world.bin')
      writeFileSync(file, saveWorld(world))
      const later = stepAndHash(world, 30)
      const told = execFileSync(process.execPath, [WORKER, file, '30'], { encoding: 'utf8' })
      expect(JSON.parse(told)).toEqual([saved, later])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('can be rewound to the opening after loading', () => {
    const fresh = livelyWorld()
    const opening = hashWorld(fresh)
    const source = livelyWorld()
    stepAndHash(source, 25)
    loadWorld(saveWorld(source), fresh)
    expect(hashWorld(fresh)).toBe(hashWorld(source))
    rewind(fresh, fresh.opening)
    expect(hashWorld(fresh)).toBe(opening)
  })

  it('keeps rows that were appended and the texts of failures', () => {
    const accounts = [{ collateral: { ETH: 1 }, debt: { USDC: 1500 } }]
    const from = lendingWorld({ accounts })
    const row = from.lender.book.append([from.collateral('ETH'), from.debt('USDC')], [3, -100])
    const other = from.world.trace.text('too late')
    from.world.trace.add('failed', { instance: 0, parent: -1, row, other })
    const to = lendingWorld({ accounts })
    to.world.trace.text('a text of an earlier path')
    loadWorld(saveWorld(from.world), to.world)
    expect(to.lender.book.rows).toBe(from.lender.book.rows)
    expect([...to.lender.book.amount.subarray(0, 4)]).toEqual([
      ...from.lender.book.amount.subarray(0, 4),
    ])
    const { trace } = to.world
    expect(trace.texts[trace.columns.other[0]!]).toBe('too late')
  })
})

describe('bytes that are refused', () => {
  const bytes = (): Uint8Array => {
    const world = livelyWorld()
    createStepper(world)()
    return saveWorld(world)
  }

  it('names bytes that are no world, another version, damage and truncation', () => {
    const world = livelyWorld()
    const before = hashWorld(world)
    const good = bytes()
    const changed = (at: number): Uint8Array => {
      const copy = good.slice()
      copy[at]! ^= 1
      return copy
    }
    expect(() => loadWorld(new Uint8Array(3), world)).toThrow(WorldFileError)
    expect(() => loadWorld(changed(0), world)).toThrow('no saved world')
    expect(() => loadWorld(changed(16), world)).toThrow('of version "3", this is version "2"')
    expect(() => loadWorld(changed(good.length - 9), world)).toThrow('damaged')
    expect(() => loadWorld(good.subarray(0, good.length - 8), world)).toThrow('cut off')
    expect(() => loadWorld(good.subarray(0, 60), world)).toThrow(WorldFileError)
    expect(hashWorld(world)).toBe(before)
  })

  it('refuses a world of another layout or another book', () => {
    const small = [{ collateral: { ETH: 1 }, debt: { USDC: 100 } }]
    const two = [...small, { collateral: { ETH: 2 } }]
    const other = lendingWorld({ accounts: small })
    expect(() => loadWorld(bytes(), other.world)).toThrow('layout')
    const saved = saveWorld(lendingWorld({ accounts: small }).world)
    expect(() => loadWorld(saved, lendingWorld({ accounts: two }).world)).toThrow('other rows')
  })
})
