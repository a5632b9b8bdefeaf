import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  burn,
  collect,
  collectProtocol,
  createFactory,
  createPool,
  type Done,
  enableFeeAmount,
  flash,
  increaseObservationCardinalityNext,
  initialize,
  MAX_SQRT_RATIO,
  MIN_SQRT_RATIO,
  mint,
  type Pool,
  registerPool,
  setFeeProtocol,
  setOwner,
  swap,
} from './exact.ts'
import { MAX_UINT128, Q96 } from './exactMath.ts'
import { NOW, openPool, provide, ranges, type TestPool } from './pool.conformance.ts'

const OWNER = { sender: 'admin', owner: 'admin' }
const NOTHING: Done<null> = { ok: true, value: null }
const refused = (reason: string): Done<never> => ({ ok: false, reason })

/** Steps of the longest swap at a spacing of 60: 116 words of the bitmap and the ticks of six ranges. */
const STEPS = 116 + 12

/** All that a pool holds, to compare before and after. */
function stateOf(pool: Pool): unknown {
  return structuredClone({ ...pool, journal: pool.journal.length })
}

function trade(test: TestPool, zeroForOne: boolean, amount: bigint, time = NOW): Done<unknown> {
  const limit = zeroForOne ? MIN_SQRT_RATIO + 1n : MAX_SQRT_RATIO - 1n
  const order = { recipient: 'u', zeroForOne, amountSpecified: amount, sqrtPriceLimitX96: limit }
  return swap(test.pool, test.tokens, { ...order, callback: test.pay }, time)
}

/** Take everything out of every position. */
function leave({ pool, tokens }: TestPool): void {
  for (const key of [...pool.positions.keys()]) {
    const [owner = '', lower, upper] = key.split(' ')
    const place = { owner, lower: Number(lower), upper: Number(upper) }
    const { liquidity } = pool.positions.get(key)!
    expect(burn(pool, { ...place, liquidity }, NOW).ok).toBe(true)
    const sent = collect(pool, tokens, { ...place, recipient: owner }, [MAX_UINT128, MAX_UINT128])
    expect(sent.ok).toBe(true)
  }
}

describe('a pool', () => {
  const steps = fc.array(
    fc.record({
      way: fc.boolean(),
      amount: fc.bigInt(-(10n ** 23n), 10n ** 23n).filter((x) => x !== 0n),
      wait: fc.bigInt(0n, 10_000n),
    }),
    { maxLength: 12 },
  )

  it('can always pay out all positions and the protocol, and is left with dust only', () => {
    fc.assert(
      fc.property(ranges, steps, fc.constantFrom(0, 4, 10), (places, swaps, part) => {
        const test = openPool(3000n, 60, Q96)
        const { pool, tokens, held } = test
        expect(setFeeProtocol(pool, OWNER, [part, part])).toEqual(NOTHING)
        for (const [i, [lower, upper, L]] of places.entries())
          provide(test, `u${i}`, [lower, upper], L)
        let time = NOW
        for (const { way, amount, wait } of swaps) {
          time += wait
          expect(trade(test, way, amount, time).ok || pool.liquidity === 0n).toBe(true)
        }
        leave(test)
        const who = { ...OWNER, recipient: 'admin' }
        expect(collectProtocol(pool, tokens, who, [MAX_UINT128, MAX_UINT128]).ok).toBe(true)
        expect(pool.liquidity).toBe(0n)
        expect(pool.ticks.size).toBe(0)
        // Rounding: three units per step of a swap (its amount, its fee, their growth), four per
        // position; the protocol's last unit.
        const dust = 3 * STEPS * swaps.length + 4 * places.length + 1
        for (const units of held) expect(units >= 0n && units <= dust).toBe(true)
      }),
    )
  })

  it('is as it was after any refused verb', () => {
    const test = openPool(500n, 10, Q96)
    const { pool, tokens, pay } = test
    provide(test, 'u', [-100, 100], 10n ** 18n)
    trade(test, true, 10n ** 15n)
    const before = stateOf(pool)
    const never = (): string => 'no'
    const place = { owner: 'u', lower: -200, upper: 300, liquidity: 5n }
    const verbs: readonly [string, Done<unknown>][] = [
      ['no', mint(pool, tokens, { ...place, callback: never }, NOW + 9n)],
      ['M0', mint(pool, tokens, { ...place, callback: () => null }, NOW + 9n)],
      ['empty', mint(pool, tokens, { ...place, lower: -205, callback: pay }, NOW + 9n)],
      ['empty', mint(pool, tokens, { ...place, liquidity: 0n, callback: pay }, NOW + 9n)],
      ['TLU', mint(pool, tokens, { ...place, lower: 300, callback: pay }, NOW + 9n)],
      ['LO', mint(pool, tokens, { ...place, liquidity: 1n << 126n, callback: pay }, NOW + 9n)],
      ['LS', burn(pool, { ...place, lower: -100, upper: 100, liquidity: 10n ** 19n }, NOW)],
      ['NP', burn(pool, { ...place, liquidity: 0n }, NOW)],
      ['AS', trade(test, true, 0n)],
      ['F1', flash(pool, tokens, { recipient: 'u', amounts: [0n, 9n], callback: () => null })],
      ['TF', flash(pool, tokens, { recipient: 'u', amounts: [1n << 99n, 0n], callback: pay })],
      ['empty', setFeeProtocol(pool, OWNER, [3, 0])],
      ['empty', setFeeProtocol(pool, { ...OWNER, sender: 'u' }, [4, 4])],
      ['AI', initialize(pool, Q96, NOW)],
    ]
    for (const [reason, done] of verbs) expect(done).toEqual(refused(reason))
    expect(stateOf(pool)).toEqual(before)
  })

  it('takes back the ticks that a swap crossed when the sender does not pay', () => {
    const test = openPool(500n, 10, Q96)
    provide(test, 'u', [-100, 100], 10n ** 18n)
    provide(test, 'u', [-50, 20], 10n ** 18n)
    const before = stateOf(test.pool)
    const order = { recipient: 'u', zeroForOne: true, amountSpecified: 10n ** 16n }
    const limit = { ...order, sqrtPriceLimitX96: MIN_SQRT_RATIO + 1n }
    const done = swap(test.pool, test.tokens, { ...limit, callback: () => null }, NOW + 5n)
    expect(done).toEqual(refused('IIA'))
    expect(stateOf(test.pool)).toEqual(before)
  })

  it('lets nobody in while it calls back, nor before it has a price', () => {
    const test = openPool(500n, 10, Q96)
    const seen: unknown[] = []
    const callback = (): null => {
      seen.push(trade(test, true, 1n), increaseObservationCardinalityNext(test.pool, 5))
      return null
    }
    const order = { owner: 'u', lower: -10, upper: 10, liquidity: 1n, callback }
    mint(test.pool, test.tokens, order, NOW)
    expect(seen).toEqual([refused('LOK'), refused('LOK')])
    expect(trade({ ...test, pool: createPool(500n, 10) }, true, 1n)).toEqual(refused('LOK'))
    expect(trade(test, true, 0n)).toEqual(refused('AS'))
  })

  it('lends without loss, and shares what comes back beyond the loan', () => {
    const test = openPool(3000n, 60, Q96)
    const { pool, tokens, held } = test
    provide(test, 'u', [-60, 60], 10n ** 18n)
    setFeeProtocol(pool, OWNER, [4, 0])
    const lent: [bigint, bigint] = [10n ** 12n + 1n, 0n]
    const callback = (fee0: bigint): null => {
      expect(fee0).toBe(3_000_000_001n)
      held[0] += lent[0] + fee0 + 3n
      return null
    }
    expect(flash(pool, tokens, { recipient: 'u', amounts: lent, callback })).toEqual(NOTHING)
    expect(pool.protocolFees0).toBe(750_000_001n)
    expect(pool.feeGrowthGlobal0X128).toBe((2_250_000_003n << 128n) / 10n ** 18n)
  })
})

describe('a factory', () => {
  it('allows a fee once, to its owner, within limits', () => {
    const factory = createFactory('admin')
    expect(enableFeeAmount(factory, 'u', 100n, 1)).toEqual(refused('empty'))
    expect(enableFeeAmount(factory, 'admin', 1_000_000n, 1)).toEqual(refused('empty'))
    expect(enableFeeAmount(factory, 'admin', 100n, 16_384)).toEqual(refused('empty'))
    expect(enableFeeAmount(factory, 'admin', 100n, 0)).toEqual(refused('empty'))
    expect(enableFeeAmount(factory, 'admin', 100n, 16_383)).toEqual(NOTHING)
    expect(enableFeeAmount(factory, 'admin', 100n, 1)).toEqual(refused('empty'))
    expect(setOwner(factory, 'u', 'u')).toEqual(refused('empty'))
    expect(setOwner(factory, 'admin', 'u')).toEqual(NOTHING)
    expect(factory.owner).toBe('u')
  })

  it('has one pool for two tokens and a fee', () => {
    const factory = createFactory('admin')
    expect(registerPool(factory, ['a', 'b'], 500n, 'p')).toEqual(NOTHING)
    expect(registerPool(factory, ['a', 'b'], 500n, 'q')).toEqual(refused('empty'))
    expect(registerPool(factory, ['a', 'b'], 501n, 'q')).toEqual(refused('empty'))
    expect(registerPool(factory, ['a', 'a'], 500n, 'q')).toEqual(refused('empty'))
    expect(registerPool(factory, ['zero', 'a'], 500n, 'q')).toEqual(refused('empty'))
  })
})
