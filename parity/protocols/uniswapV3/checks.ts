import type { Arg, Check, Op } from '../../protocol.ts'
import { balanceCheck } from '../../token.ts'
import { keccak256 } from './keccak.ts'
import { OTHERS, POOLS, type World } from './world.ts'

type Place = { readonly owner: string; readonly lower: number; readonly upper: number }

/** The market, and every account, tick, position and observation that a step may have changed. */
export function touched(w: World, op: Op): Check[] {
  const place = placeOf(op)
  const ticks = new Set(place ? [place.lower, place.upper, ...w.crossed] : w.crossed)
  const { observationIndex: index, observationCardinalityNext: next } = w.pool
  const slots = new Set([0, index, (index + 1) % Math.max(1, next), Math.max(0, next - 1)])
  return [
    ...market(w),
    ...[...ticks].flatMap((t) => tickChecks(w, t)),
    ...wordsOf(w, [...ticks]),
    ...[...slots].map((slot) => observation(w, slot)),
    ...(place ? [position(w, place), snapshot(w, place)] : []),
    ...namesIn(w, op).flatMap((name) => balances(w, name)),
    ...(op.kind === 'enableFeeAmount' ? [spacing(w, BigInt(op.args[0]!))] : []),
  ]
}

/** Every field of the case's pool and of every account. */
export function every(w: World): Check[] {
  const ticks = [...new Set([...w.known, ...w.pool.ticks.keys()])].sort((a, b) => a - b)
  const places = [...w.pool.positions.keys()].map((key) => {
    const [owner, lower, upper] = key.split(' ')
    return { owner: owner!, lower: Number(lower), upper: Number(upper) }
  })
  const slots = Math.min(w.pool.observationCardinalityNext + 1, 65_535)
  return [
    ...market(w),
    ...ticks.flatMap((t) => tickChecks(w, t)),
    ...wordsOf(w, ticks),
    ...Array.from({ length: slots }, (_, slot) => observation(w, slot)),
    ...places.flatMap((place) => [position(w, place), snapshot(w, place)]),
    ...[...w.users, ...OTHERS, 'token0', 'token1'].flatMap((name) => balances(w, name)),
    ...[...w.factory.spacings.keys()].map((fee) => spacing(w, fee)),
  ]
}

function market({ pool, factory, name: on, tokens }: World): Check[] {
  const one = (get: string, ...is: Arg[]): Check => ({ on, get, args: [], is })
  return [
    one(
      'slot0',
      pool.sqrtPriceX96,
      BigInt(pool.tick),
      BigInt(pool.observationIndex),
      BigInt(pool.observationCardinality),
      BigInt(pool.observationCardinalityNext),
      BigInt(pool.feeProtocol),
      pool.unlocked ? 1n : 0n,
    ),
    one('liquidity', pool.liquidity),
    one('feeGrowthGlobal0X128', pool.feeGrowthGlobal0X128),
    one('feeGrowthGlobal1X128', pool.feeGrowthGlobal1X128),
    one('protocolFees', pool.protocolFees0, pool.protocolFees1),
    one('fee', pool.fee),
    one('tickSpacing', BigInt(pool.tickSpacing)),
    one('maxLiquidityPerTick', pool.maxLiquidityPerTick),
    balanceCheck('token0', tokens[0], on),
    balanceCheck('token1', tokens[1], on),
    { on: 'factory', get: 'owner', args: [], is: [factory.owner] },
  ]
}

function tickChecks({ exact, pool, name: on }: World, tick: number): Check[] {
  if (Math.abs(tick) > 8_388_607) return []
  const t = exact.tickAt(pool, tick)
  const is = [
    t.liquidityGross,
    t.liquidityNet,
    t.feeGrowthOutside0X128,
    t.feeGrowthOutside1X128,
    t.tickCumulativeOutside,
    t.secondsPerLiquidityOutsideX128,
    t.secondsOutside,
    t.initialized ? 1n : 0n,
  ]
  return [{ on, get: 'ticks', args: [BigInt(tick)], is }]
}

/** Words of the bitmap that hold ticks. */
function wordsOf({ pool, name: on }: World, ticks: readonly number[]): Check[] {
  const words = new Set(ticks.map((tick) => Math.floor(tick / pool.tickSpacing) >> 8))
  return [...words]
    .filter((word) => Math.abs(word) < 32_768)
    .map((word) => ({
      on,
      get: 'tickBitmap',
      args: [BigInt(word)],
      is: [pool.bitmap.get(word) ?? 0n],
    }))
}

function observation({ exact, pool, name: on }: World, slot: number): Check {
  const o = exact.observationAt(pool, slot)
  const is = [
    o.blockTimestamp,
    o.tickCumulative,
    o.secondsPerLiquidityCumulativeX128,
    o.initialized ? 1n : 0n,
  ]
  return { on, get: 'observations', args: [BigInt(slot)], is }
}

function position({ exact, pool, name: on, facts }: World, place: Place): Check {
  const p = exact.positionAt(pool, place.owner, place.lower, place.upper)
  const is = [
    p.liquidity,
    p.feeGrowthInside0LastX128,
    p.feeGrowthInside1LastX128,
    p.tokensOwed0,
    p.tokensOwed1,
  ]
  return { on, get: 'positions', args: [hashOf(facts, place)], is }
}

/** The key of a position: the hash of its owner's address (20 bytes) and its ticks (3 bytes each). */
function hashOf(facts: World['facts'], { owner, lower, upper }: Place): string {
  const owned = facts[owner]
  if (owned === undefined) throw new RangeError(`the deployment tells no address of '${owner}'`)
  const int24 = (tick: number): bigint => BigInt.asUintN(24, BigInt(tick))
  const packed = (owned << 48n) | (int24(lower) << 24n) | int24(upper)
  const hash = keccak256(Uint8Array.from(Buffer.from(packed.toString(16).padStart(52, '0'), 'hex')))
  return `0x${hash.toString(16).padStart(64, '0')}`
}

function snapshot({ exact, pool, name: on, time }: World, { lower, upper }: Place): Check {
  const done = exact.snapshotCumulativesInside(pool, { lower, upper }, time)
  const args = [BigInt(lower), BigInt(upper)]
  const is = done.ok ? done.value : { reverts: done.reason }
  return { on, get: 'snapshotCumulativesInside', args, is }
}

function spacing({ factory }: World, fee: bigint): Check {
  const is = [BigInt(factory.spacings.get(fee) ?? 0)]
  return { on: 'factory', get: 'feeAmountTickSpacing', args: [fee], is }
}

function balances({ tokens }: World, name: string): Check[] {
  return [balanceCheck('token0', tokens[0], name), balanceCheck('token1', tokens[1], name)]
}

/** The position that a step names, if any. */
function placeOf({ kind, by, args }: Op): Place | null {
  if (kind === 'mint') {
    return { owner: String(args[1]), lower: Number(args[2]), upper: Number(args[3]) }
  }
  if (kind === 'burn') return { owner: by, lower: Number(args[1]), upper: Number(args[2]) }
  if (kind === 'collect') return { owner: by, lower: Number(args[2]), upper: Number(args[3]) }
  return null
}

function namesIn(w: World, { by, args }: Op): string[] {
  const known = new Set([...w.users, ...OTHERS, 'token0', 'token1', ...POOLS.map((p) => p.name)])
  return [...new Set([by, ...args])].filter(
    (n): n is string => typeof n === 'string' && n !== w.name && known.has(n),
  )
}
