import { describe, expect, it } from 'vitest'
import * as exact from '../../src/mechanisms/liquidity/uniswapV2/exact.ts'
import type { Arg, Setup, Simulation } from '../protocol.ts'
import { model } from '../protocols/uniswapV2/model.ts'
import { encodeCase, FORMAT, replay, type Trace } from '../trace.ts'
import type { Names } from './names.ts'
import { type CaseResult, listed, proposing, runCase, type Timed } from './run.ts'
import type { Session } from './session.ts'
import { shrink } from './shrink.ts'

const SETUP: Setup = { users: 4, time: 1_800_000_000n, number: 0, facts: {} }

/** Numbers names as they come: stands for the addresses of a deployment. */
function tableOfNames(): Names {
  const known: string[] = ['zero']
  const word = (arg: Arg): bigint => {
    if (typeof arg === 'bigint') return BigInt.asUintN(256, arg)
    if (!known.includes(arg)) known.push(arg)
    return BigInt(known.indexOf(arg))
  }
  const read = (value: bigint, expected: Arg | null): Arg =>
    typeof expected === 'string' ? (known[Number(value)] ?? 'unknown') : value
  return { word, read } as Names
}

/** A chain that is another model: what the harness must notice is then known. */
function chainOf(twin: Simulation, names: Names): Session {
  const words = (args: readonly (Arg | null)[]): bigint[] => args.map((a) => names.word(a ?? 0n))
  return {
    read: async () => [],
    async block(steps, time) {
      return steps.map(({ op, checks }) => {
        const done = twin.apply(op, time)
        const all = [...twin.touched(op), ...twin.all()]
        return {
          result: done.ok ? { ok: true, words: words(done.returned) } : done,
          reads: checks.map(({ on, get, args }) => {
            const same = all.find((c) => c.on === on && c.get === get && `${c.args}` === `${args}`)
            if (!same || 'reverts' in same.is) return { ok: false, reason: 'no such getter' }
            return { ok: true, words: words(same.is) }
          }),
        }
      })
    },
  }
}

/** The contract of this test gives one share more than the model when there was liquidity before. */
const generous: typeof exact = {
  ...exact,
  mint(pair, tokens, feeTo, to, time) {
    const before = pair.totalSupply
    const done = exact.mint(pair, tokens, feeTo, to, time)
    if (!done.ok || before === 0n) return done
    pair.totalSupply += 1n
    pair.balances.set(to, (pair.balances.get(to) ?? 0n) + 1n)
    return { ok: true, value: done.value + 1n }
  },
}

function run(contract: typeof exact, source: ReturnType<typeof listed>): Promise<CaseResult> {
  const names = tableOfNames()
  const session = chainOf(model.create(contract, SETUP), names)
  return runCase(session, names, model.create(exact, SETUP), SETUP.time, source)
}

describe('a case', () => {
  it('runs to its end on two sides that agree, and shows everything at its last step', async () => {
    const { rows, failure, fields } = await run(exact, proposing('agree', 150))
    expect(failure).toBeNull()
    expect(rows).toHaveLength(150)
    expect(fields).toBeGreaterThan(150 * 15)
    expect(rows.map(({ all }) => all).indexOf(true)).toBe(149)
    expect(rows.filter(({ result }) => result.ok).length).toBeGreaterThan(75)
  })

  it('draws the same steps from the same seed', async () => {
    const [one, two, other] = await Promise.all(
      ['a', 'a', 'b'].map(async (seed) => (await run(exact, proposing(seed, 60))).rows),
    )
    expect(two).toEqual(one)
    expect(other).not.toEqual(one)
  })

  it('stops at the first difference and says what the contract answered', async () => {
    const { failure } = await run(generous, proposing('differ', 200))
    const fields = failure?.differences.map(({ field }) => field)
    expect(fields).toContain('returned[0]')
    expect(fields).toContain('pair.totalSupply()[0]')
    const { contract, model: own } = failure!.differences[0]!
    expect(BigInt(contract)).toBe(BigInt(own) + 1n)
  })

  it('is shortened to the two mints that show it, and stored as a vector that shows it again', async () => {
    let best = (await run(generous, proposing('differ', 200))).failure!
    await shrink(
      best.rows,
      async (list) => {
        const { failure } = await run(generous, listed(list))
        if (failure) best = failure
        return failure?.rows ?? null
      },
      300,
    )
    expect(best.rows.map(({ op }) => op.kind)).toEqual(['deposit', 'deposit'])
    const reasons: string[] = []
    const trace: Trace = {
      format: FORMAT,
      protocol: model.name,
      packages: {},
      codeHashes: {},
      seed: 'differ',
      users: SETUP.users,
      start: `${SETUP.time}`,
      facts: {},
      reasons,
      cases: [encodeCase(0, best.rows, reasons)],
    }
    expect(replay(trace, model, generous)).toBeNull()
    expect(replay(trace, model, exact)).toMatchObject({ case: 0, row: 1 })
  })
})

describe('shortening', () => {
  const steps: Timed[] = Array.from({ length: 64 }, (_, i) => ({
    wait: 1n,
    op: { kind: 'step', by: 'u0', args: [BigInt(i)] },
  }))
  const ids = (list: readonly Timed[]): Arg[] => list.map(({ op }) => op.args[0]!)

  it('keeps only what is needed, and the time that has passed', async () => {
    const needs = [3n, 40n, 63n]
    const fails = async (list: readonly Timed[]): Promise<readonly Timed[] | null> =>
      needs.every((id) => ids(list).includes(id)) ? list : null
    const short = await shrink(steps, fails, 500)
    expect(ids(short)).toEqual(needs)
    expect(short.reduce((sum, { wait }) => sum + wait, 0n)).toBe(64n)
  })

  it('spends no more runs than it may', async () => {
    let runs = 0
    const fails = async (): Promise<null> => {
      runs++
      return null
    }
    expect(await shrink(steps, fails, 10)).toEqual(steps)
    expect(runs).toBe(10)
  })
})
