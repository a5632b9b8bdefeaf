import { describe, expect, it } from 'vitest'
import { progressLine } from './progress.ts'

function shown(isTTY: boolean, path: number, at: number, base = 0): readonly string[] {
  const written: string[] = []
  let now = 0
  const write = (text: string): boolean => written.push(text) > 0
  const line = progressLine({ isTTY, write } as NodeJS.WriteStream, () => now)
  line.show({ path: base, paths: 1000, tick: 0, ticks: 100 })
  now = at
  line.show({ path, paths: 1000, tick: 0, ticks: 100 })
  line.clear()
  return written
}

describe('the progress line', () => {
  it('tells rate and time left on a terminal, and is wiped', () => {
    const ci = process.env.CI
    delete process.env.CI
    try {
      const [, text, wiped] = shown(true, 200, 10_000)
      expect(text).toContain('█████░')
      expect(text).toContain('path 200/1000, 20 paths/s, 40 s left')
      expect(wiped).toBe('\r\x1b[K')
    } finally {
      if (ci !== undefined) process.env.CI = ci
    }
  })

  it('does not count paths that an earlier start finished', () => {
    expect(shown(false, 600, 60_000, 400).join('')).toBe('path 600/1000, 3.3 paths/s, 2 min left\n')
  })

  it('is silent in logs, but for a line a minute', () => {
    expect(shown(false, 200, 59_000)).toEqual([])
    expect(shown(false, 20, 61_000)).toEqual(['path 20/1000, 3.1 s/path, 50 min left\n'])
  })
  it('tells of every question of a search how long it takes itself', () => {
    const written: string[] = []
    let now = 0
    const write = (text: string): boolean => written.push(text) > 0
    const line = progressLine({ isTTY: false, write } as NodeJS.WriteStream, () => now)
    const show = (path: number, at: number): void => {
      now = at
      line.show({ path, paths: 100, tick: 0, ticks: 0 })
    }
    show(0, 0)
    show(100, 55_000)
    show(0, 60_000)
    show(10, 65_000)
    show(20, 130_000)
    expect(written.at(-1)).toBe('path 20/100, 3.5 s/path, 5 min left\n')
  })
})
