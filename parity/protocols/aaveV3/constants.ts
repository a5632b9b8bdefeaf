import { domainSeparator, keccak256, padHex, stringToHex } from 'viem'
import type { Deployer } from '../../chain/side.ts'
import type { Arg, Check } from '../../protocol.ts'
import { CLOSED } from './forbidden.ts'
import { GRACE_PERIOD, PEG, RESERVES, STRATEGIES } from './setup.ts'

/** Functions that are neither compared nor called. */
export const LEFT: Readonly<Record<string, string>> = {
  's0.approveDelegation': 'stable debt is disabled, so nobody uses the credit',
  'oracle.getAssetsPrices': 'getAssetPrice for each of a list, which is compared',
}

const PERMIT = 'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)'
const DELEGATION =
  'DelegationWithSig(address delegatee,uint256 value,uint256 nonce,uint256 deadline)'
const RAY = 10n ** 27n

const is = (on: string, get: string, answer: Arg | readonly Arg[], ...args: Arg[]): Check => ({
  on,
  get,
  args,
  is: typeof answer === 'object' ? answer : [answer],
})
const word = (text: string): bigint => BigInt(padHex(stringToHex(text), { dir: 'right', size: 32 }))
/** A text as a getter answers it. */
const text = (value: string): Arg[] => [32n, BigInt(value.length), word(value)]
const hash = (value: string): bigint => BigInt(keccak256(stringToHex(value)))

/** Getters that never change. */
export async function constants(d: Deployer): Promise<Check[]> {
  const chainId = Number(await d.rpc('eth_chainId', []))
  const assets = RESERVES.map((_, i) => `t${i}`)
  return [
    is('pool', 'ADDRESSES_PROVIDER', 'provider'),
    is('pool', 'MAX_NUMBER_RESERVES', 128n),
    is('pool', 'MAX_STABLE_RATE_BORROW_SIZE_PERCENT', 2_500n),
    is('pool', 'POOL_REVISION', 1n),
    is('pool', 'getReservesList', [32n, BigInt(assets.length), ...assets]),
    ...assets.map((asset, i) => is('pool', 'getReserveAddressById', asset, BigInt(i))),
    is('configurator', 'CONFIGURATOR_REVISION', 1n),
    is('oracle', 'ADDRESSES_PROVIDER', 'provider'),
    is('oracle', 'BASE_CURRENCY', 'zero'),
    is('oracle', 'BASE_CURRENCY_UNIT', 100_000_000n),
    is('oracle', 'getFallbackOracle', 'zero'),
    ...[...assets, PEG].map((a) => is('oracle', 'getSourceOfAsset', `feed-${a}`, a)),
    is('dataProvider', 'ADDRESSES_PROVIDER', 'provider'),
    is('dataProvider', 'getDebtCeilingDecimals', 2n),
    is('dataProvider', 'getAllReservesTokens', named(assets, 'T')),
    is(
      'dataProvider',
      'getAllATokens',
      named(
        assets.map((_, i) => `a${i}`),
        '0xa',
      ),
    ),
    is('sentinel', 'ADDRESSES_PROVIDER', 'provider'),
    is('sentinel', 'getSequencerOracle', 'sequencer'),
    is('sentinel', 'getGracePeriod', GRACE_PERIOD),
    ...RESERVES.flatMap(({ decimals }, i) => tokens(d, i, decimals, chainId)),
    ...Object.keys(STRATEGIES).flatMap(strategy),
    ...CLOSED,
  ]
}

/** A list of (symbol, address). */
function named(addresses: readonly string[], prefix: string): Arg[] {
  const count = BigInt(addresses.length)
  const offsets = addresses.map((_, i) => 32n * count + 128n * BigInt(i))
  const items = addresses.flatMap((address, i): Arg[] => {
    const symbol = `${prefix}${i}`
    return [64n, address, BigInt(symbol.length), word(symbol)]
  })
  return [32n, count, ...offsets, ...items]
}

function tokens(d: Deployer, i: number, decimals: bigint, chainId: number): Check[] {
  return ['a', 's', 'v'].flatMap((letter) => {
    const on = `${letter}${i}`
    const name = `0x${letter.toUpperCase()}${i}`
    const domain = { name, version: '1', chainId, verifyingContract: d.address(on) }
    return [
      is(on, 'name', text(name)),
      is(on, 'symbol', text(`0x${on}`)),
      is(on, 'decimals', decimals),
      is(on, 'POOL', 'pool'),
      is(on, 'UNDERLYING_ASSET_ADDRESS', `t${i}`),
      is(on, 'getIncentivesController', 'zero'),
      is(on, 'EIP712_REVISION', [32n, 1n, word('1')]),
      is(on, 'DOMAIN_SEPARATOR', BigInt(domainSeparator({ domain }))),
      ...(letter === 'a'
        ? [
            is(on, 'ATOKEN_REVISION', 1n),
            is(on, 'RESERVE_TREASURY_ADDRESS', 'treasury'),
            is(on, 'PERMIT_TYPEHASH', hash(PERMIT)),
          ]
        : [
            is(on, 'DEBT_TOKEN_REVISION', 1n),
            is(on, 'DELEGATION_WITH_SIG_TYPEHASH', hash(DELEGATION)),
          ]),
    ]
  })
}

function strategy(on: string): Check[] {
  const s = STRATEGIES[on]!
  const { baseVariableBorrowRate: base, variableRateSlope1: one, variableRateSlope2: two } = s
  return [
    is(on, 'ADDRESSES_PROVIDER', 'provider'),
    is(on, 'OPTIMAL_USAGE_RATIO', s.optimalUsageRatio),
    is(on, 'MAX_EXCESS_USAGE_RATIO', RAY - s.optimalUsageRatio),
    is(on, 'OPTIMAL_STABLE_TO_TOTAL_DEBT_RATIO', s.optimalStableToTotalDebtRatio),
    is(on, 'MAX_EXCESS_STABLE_TO_TOTAL_DEBT_RATIO', RAY - s.optimalStableToTotalDebtRatio),
    is(on, 'getBaseVariableBorrowRate', base),
    is(on, 'getVariableRateSlope1', one),
    is(on, 'getVariableRateSlope2', two),
    is(on, 'getStableRateSlope1', s.stableRateSlope1),
    is(on, 'getStableRateSlope2', s.stableRateSlope2),
    is(on, 'getStableRateExcessOffset', s.stableRateExcessOffset),
    is(on, 'getBaseStableBorrowRate', one + s.baseStableRateOffset),
    is(on, 'getMaxVariableBorrowRate', base + one + two),
  ]
}
