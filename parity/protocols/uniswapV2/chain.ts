import { domainSeparator, keccak256, padHex, stringToHex } from 'viem'
import type { Call, Callback, ChainSide, Deployer, Deployment } from '../../chain/side.ts'
import type { Arg, Check, Op } from '../../protocol.ts'
import { OPENING } from './model.ts'

const BUILD = '@uniswap/v2-core/build'
const TREASURY = '0x00000000000000000000000000000000000fee70'
const PERMIT = 'Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)'

/** Uniswap v2 as its package ships it; `admin` holds the switch of the protocol fee. */
export const chain: ChainSide = { packages: ['@uniswap/v2-core'], deploy }

async function deploy(d: Deployer): Promise<Deployment> {
  const pair = d.artifact(`${BUILD}/UniswapV2Pair.json`)
  const factory = d.artifact(`${BUILD}/UniswapV2Factory.json`)
  await deployTokens(d)
  await d.deploy('factory', factory, ['admin'])
  d.at('treasury', TREASURY, [])
  await d.send({ on: 'factory', call: 'createPair', args: ['token1', 'token0'] })
  d.at('pair', await d.addressOf('factory', 'getPair', ['token0', 'token1']), pair.abi)
  return {
    verified: [pair, factory],
    calls,
    facts: {},
    constants: constants(d, Number(await d.rpc('eth_chainId', []))),
    covered: ['pair', 'factory'],
    left: {
      'pair.initialize': 'called once by the factory',
      'factory.createPair': 'called once; the model is one pair',
    },
  }
}

/** Two tokens, named in the order in which the pair sorts them. */
async function deployTokens(d: Deployer): Promise<void> {
  const token = d.helper('Token')
  await d.deploy('tokenA', token, ['First', 'ONE', 18])
  await d.deploy('tokenB', token, ['Second', 'TWO', 6])
  const ordered = BigInt(d.address('tokenA')) < BigInt(d.address('tokenB'))
  d.at('token0', d.address(ordered ? 'tokenA' : 'tokenB'), token.abi)
  d.at('token1', d.address(ordered ? 'tokenB' : 'tokenA'), token.abi)
  for (const on of ['token0', 'token1'])
    for (const user of d.users) await d.send({ on, call: 'mint', args: [user, OPENING] })
}

function constants(d: Deployer, chainId: number): Check[] {
  const domain = { name: 'Uniswap V2', version: '1', chainId, verifyingContract: d.address('pair') }
  const is = (on: string, get: string, answer: Arg, args: readonly Arg[] = []): Check => ({
    on,
    get,
    args,
    is: [answer],
  })
  return [
    is('pair', 'factory', 'factory'),
    is('pair', 'token0', 'token0'),
    is('pair', 'token1', 'token1'),
    is('pair', 'MINIMUM_LIQUIDITY', 1000n),
    is('pair', 'decimals', 18n),
    { on: 'pair', get: 'name', args: [], is: [32n, 10n, padded('Uniswap V2')] },
    { on: 'pair', get: 'symbol', args: [], is: [32n, 6n, padded('UNI-V2')] },
    is('pair', 'PERMIT_TYPEHASH', BigInt(keccak256(stringToHex(PERMIT)))),
    is('pair', 'DOMAIN_SEPARATOR', BigInt(domainSeparator({ domain }))),
    is('factory', 'allPairsLength', 1n),
    is('factory', 'allPairs', 'pair', [0n]),
    is('factory', 'getPair', 'pair', ['token0', 'token1']),
    is('factory', 'getPair', 'pair', ['token1', 'token0']),
  ]
}

function padded(text: string): bigint {
  return BigInt(padHex(stringToHex(text), { dir: 'right', size: 32 }))
}

const token = (side: Arg | undefined): string => (side === 0n ? 'token0' : 'token1')
const pay = (side: Arg, amount: Arg | undefined): Call[] =>
  amount === 0n ? [] : [{ on: token(side), call: 'transfer', args: ['pair', amount ?? 0n] }]
const onPair = (call: string, ...args: Call['args']): Call => ({ on: 'pair', call, args })

function calls({ kind, args }: Op): readonly Call[] {
  const [a = 0n, b = 0n, c = 0n, d = 0n, e = 0n, f = 0n] = args
  switch (kind) {
    case 'deposit':
      return [
        { on: 'token0', call: 'transfer', args: ['pair', a] },
        { on: 'token1', call: 'transfer', args: ['pair', b] },
        onPair('mint', c),
      ]
    case 'withdraw':
      return [onPair('transfer', 'pair', a), onPair('burn', b)]
    case 'swap':
      return [...pay(0n, a), ...pay(1n, b), onPair('swap', c, d, e, '0x')]
    case 'flash':
      return [onPair('swap', a, b, f, repay(c, d, e))]
    case 'donate':
      return [{ on: token(a), call: 'transfer', args: ['pair', b] }]
    case 'create':
      return [{ on: token(a), call: 'mint', args: [b, c] }]
    case 'pause':
      return [{ on: token(a), call: 'pause', args: [b === 1n] }]
    case 'permit':
      return [
        onPair('permit', 'u0', 'u1', 1n, a, 27, `0x${'00'.repeat(32)}`, `0x${'00'.repeat(32)}`),
      ]
    case 'setFeeTo':
    case 'setFeeToSetter':
      return [{ on: 'factory', call: kind, args }]
    default:
      return [onPair(kind, ...args)]
  }
}

function repay(back0: Arg, back1: Arg, again: Arg): Callback {
  const verb = String(again)
  const entry = verb === 'none' ? [] : [onPair(verb, ...(verb === 'sync' ? [] : ['u0']))]
  return { callback: [...pay(0n, back0), ...pay(1n, back1), ...entry] }
}
