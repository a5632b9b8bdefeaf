import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MutantError, mutated } from './mutate.ts'
import { formatOp, parseOp } from './protocol.ts'
import { randomOf } from './random.ts'
import { createToken, held, mintToken, moveToken, moveTokenFrom } from './token.ts'

describe('steps', () => {
  it('come back from their line as they were', () => {
    const name = fc.stringMatching(/^[a-z][a-zA-Z0-9]{0,8}$/)
    const arg = fc.oneof(fc.bigInt({ min: -(1n << 255n), max: (1n << 256n) - 1n }), name)
    fc.assert(
      fc.property(name, name, fc.array(arg), (by, kind, args) => {
        expect(parseOp(formatOp({ by, kind, args }))).toEqual({ by, kind, args })
      }),
    )
  })

  it('are refused without a kind', () => expect(() => parseOp('u0')).toThrow(SyntaxError))
})

describe('random decisions', () => {
  it('stay within their bounds, whatever the size', () => {
    const random = randomOf('bounds')
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 256n) - 1n }), (max) => {
        expect(random.big(max) <= max).toBe(true)
        const amount = random.amount(max)
        expect(amount >= 0n && amount <= max + 1n).toBe(true)
      }),
    )
  })

  it('are spread evenly and follow weights', () => {
    const random = randomOf('even')
    const counts = new Map<bigint, number>()
    const weighted = { rare: 0, often: 0 }
    for (let i = 0; i < 30_000; i++) {
      const value = random.big(9n)
      counts.set(value, (counts.get(value) ?? 0) + 1)
      weighted[random.weighted({ rare: 1, often: 4 })]++
    }
    // Four standard deviations of a count of 30,000 x 1/10.
    for (let v = 0n; v < 10n; v++) expect(Math.abs(counts.get(v)! - 3000)).toBeLessThan(208)
    expect(Math.abs(weighted.rare - 6000)).toBeLessThan(278)
  })

  it('reach every boundary of an amount', () => {
    const random = randomOf('boundary')
    const seen = new Set(Array.from({ length: 500 }, () => random.amount(1_000_000n)))
    for (const edge of [0n, 1n, 1_000_000n, 1_000_001n]) expect(seen.has(edge)).toBe(true)
  })
})

describe('mutants', () => {
  const edit = { what: 'x', find: 'a + b', replace: 'a - b' }

  it('change the one place that they name', () => {
    expect(mutated('return a + b', edit, 'f.ts')).toBe('return a - b')
  })

  it.each(['return a', 'a + b + a + b'])(
    'are refused when %j holds it not exactly once',
    (text) => {
      expect(() => mutated(text, edit, 'f.ts')).toThrow(MutantError)
    },
  )
})

describe('the token of the tests', () => {
  it('moves by allowance, and an unlimited one is not used up', () => {
    const token = createToken({ u0: 100n })
    token.allowances.set('u0 u1', 60n)
    token.allowances.set('u0 u2', (1n << 256n) - 1n)
    expect(moveTokenFrom(token, 'u1', 'u0', 'u3', 61n)).toBe('Token: allowance')
    expect(moveTokenFrom(token, 'u1', 'u0', 'u3', 60n)).toBeNull()
    expect(moveTokenFrom(token, 'u2', 'u0', 'u3', 41n)).toBe('Token: balance')
    expect(moveTokenFrom(token, 'u2', 'u0', 'u3', 40n)).toBeNull()
    expect([held(token, 'u0'), held(token, 'u3')]).toEqual([0n, 100n])
    expect([...token.allowances.values()]).toEqual([0n, (1n << 256n) - 1n])
  })

  it('refuses everything while paused, and more than 256 bits always', () => {
    const token = createToken({ u0: 5n })
    token.paused = true
    expect(moveToken(token, 'u0', 'u1', 0n)).toBe('Token: paused')
    expect(mintToken(token, 'u0', (1n << 256n) - 1n)).toBe('Panic(17)')
    expect(token.totalSupply).toBe(5n)
  })
})

describe('the lockfile of parity/', () => {
  type Manifest = {
    readonly dependencies: Readonly<Record<string, string>>
    readonly optionalDependencies: Readonly<Record<string, string>>
  }
  type Lock = { readonly packages: Readonly<Record<string, { readonly version?: string }>> }
  const read = (file: string): unknown =>
    JSON.parse(readFileSync(join(import.meta.dirname, file), 'utf8'))

  it('holds every package at the version that package.json names, as npm ci wants', () => {
    const { dependencies, optionalDependencies } = read('package.json') as Manifest
    const { packages } = read('package-lock.json') as Lock
    expect(packages['']).toMatchObject({ dependencies, optionalDependencies })
    for (const [name, wanted] of Object.entries({ ...dependencies, ...optionalDependencies })) {
      const version = wanted.slice(wanted.lastIndexOf('@') + 1)
      expect(packages[`node_modules/${name}`]?.version, name).toBe(version)
    }
  })
})
