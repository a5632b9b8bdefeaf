import type { Call, CallArg, Callback, ChainSide, Deployer, Deployment } from '../../chain/side.ts'
import type { Arg, Check, Op } from '../../protocol.ts'
import { againArgs } from './verbs.ts'
import { OPENING, OTHERS, POOLS } from './world.ts'

const BUILD = '@uniswap/v3-core/artifacts/contracts'
const TREASURY = '0x00000000000000000000000000000000000fee70'
/** Fees that the factory starts with. */
const GIVEN = [500n, 3000n, 10_000n]

/** Uniswap v3 as its package ships it; `admin` owns the factory. */
export const chain: ChainSide = { packages: ['@uniswap/v3-core'], deploy }

async function deploy(d: Deployer): Promise<Deployment> {
  const pool = d.artifact(`${BUILD}/UniswapV3Pool.sol/UniswapV3Pool.json`)
  const factory = d.artifact(`${BUILD}/UniswapV3Factory.sol/UniswapV3Factory.json`)
  await deployTokens(d)
  await d.deploy('factory', factory)
  for (const { fee, spacing } of POOLS) {
    if (!GIVEN.includes(fee))
      await d.send({ on: 'factory', call: 'enableFeeAmount', args: [fee, BigInt(spacing)] })
  }
  for (const { name, fee } of POOLS) {
    await d.send({ on: 'factory', call: 'createPool', args: ['token1', 'token0', fee] })
    d.at(name, await d.addressOf('factory', 'getPool', ['token0', 'token1', fee]), pool.abi)
  }
  await d.send({ on: 'factory', call: 'setOwner', args: ['admin'] })
  d.at('treasury', TREASURY, [])
  const names = [...d.users, ...OTHERS, ...POOLS.map(({ name }) => name), 'token0', 'token1']
  return {
    verified: [pool, factory],
    calls,
    facts: Object.fromEntries(names.map((name) => [name, BigInt(d.address(name))])),
    constants: POOLS.flatMap(constantsOf),
    covered: ['pool3000', 'factory'],
    left: { 'factory.parameters': 'set only while a pool is being created' },
  }
}

/** Two tokens, named in the order in which the factory sorts them. */
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

function constantsOf({ name, fee }: (typeof POOLS)[number]): Check[] {
  const is = (on: string, get: string, answer: Arg, args: readonly Arg[] = []): Check => ({
    on,
    get,
    args,
    is: [answer],
  })
  return [
    is(name, 'factory', 'factory'),
    is(name, 'token0', 'token0'),
    is(name, 'token1', 'token1'),
    is('factory', 'getPool', name, ['token0', 'token1', fee]),
    is('factory', 'getPool', name, ['token1', 'token0', fee]),
  ]
}

const token = (side: Arg | undefined): string => (side === 0n ? 'token0' : 'token1')
const SAME = ['initialize', 'burn', 'collect', 'setFeeProtocol', 'collectProtocol']

function calls({ kind, args }: Op): readonly Call[] {
  const [first = 0n, ...rest] = args
  const on = String(first)
  if (SAME.includes(kind)) return [{ on, call: kind, args: rest }]
  switch (kind) {
    case 'mint':
      return [{ on, call: 'mint', args: [...rest.slice(0, 4), pays(on, rest.slice(4))] }]
    case 'swap': {
      const [recipient = 'zero', direction, amount = 0n, limit = 0n] = rest
      const program = pays(on, rest.slice(4))
      const given: CallArg[] = [recipient, direction === 1n, amount, limit, program]
      return [{ on, call: 'swap', args: given }]
    }
    case 'flash':
      return [{ on, call: 'flash', args: [...rest.slice(0, 3), pays(on, rest.slice(3))] }]
    case 'grow':
      return [{ on, call: 'increaseObservationCardinalityNext', args: rest }]
    case 'observe':
      return [{ on, call: 'observe', args: [rest] }]
    case 'donate':
      return [{ on: token(rest[0]), call: 'transfer', args: [on, rest[1] ?? 0n] }]
    case 'create':
      return [{ on: token(first), call: 'mint', args: rest }]
    case 'pause':
      return [{ on: token(first), call: 'pause', args: [rest[0] === 1n] }]
    default:
      return [{ on: 'factory', call: kind, args }]
  }
}

/** Pay each token, as asked for or a given amount, then try to enter the pool again. */
function pays(pool: string, [pay0 = 0n, pay1 = 0n, again]: readonly Arg[]): Callback {
  const one = (on: string, word: number, amount: Arg): Callback['callback'] => {
    if (amount === 'owed') return [{ pay: on, word }]
    return amount === 0n ? [] : [{ on, call: 'transfer', args: [pool, amount] }]
  }
  const verb = String(again)
  const entry = verb === 'none' ? [] : calls({ kind: verb, by: 'u0', args: againArgs(pool, verb) })
  return { callback: [...one('token0', 0, pay0), ...one('token1', 1, pay1), ...entry] }
}
