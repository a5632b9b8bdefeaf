import type { Mutant } from '../../protocol.ts'

const SHARES = 'src/mechanisms/liquidity/uniswapV2/shares.ts'

/** Mistakes that the recorded trace must notice. */
export const mutants: readonly Mutant[] = [
  {
    what: 'the fee is 0.2 % instead of 0.3 %',
    find: 'const FEE_THOUSANDTHS = 3n',
    replace: 'const FEE_THOUSANDTHS = 2n',
  },
  {
    what: 'the product must grow, not stay',
    find: 'mul(adjusted0, adjusted1) < mul(',
    replace: 'mul(adjusted0, adjusted1) <= mul(',
  },
  {
    what: '999 shares are locked instead of 1,000',
    find: 'MINIMUM_LIQUIDITY = 1000n',
    replace: 'MINIMUM_LIQUIDITY = 999n',
  },
  {
    what: 'the square root is rounded up',
    file: SHARES,
    find: 'if (next >= root) return root',
    replace: 'if (next >= root) return root * root < x ? root + 1n : root',
  },
  {
    what: 'redeemed token 1 is rounded up',
    find: 'divide(mul(liquidity, balance1), pair.totalSupply)',
    replace: 'divide(mul(liquidity, balance1) + pair.totalSupply - 1n, pair.totalSupply)',
  },
  {
    what: 'the price accumulator of token 1 is skipped',
    find: 'BigInt.asUintN(256, pair.price1CumulativeLast + price1)',
    replace: 'BigInt.asUintN(256, pair.price1CumulativeLast)',
  },
  {
    what: 'the price is multiplied by time before it is rounded',
    find: '((reserve1 << 112n) / reserve0) * elapsed',
    replace: '((reserve1 << 112n) * elapsed) / reserve0',
  },
  {
    what: 'kLast is kept when the protocol fee is off',
    find: '    pair.kLast = 0n\n',
    replace: '',
  },
  {
    what: 'the protocol gets a fifth of the growth',
    find: 'const PROTOCOL_SHARE = 5n',
    replace: 'const PROTOCOL_SHARE = 4n',
  },
  {
    what: 'the limit of 2^112 - 1 is one too high',
    find: '(1n << 112n) - 1n',
    replace: '1n << 112n',
  },
  {
    what: 'the timestamp does not wrap at 2^32',
    find: 'BigInt.asUintN(32, time)',
    replace: 'BigInt.asUintN(33, time)',
  },
  {
    what: 'an unlimited allowance is used up',
    file: SHARES,
    find: 'refused === null && allowed !== MAX_UINT256',
    replace: 'refused === null',
  },
]
