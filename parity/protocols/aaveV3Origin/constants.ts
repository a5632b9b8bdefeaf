import { domainSeparator, keccak256, padHex, stringToHex } from 'viem'
import type { Deployer } from '../../chain/side.ts'
import type { Arg, Check } from '../../protocol.ts'
import { GRACE_PERIOD, RESERVES } from './setup.ts'

/** Functions that are neither compared nor called. */
export const LEFT: Readonly<Record<string, string>> = {
  'pool.initialize': 'the proxy calls it once, while it is deployed',
  'pool.multicall': 'several calls in one, each of which is a step of its own',
  'configurator.initialize': 'the proxy calls it once, while it is deployed',
  'configurator.updateAToken': 'replaces the contract that is verified',
  'configurator.updateVariableDebtToken': 'replaces the contract that is verified',
  'strategy.setInterestRateParams': 'the configurator calls it, in steps of kind setRates',
  'a0.initialize': 'the proxy calls it once, while it is deployed',
  'a0.permit': 'signatures are not modelled',
  'a0.renounceAllowance': 'not modelled: sets an allowance to 0, as approve does',
  'v0.initialize': 'the proxy calls it once, while it is deployed',
  'v0.delegationWithSig': 'signatures are not modelled',
  'v0.renounceDelegation': 'not modelled: sets a credit to 0, as approveDelegation does',
  'oracle.getAssetsPrices': 'getAssetPrice for each of a list, which is compared',
}

const PERMIT = 'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)'
const DELEGATION =
  'DelegationWithSig(address delegatee,uint256 value,uint256 nonce,uint256 deadline)'

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
    is('pool', 'POOL_REVISION', 10n),
    is('pool', 'getReservesList', [32n, BigInt(assets.length), ...assets]),
    ...assets.map((asset, i) => is('pool', 'getReserveAddressById', asset, BigInt(i))),
    is('configurator', 'CONFIGURATOR_REVISION', 7n),
    is('pool', 'RESERVE_INTEREST_RATE_STRATEGY', 'strategy'),
    is('pool', 'FLASHLOAN_PREMIUM_TO_PROTOCOL', 10_000n),
    is('pool', 'getReservesCount', BigInt(assets.length)),
    is('pool', 'UMBRELLA', word('UMBRELLA')),
    is('dataProvider', 'POOL', 'pool'),
    is('strategy', 'ADDRESSES_PROVIDER', 'provider'),
    is('strategy', 'MAX_BORROW_RATE', 100_000n),
    is('strategy', 'MIN_OPTIMAL_POINT', 100n),
    is('strategy', 'MAX_OPTIMAL_POINT', 9_900n),
    is('configurator', 'MAX_GRACE_PERIOD', 14_400n),
    ...assets.map((a, i) => is('pool', 'getReserveAToken', `a${i}`, a)),
    ...assets.map((a, i) => is('pool', 'getReserveVariableDebtToken', `v${i}`, a)),
    ...['Borrow', 'FlashLoan', 'Liquidation', 'Pool', 'Supply'].map((name) =>
      is('pool', `get${name}Logic`, `${name}Logic`),
    ),
    is('configurator', 'getConfiguratorLogic', 'ConfiguratorLogic'),
    is('oracle', 'ADDRESSES_PROVIDER', 'provider'),
    is('oracle', 'BASE_CURRENCY', 'zero'),
    is('oracle', 'BASE_CURRENCY_UNIT', 100_000_000n),
    is('oracle', 'getFallbackOracle', 'zero'),
    ...assets.map((a) => is('oracle', 'getSourceOfAsset', `feed-${a}`, a)),
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
  return ['a', 'v'].flatMap((letter) => {
    const on = `${letter}${i}`
    const name = `0x${letter.toUpperCase()}${i}`
    const domain = { name, version: '1', chainId, verifyingContract: d.address(on) }
    return [
      is(on, 'name', text(name)),
      is(on, 'symbol', text(`0x${on}`)),
      is(on, 'decimals', decimals),
      is(on, 'POOL', 'pool'),
      is(on, 'REWARDS_CONTROLLER', 'zero'),
      is(on, 'UNDERLYING_ASSET_ADDRESS', `t${i}`),
      is(on, 'getIncentivesController', 'zero'),
      is(on, 'EIP712_REVISION', [32n, 1n, word('1')]),
      is(on, 'DOMAIN_SEPARATOR', BigInt(domainSeparator({ domain }))),
      ...(letter === 'a'
        ? [
            is(on, 'ATOKEN_REVISION', 5n),
            is(on, 'RESERVE_TREASURY_ADDRESS', 'treasury'),
            is(on, 'TREASURY', 'treasury'),
            is(on, 'PERMIT_TYPEHASH', hash(PERMIT)),
          ]
        : [
            is(on, 'DEBT_TOKEN_REVISION', 5n),
            is(on, 'DELEGATION_WITH_SIG_TYPEHASH', hash(DELEGATION)),
          ]),
    ]
  })
}
