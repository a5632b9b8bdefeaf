import { keccak256, stringToHex } from 'viem'
import type { Artifact, ChainSide, Deployer, Deployment } from '../../chain/side.ts'
import { calls } from './calls.ts'
import { constants, LEFT } from './constants.ts'
import {
  BRIDGE_FEE,
  CATEGORIES,
  FLASH_PREMIUM,
  FLASH_PREMIUM_TO_PROTOCOL,
  GRACE_PERIOD,
  OPENING,
  PEG,
  PEG_PRICE,
  RESERVES,
  type Role,
  rolesOf,
  STRATEGIES,
} from './setup.ts'

const PACKAGE = '@aave/core-v3'
const TREASURY = '0x00000000000000000000000000000000000fee71'
const PEG_ADDRESS = '0x0000000000000000000000000000000000000840'
const MAX = (1n << 256n) - 1n

/** Aave v3.0.2 as its package ships it, six reserves; `admin` is pool, emergency admin and bridge. */
export const chain: ChainSide = { packages: [PACKAGE], deploy }

type Artifacts = ReturnType<typeof load>

async function deploy(d: Deployer): Promise<Deployment> {
  const artifacts = load(d)
  await deployAssets(d)
  await deployCore(d, artifacts)
  await deployMarket(d, artifacts)
  await listReserves(d, artifacts)
  await configure(d)
  await fund(d)
  return {
    verified: Object.values(artifacts),
    calls,
    facts: { sequencerUpdatedAt: await d.word('sequencer', 'latestTimestamp') },
    constants: await constants(d),
    covered: [
      ...['pool', 'configurator', 'oracle', 'dataProvider', 'sentinel'],
      ...['a0', 'v0', 's0', 'strategy0'],
    ],
    left: LEFT,
  }
}

function load(d: Deployer) {
  const get = (path: string): Artifact => {
    const name = path.slice(path.lastIndexOf('/') + 1)
    return d.artifact(`${PACKAGE}/artifacts/contracts/${path}.sol/${name}.json`)
  }
  const logic = (name: string): Artifact => get(`protocol/libraries/logic/${name}`)
  return {
    Pool: get('protocol/pool/Pool'),
    BorrowLogic: logic('BorrowLogic'),
    BridgeLogic: logic('BridgeLogic'),
    EModeLogic: logic('EModeLogic'),
    FlashLoanLogic: logic('FlashLoanLogic'),
    LiquidationLogic: logic('LiquidationLogic'),
    PoolLogic: logic('PoolLogic'),
    SupplyLogic: logic('SupplyLogic'),
    ConfiguratorLogic: logic('ConfiguratorLogic'),
    PoolConfigurator: get('protocol/pool/PoolConfigurator'),
    AToken: get('protocol/tokenization/AToken'),
    VariableDebtToken: get('protocol/tokenization/VariableDebtToken'),
    StableDebtToken: get('protocol/tokenization/StableDebtToken'),
    DefaultReserveInterestRateStrategy: get('protocol/pool/DefaultReserveInterestRateStrategy'),
    PoolAddressesProvider: get('protocol/configuration/PoolAddressesProvider'),
    ACLManager: get('protocol/configuration/ACLManager'),
    PriceOracleSentinel: get('protocol/configuration/PriceOracleSentinel'),
    AaveOracle: get('misc/AaveOracle'),
    AaveProtocolDataProvider: get('misc/AaveProtocolDataProvider'),
  }
}

/** Tokens, their feeds, the eMode's price source and the sequencer's feed. */
async function deployAssets(d: Deployer): Promise<void> {
  const token = d.helper('Token')
  const feed = d.helper('Feed')
  for (const [i, { decimals, price }] of RESERVES.entries()) {
    await d.deploy(`t${i}`, token, [`Asset ${i}`, `T${i}`, Number(decimals)])
    await d.deploy(`feed-t${i}`, feed, [8, price])
  }
  d.at('treasury', TREASURY, [])
  d.at(PEG, PEG_ADDRESS, [])
  await d.deploy(`feed-${PEG}`, feed, [8, PEG_PRICE])
  await d.deploy('sequencer', feed, [0, 0n])
}

/** Address provider, access control, pool and configurator behind their proxies. */
async function deployCore(d: Deployer, a: Artifacts): Promise<void> {
  await d.deploy('provider', a.PoolAddressesProvider, ['Parity', 'owner'])
  const set = (call: string, name: string): Promise<void> =>
    d.send({ on: 'provider', call, args: [name] })
  const before = ['BorrowLogic', 'BridgeLogic', 'EModeLogic', 'FlashLoanLogic'] as const
  const after = ['LiquidationLogic', 'PoolLogic', 'SupplyLogic', 'ConfiguratorLogic'] as const
  for (const library of [...before, ...after]) await d.deploy(library, a[library])
  await d.deploy('poolImplementation', a.Pool, ['provider'])
  await set('setPoolImpl', 'poolImplementation')
  d.at('pool', await d.addressOf('provider', 'getPool'), a.Pool.abi)
  await set('setACLAdmin', 'owner')
  await d.deploy('acl', a.ACLManager, ['provider'])
  await set('setACLManager', 'acl')
  await grantRoles(d)
  await d.deploy('configuratorImplementation', a.PoolConfigurator)
  await set('setPoolConfiguratorImpl', 'configuratorImplementation')
  const configurator = await d.addressOf('provider', 'getPoolConfigurator')
  d.at('configurator', configurator, a.PoolConfigurator.abi)
}

async function grantRoles(d: Deployer): Promise<void> {
  const grants: Readonly<Record<Exclude<Role, 'isolatedCollateralSupplier'>, string>> = {
    poolAdmin: 'addPoolAdmin',
    emergencyAdmin: 'addEmergencyAdmin',
    riskAdmin: 'addRiskAdmin',
    bridge: 'addBridge',
    flashBorrower: 'addFlashBorrower',
  }
  const supplier = keccak256(stringToHex('ISOLATED_COLLATERAL_SUPPLIER'))
  await d.send({ on: 'acl', call: 'addPoolAdmin', args: ['owner'] })
  for (const [account, roles] of rolesOf(d.users.length)) {
    for (const role of roles) {
      if (role === 'isolatedCollateralSupplier') {
        await d.send({ on: 'acl', call: 'grantRole', args: [supplier, account] })
      } else await d.send({ on: 'acl', call: grants[role], args: [account] })
    }
  }
}

/** Data provider, oracle, sentinel, strategies and the tokens' implementations. */
async function deployMarket(d: Deployer, a: Artifacts): Promise<void> {
  const sources = [...RESERVES.map((_, i) => `t${i}`), PEG]
  const addresses = sources.map((name) => d.address(name))
  const feeds = sources.map((name) => d.address(`feed-${name}`))
  await d.deploy('dataProvider', a.AaveProtocolDataProvider, ['provider'])
  const oracle = ['provider', addresses, feeds, 'zero', 'zero', 100_000_000n]
  await d.deploy('oracle', a.AaveOracle, oracle)
  await d.deploy('sentinel', a.PriceOracleSentinel, ['provider', 'sequencer', GRACE_PERIOD])
  const set = { setPoolDataProvider: 'dataProvider', setPriceOracle: 'oracle' }
  for (const [call, name] of Object.entries({ ...set, setPriceOracleSentinel: 'sentinel' }))
    await d.send({ on: 'provider', call, args: [name] })
  for (const [name, s] of Object.entries(STRATEGIES)) {
    await d.deploy(name, a.DefaultReserveInterestRateStrategy, [
      ...['provider', s.optimalUsageRatio, s.baseVariableBorrowRate],
      ...[s.variableRateSlope1, s.variableRateSlope2, s.stableRateSlope1, s.stableRateSlope2],
      ...[s.baseStableRateOffset, s.stableRateExcessOffset, s.optimalStableToTotalDebtRatio],
    ])
  }
  await d.deploy('aTokenImplementation', a.AToken, ['pool'])
  await d.deploy('stableDebtImplementation', a.StableDebtToken, ['pool'])
  await d.deploy('variableDebtImplementation', a.VariableDebtToken, ['pool'])
}

async function listReserves(d: Deployer, a: Artifacts): Promise<void> {
  const inputs = RESERVES.map(({ decimals, strategy }, i) => ({
    aTokenImpl: 'aTokenImplementation',
    stableDebtTokenImpl: 'stableDebtImplementation',
    variableDebtTokenImpl: 'variableDebtImplementation',
    underlyingAssetDecimals: Number(decimals),
    interestRateStrategyAddress: strategy,
    underlyingAsset: `t${i}`,
    treasury: 'treasury',
    incentivesController: 'zero',
    // Texts inside a struct: what starts with 0x is not taken for the name of an account.
    aTokenName: `0xA${i}`,
    aTokenSymbol: `0xa${i}`,
    variableDebtTokenName: `0xV${i}`,
    variableDebtTokenSymbol: `0xv${i}`,
    stableDebtTokenName: `0xS${i}`,
    stableDebtTokenSymbol: `0xs${i}`,
    params: '0x10',
  }))
  await d.send({ on: 'configurator', call: 'initReserves', args: [inputs] })
  for (const i of RESERVES.keys()) {
    const words = await readWords(d, d.address(`t${i}`))
    d.at(`a${i}`, words[8]!, a.AToken.abi)
    d.at(`s${i}`, words[9]!, a.StableDebtToken.abi)
    d.at(`v${i}`, words[10]!, a.VariableDebtToken.abi)
  }
}

/** The words of pool.getReserveData as addresses. */
async function readWords(d: Deployer, asset: `0x${string}`): Promise<`0x${string}`[]> {
  const selector = keccak256(stringToHex('getReserveData(address)')).slice(0, 10)
  const data = `${selector}${asset.slice(2).padStart(64, '0')}`
  const answer = String(await d.rpc('eth_call', [{ to: d.address('pool'), data }, 'latest']))
  const count = (answer.length - 2) / 64
  const address = (i: number): `0x${string}` => `0x${answer.slice(26 + 64 * i, 66 + 64 * i)}`
  return Array.from({ length: count }, (_, i) => address(i))
}

async function configure(d: Deployer): Promise<void> {
  const set = (call: string, ...args: (string | bigint | number | boolean)[]): Promise<void> =>
    d.send({ on: 'configurator', call, args })
  for (const [i, r] of RESERVES.entries()) {
    const asset = `t${i}`
    const terms = [r.ltv, r.liquidationThreshold, r.liquidationBonus]
    await set('configureReserveAsCollateral', asset, ...terms)
    await set('setReserveBorrowing', asset, true)
    await set('setReserveFlashLoaning', asset, true)
    await set('setReserveFactor', asset, r.reserveFactor)
    await set('setLiquidationProtocolFee', asset, r.liquidationProtocolFee)
    await set('setSupplyCap', asset, r.supplyCap)
    await set('setBorrowCap', asset, r.borrowCap)
    await set('setUnbackedMintCap', asset, r.unbackedMintCap)
    await set('setDebtCeiling', asset, r.debtCeiling)
    if (r.borrowableInIsolation) await set('setBorrowableInIsolation', asset, true)
    if (r.siloedBorrowing) await set('setSiloedBorrowing', asset, true)
  }
  for (const [i, c] of CATEGORIES.entries()) {
    const terms = [Number(c.ltv), Number(c.liquidationThreshold), Number(c.liquidationBonus)]
    await set('setEModeCategory', i + 1, ...terms, c.priceSource ?? 'zero', 'eMode')
  }
  for (const [i, { eModeCategory }] of RESERVES.entries())
    if (eModeCategory !== 0n) await set('setAssetEModeCategory', `t${i}`, Number(eModeCategory))
  await set('updateFlashloanPremiumTotal', FLASH_PREMIUM)
  await set('updateFlashloanPremiumToProtocol', FLASH_PREMIUM_TO_PROTOCOL)
  await set('updateBridgeProtocolFee', BRIDGE_FEE)
}

/** Tokens for the users and `admin`, and what they allow the pool. */
async function fund(d: Deployer): Promise<void> {
  for (const [i, { decimals }] of RESERVES.entries()) {
    for (const account of ['admin', ...d.users]) {
      await d.send({ on: `t${i}`, call: 'mint', args: [account, OPENING * 10n ** decimals] })
      await d.send({ on: `t${i}`, call: 'approve', args: ['pool', MAX] }, account)
    }
  }
}
