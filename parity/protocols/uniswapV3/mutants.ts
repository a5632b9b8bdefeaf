import type { Mutant } from '../../protocol.ts'

const FOLDER = 'src/mechanisms/liquidity/uniswapV3'
const SWAP_MATH = `${FOLDER}/exactSwapMath.ts`
const SWAP = `${FOLDER}/exactSwap.ts`
const TICKS = `${FOLDER}/exactTicks.ts`
const TICK_MATH = `${FOLDER}/exactTickMath.ts`
const ORACLE = `${FOLDER}/exactOracle.ts`

/** Mistakes that the recorded trace must notice. */
export const mutants: readonly Mutant[] = [
  {
    what: 'the last 32 places of a price at a tick are cut, not rounded up',
    file: TICK_MATH,
    find: 'return divUp(ratio, 1n << 32n)',
    replace: 'return ratio >> 32n',
  },
  {
    what: 'the lowest price is one unit too high',
    file: TICK_MATH,
    find: 'sqrtPriceX96 >= MIN_SQRT_RATIO &&',
    replace: 'sqrtPriceX96 > MIN_SQRT_RATIO &&',
  },
  {
    what: 'token 0 that comes in is rounded down in the outer division',
    file: SWAP_MATH,
    find: 'return divUp(mulDivUp(liquidity * Q96, high - low, high), low)',
    replace: 'return mulDivUp(liquidity * Q96, high - low, high) / low',
  },
  {
    what: 'token 0 that comes in is rounded down in the inner division',
    file: SWAP_MATH,
    find: 'divUp(mulDivUp(liquidity * Q96, high - low, high), low)',
    replace: 'divUp(mulDivDown(liquidity * Q96, high - low, high), low)',
  },
  {
    what: 'token 1 that goes out is rounded up',
    file: SWAP_MATH,
    find: 'return mulDivDown(liquidity, rootA > rootB',
    replace: 'return mulDivUp(liquidity, rootA > rootB',
  },
  {
    what: 'the price after token 1 comes in is rounded up',
    file: SWAP_MATH,
    find: 'checkUint160(root + mulDivDown(amount, Q96, liquidity))',
    replace: 'checkUint160(root + mulDivUp(amount, Q96, liquidity))',
  },
  {
    what: 'what goes out is not cut to what was asked for',
    file: SWAP_MATH,
    find: 'bought > amount ? amount : bought',
    replace: 'bought',
  },
  {
    what: 'the fee of a range that is used up is rounded down',
    file: SWAP_MATH,
    find: 'end === target ? mulDivUp(amountIn, fee',
    replace: 'end === target ? mulDivDown(amountIn, fee',
  },
  {
    what: 'net liquidity is added in both directions',
    file: SWAP,
    find: 'order.zeroForOne ? -net : net',
    replace: 'net',
  },
  {
    what: "the two tokens' parts of the protocol fee are exchanged",
    file: SWAP,
    find: 'zeroForOne ? pool.feeProtocol % 16 : pool.feeProtocol >> 4',
    replace: 'zeroForOne ? pool.feeProtocol >> 4 : pool.feeProtocol % 16',
  },
  {
    what: 'fees grow before the protocol takes its part',
    file: SWAP,
    find: 'mulDivDown(step.fee - part, Q128, walk.liquidity)',
    replace: 'mulDivDown(step.fee, Q128, walk.liquidity)',
  },
  {
    what: 'the observation of a swap carries the new tick',
    file: SWAP,
    find: 'writeObservation(pool, pool.journal, time, pool)',
    replace:
      'writeObservation(pool, pool.journal, time, { tick: walk.tick, liquidity: pool.liquidity })',
  },
  {
    what: 'a new tick at the price counts no growth as outside',
    file: TICKS,
    find: 'tick <= change.current ? outsideAll',
    replace: 'tick < change.current ? outsideAll',
  },
  {
    what: 'the price at the upper tick counts as inside',
    file: TICKS,
    find: 'current < upper ? outsideHigh',
    replace: 'current <= upper ? outsideHigh',
  },
  {
    what: 'the growth of fees between two ticks does not wrap',
    file: TICKS,
    find: 'return uint256(all - below - above)',
    replace: 'return all - below - above',
  },
  {
    what: 'the seconds outside of a crossed tick are kept',
    file: TICKS,
    find: 'secondsOutside: uint32(growth.time - old.secondsOutside)',
    replace: 'secondsOutside: old.secondsOutside',
  },
  {
    what: 'the search for a lower tick leaves the present one out',
    file: TICKS,
    find: '((2n << BigInt(bit)) - 1n)',
    replace: '((1n << BigInt(bit)) - 1n)',
  },
  {
    what: 'fees are credited for the new liquidity',
    file: TICKS,
    find: 'uint128(mulDivDown(uint256(growth - last), position.liquidity, Q128))',
    replace: 'uint128(mulDivDown(uint256(growth - last), position.liquidity + change, Q128))',
  },
  {
    what: 'a tick may have one unit of liquidity less',
    file: TICKS,
    find: 'need(gross <= pool.maxLiquidityPerTick',
    replace: 'need(gross < pool.maxLiquidityPerTick',
  },
  {
    what: 'seconds per liquidity between two observations are rounded up',
    file: ORACLE,
    find: 'uint256(grown * part) / span',
    replace: '(uint256(grown * part) + span - 1n) / span',
  },
  {
    what: 'the ring grows at once, not when its last slot has been used',
    file: ORACLE,
    find: 'ring.observationIndex === ring.observationCardinality - 1',
    replace: 'true',
  },
  {
    what: 'a second observation is written in a block',
    file: ORACLE,
    find: '  if (last.blockTimestamp === now) return\n',
    replace: '',
  },
  {
    what: 'times do not wrap at 2^32',
    file: ORACLE,
    find: '(t > now ? t : t + (1n << 32n))',
    replace: 't',
  },
  {
    what: 'the fee of a flash loan is rounded down',
    find: 'mulDivUp(amount, pool.fee, 1_000_000n)',
    replace: 'mulDivDown(amount, pool.fee, 1_000_000n)',
  },
  {
    what: "the last unit of the protocol's fees is sent",
    find: 'held > 0n ? held - 1n : least(wanted, held)',
    replace: 'held > 0n ? held : least(wanted, held)',
  },
  {
    what: 'a protocol fee of a third is allowed',
    find: 'part >= 4 &&',
    replace: 'part >= 3 &&',
  },
  {
    what: 'liquidity in range changes before the observation is written',
    find: `  writeObservation(pool, pool.journal, time, pool)
  const root`,
    replace: `  writeObservation(pool, pool.journal, time, { tick: pool.tick, liquidity: pool.liquidity + change })
  const root`,
  },
]
