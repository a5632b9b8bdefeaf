import { type Abi, type AbiFunction, toFunctionSelector } from 'viem'
import type { Artifact, ChainSide, Deployer, Deployment } from '../../chain/side.ts'
import type { Check } from '../../protocol.ts'
import { calls } from './calls.ts'
import { left } from './left.ts'
import { BLOCK_TIME, CLOSE_FACTOR, factOf, MARKETS, type MarketSetup, RATES } from './markets.ts'

const PACKAGE = '@venusprotocol/venus-protocol'
const HOME = `${PACKAGE}/artifacts/contracts`
const ORACLE = `${PACKAGE}/artifacts/@venusprotocol/oracle/contracts/DeviationBoundedOracle.sol`
const MAX_UINT256 = (1n << 256n) - 1n

/** Venus as its package ships it: the core pool, without XVS, VAI, Prime and flash loans. */
export const chain: ChainSide = { packages: [PACKAGE], deploy }

type Code = Readonly<Record<string, Artifact>>

async function deploy(d: Deployer): Promise<Deployment> {
  const code = load(d)
  await deployComptroller(d, code)
  await deployOracles(d, code)
  for (const [name, { base, multiplier, jumpMultiplier, kink, blocksPerYear }] of Object.entries(
    RATES,
  ))
    await d.deploy(name, code.rates!, [base, multiplier, jumpMultiplier, kink, blocksPerYear])
  await configure(d)
  const facts: Record<string, bigint> = {}
  await d.deploy('vDelegate', code.market!)
  for (const [name, setup] of Object.entries(MARKETS))
    await deployMarket(d, code, name, setup, facts)
  await handOver(d)
  // The harness mines one block more, at which cases start.
  facts.block = BigInt((await d.rpc('eth_blockNumber', [])) as string) + 1n
  const verified = [
    'unitroller',
    'diamond',
    'markets',
    'policy',
    'setters',
    'lens',
    'market',
    'delegator',
    'rates',
  ]
  return {
    verified: [...verified.map((name) => code[name]!), code.bounded!],
    calls,
    facts,
    blockTime: BLOCK_TIME,
    constants: constants(),
    covered: ['comptroller', 'v0', 'rate0', 'lens'],
    left,
  }
}

function load(d: Deployer): Code {
  const facet = (name: string): Artifact =>
    d.artifact(`${HOME}/Comptroller/Diamond/facets/${name}.sol/${name}.json`)
  const contract = (folder: string, name: string): Artifact =>
    d.artifact(`${HOME}/${folder}/${name}.sol/${name}.json`)
  return {
    unitroller: contract('Comptroller', 'Unitroller'),
    diamond: contract('Comptroller/Diamond', 'Diamond'),
    markets: facet('MarketFacet'),
    policy: facet('PolicyFacet'),
    setters: facet('SetterFacet'),
    lens: contract('Lens', 'ComptrollerLens'),
    market: contract('Tokens/VTokens', 'VBep20Delegate'),
    delegator: contract('Tokens/VTokens', 'VBep20Delegator'),
    rates: contract('InterestRateModels', 'JumpRateModel'),
    bounded: d.artifact(`${ORACLE}/DeviationBoundedOracle.json`),
    // Stand-ins of the package's own tests: a settable price, and one account that may do everything.
    oracle: contract('test', 'SimplePriceOracle'),
    access: contract('test', 'AccessControlManagerMock'),
  }
}

/** The proxy, the diamond behind it, and every function of three facets cut into it. */
async function deployComptroller(d: Deployer, code: Code): Promise<void> {
  await d.deploy('unitroller', code.unitroller!)
  await d.deploy('diamond', code.diamond!)
  await d.send({ on: 'unitroller', call: '_setPendingImplementation', args: ['diamond'] })
  await d.send({ on: 'diamond', call: '_become', args: ['unitroller'] })
  const known = new Set(selectors(code.diamond!.abi))
  const cuts = []
  for (const name of ['markets', 'policy', 'setters']) {
    await d.deploy(name, code[name]!)
    const functionSelectors = selectors(code[name]!.abi).filter((s) => !known.has(s))
    for (const selector of functionSelectors) known.add(selector)
    cuts.push({ facetAddress: d.address(name), action: 0, functionSelectors })
  }
  d.at('comptroller', d.address('unitroller'), merged(code))
  await d.send({ on: 'comptroller', call: 'diamondCut', args: [cuts] })
}

function selectors(abi: Abi): string[] {
  return abi.filter((e): e is AbiFunction => e.type === 'function').map(toFunctionSelector)
}

/** The functions of the diamond and its facets, each once. */
function merged(code: Code): Abi {
  const seen = new Set<string>()
  return ['diamond', 'markets', 'policy', 'setters']
    .flatMap((name) => [...code[name]!.abi])
    .filter((entry) => {
      if (entry.type !== 'function') return entry.type === 'error'
      const selector = toFunctionSelector(entry)
      if (seen.has(selector)) return false
      seen.add(selector)
      return true
    })
}

/** Bounded pricing is set up for no asset, so both prices are spot. */
async function deployOracles(d: Deployer, code: Code): Promise<void> {
  await d.deploy('oracle', code.oracle!)
  await d.deploy('bounded', code.bounded!, ['oracle', 'oracle', 'zero'])
  await d.deploy('access', code.access!, ['owner'])
  await d.deploy('adminAccess', code.access!, ['admin'])
  await d.deploy('lens', code.lens!)
}

async function configure(d: Deployer): Promise<void> {
  const set = async (call: string, ...args: (string | bigint)[]): Promise<void> =>
    d.send({ on: 'comptroller', call, args })
  await set('_setAccessControl', 'access')
  await set('_setPriceOracle', 'oracle')
  await set('setDeviationBoundedOracle', 'bounded')
  await set('_setComptrollerLens', 'lens')
  await set('_setCloseFactor', CLOSE_FACTOR)
}

/** Deploy a market and its token, fund the accounts and let the market take. */
async function deployMarket(
  d: Deployer,
  code: Code,
  name: string,
  setup: MarketSetup,
  facts: Record<string, bigint>,
): Promise<void> {
  const { token } = setup
  await d.deploy(token, d.helper('Token'), [`Token ${token}`, token, setup.decimals])
  const { initialExchangeRate } = setup
  const args = [token, 'comptroller', setup.rates, initialExchangeRate, name, name, 8, 'owner']
  await d.deploy(name, code.delegator!, [...args, 'vDelegate', '0x'])
  d.at(name, d.address(name), code.market!.abi)
  for (const account of ['admin', ...d.users]) {
    await d.send({ on: token, call: 'mint', args: [account, setup.opening] })
    await d.send({ on: token, call: 'approve', args: [name, MAX_UINT256] }, account)
  }
  await d.send({ on: 'oracle', call: 'setUnderlyingPrice', args: [name, setup.price] })
  await d.send({ on: name, call: 'setAccessControlManager', args: ['access'] })
  await d.send({ on: name, call: 'setProtocolShareReserve', args: ['admin'] })
  await d.send({
    on: name,
    call: 'setReduceReservesBlockDelta',
    args: [setup.reduceReservesBlockDelta],
  })
  await d.send({ on: name, call: '_setReserveFactor', args: [setup.reserveFactor] })
  if (setup.isListed) await list(d, name, setup)
  await d.send({ on: name, call: 'setAccessControlManager', args: ['adminAccess'] })
  await d.send({ on: name, call: '_setPendingAdmin', args: ['admin'] })
  await d.send({ on: name, call: '_acceptAdmin', args: [] }, 'admin')
  facts[factOf(name, 'block')] = await d.word(name, 'accrualBlockNumber')
  facts[factOf(name, 'reduced')] = await d.word(name, 'reduceReservesBlockNumber')
  // The index grows without debts as well.
  facts[factOf(name, 'index')] = await d.word(name, 'borrowIndex')
}

async function list(d: Deployer, name: string, setup: MarketSetup): Promise<void> {
  const set = async (call: string, ...args: (string | bigint | boolean | (string | bigint)[])[]) =>
    d.send({ on: 'comptroller', call, args })
  await set('supportMarket', name)
  const { collateralFactor, liquidationThreshold } = setup
  await set(
    'setCollateralFactor(address,uint256,uint256)',
    name,
    collateralFactor,
    liquidationThreshold,
  )
  await set('setLiquidationIncentive(address,uint256)', name, setup.liquidationIncentive)
  await set('setMarketSupplyCaps', [name], [setup.supplyCap])
  await set('setMarketBorrowCaps', [name], [setup.borrowCap])
  await set('setIsBorrowAllowed', 0n, name, true)
}

/** From here on the admin's actor holds all rights. */
async function handOver(d: Deployer): Promise<void> {
  await d.send({ on: 'comptroller', call: '_setAccessControl', args: ['adminAccess'] })
  await d.send({ on: 'unitroller', call: '_setPendingAdmin', args: ['admin'] })
  await d.send({ on: 'unitroller', call: '_acceptAdmin', args: [] }, 'admin')
}

function constants(): Check[] {
  const one = (on: string, get: string, ...is: (bigint | string)[]): Check => ({
    on,
    get,
    args: [],
    is,
  })
  const of = Object.keys(MARKETS)
  const listed = of.filter((name) => MARKETS[name]!.isListed)
  const rates = RATES.rate0!
  return [
    one('comptroller', 'isComptroller', 1n),
    one('comptroller', 'admin', 'admin'),
    one('comptroller', 'oracle', 'oracle'),
    one('comptroller', 'deviationBoundedOracle', 'bounded'),
    one('comptroller', 'comptrollerLens', 'lens'),
    one('comptroller', 'comptrollerImplementation', 'diamond'),
    one('comptroller', 'corePoolId', 0n),
    one('comptroller', 'vaiController', 'zero'),
    one('comptroller', 'prime', 'zero'),
    one('comptroller', 'facetAddresses', 32n, 3n, 'markets', 'policy', 'setters'),
    one('comptroller', 'getAllMarkets', 32n, BigInt(listed.length), ...listed),
    { on: 'comptroller', get: 'allMarkets', args: [1n], is: ['v1'] },
    ...of.flatMap((name) => [
      one(name, 'isVToken', 1n),
      one(name, 'decimals', 8n),
      one(name, 'admin', 'admin'),
      one(name, 'comptroller', 'comptroller'),
      one(name, 'underlying', MARKETS[name]!.token),
      one(name, 'implementation', 'vDelegate'),
      one(name, 'accessControlManager', 'adminAccess'),
      one(name, 'protocolShareReserve', 'admin'),
    ]),
    one('rate0', 'isInterestRateModel', 1n),
    one('rate0', 'blocksPerYear', rates.blocksPerYear),
    one('rate0', 'baseRatePerBlock', rates.base / rates.blocksPerYear),
    one('rate0', 'multiplierPerBlock', rates.multiplier / rates.blocksPerYear),
    one('rate0', 'jumpMultiplierPerBlock', rates.jumpMultiplier / rates.blocksPerYear),
    one('rate0', 'kink', rates.kink),
  ]
}
