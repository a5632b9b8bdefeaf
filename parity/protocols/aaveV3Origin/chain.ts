import { getAddress, keccak256, stringToHex } from 'viem'
import type { Artifact, ChainSide, Deployer, Deployment } from '../../chain/side.ts'
import { calls, rateData } from './calls.ts'
import { compiled } from './compile.ts'
import { constants, LEFT } from './constants.ts'
import {
  CATEGORIES,
  FLASH_PREMIUM,
  GRACE_PERIOD,
  OPENING,
  RATES,
  RESERVES,
  type Role,
  rolesOf,
} from './setup.ts'

const TREASURY = '0x00000000000000000000000000000000000fee71'
const MAX = (1n << 256n) - 1n

/** Aave v3.6 compiled from its package, six reserves; `admin` is pool, emergency admin and umbrella. */
export const chain: ChainSide = {
  packages: ['@aave-dao/aave-v3-origin', 'openzeppelin-contracts', 'solc'],
  deploy,
}

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
    facts: await facts(d),
    constants: await constants(d),
    covered: [
      ...['pool', 'configurator', 'oracle', 'dataProvider', 'sentinel', 'strategy'],
      ...['a0', 'v0'],
    ],
    left: LEFT,
  }
}

/** What the model needs: when reserves were last touched, and addresses as errors write them. */
async function facts(d: Deployer): Promise<Record<string, bigint>> {
  const found: Record<string, bigint> = {
    sequencerUpdatedAt: await d.word('sequencer', 'latestTimestamp'),
  }
  for (const i of RESERVES.keys()) {
    const words = await readWords(d, d.address(`t${i}`))
    found[`updated-t${i}`] = BigInt(words[6]!)
  }
  const names = [...d.users, 'admin', 'treasury', ...RESERVES.map((_, i) => `t${i}`)]
  for (const name of names) found[`text-${name}`] = BigInt(stringToHex(getAddress(d.address(name))))
  return found
}

function load(d: Deployer) {
  const path = compiled()
  const get = (name: string): Artifact => d.artifact(path(name))
  return {
    PoolInstance: get('PoolInstance'),
    BorrowLogic: get('BorrowLogic'),
    FlashLoanLogic: get('FlashLoanLogic'),
    LiquidationLogic: get('LiquidationLogic'),
    PoolLogic: get('PoolLogic'),
    SupplyLogic: get('SupplyLogic'),
    ConfiguratorLogic: get('ConfiguratorLogic'),
    PoolConfiguratorInstance: get('PoolConfiguratorInstance'),
    ATokenInstance: get('ATokenInstance'),
    VariableDebtTokenInstance: get('VariableDebtTokenInstance'),
    DefaultReserveInterestRateStrategyV2: get('DefaultReserveInterestRateStrategyV2'),
    PoolAddressesProvider: get('PoolAddressesProvider'),
    ACLManager: get('ACLManager'),
    PriceOracleSentinel: get('PriceOracleSentinel'),
    AaveOracle: get('AaveOracle'),
    AaveProtocolDataProvider: get('AaveProtocolDataProvider'),
  }
}

/** Tokens, their feeds and the sequencer's feed. */
async function deployAssets(d: Deployer): Promise<void> {
  const token = d.helper('Token')
  const feed = d.helper('Feed')
  for (const [i, { decimals, price }] of RESERVES.entries()) {
    await d.deploy(`t${i}`, token, [`Asset ${i}`, `T${i}`, Number(decimals)])
    await d.deploy(`feed-t${i}`, feed, [8, price])
  }
  d.at('treasury', TREASURY, [])
  await d.deploy('sequencer', feed, [0, 0n])
}

/** Address provider, access control, pool and configurator behind their proxies. */
async function deployCore(d: Deployer, a: Artifacts): Promise<void> {
  await d.deploy('provider', a.PoolAddressesProvider, ['Parity', 'owner'])
  const set = (call: string, name: string): Promise<void> =>
    d.send({ on: 'provider', call, args: [name] })
  await d.deploy('strategy', a.DefaultReserveInterestRateStrategyV2, ['provider'])
  const libraries = ['BorrowLogic', 'LiquidationLogic', 'PoolLogic', 'SupplyLogic'] as const
  for (const library of [...libraries, 'FlashLoanLogic', 'ConfiguratorLogic'] as const)
    await d.deploy(library, a[library])
  await d.deploy('poolImplementation', a.PoolInstance, ['provider', 'strategy'])
  await set('setPoolImpl', 'poolImplementation')
  d.at('pool', await d.addressOf('provider', 'getPool'), a.PoolInstance.abi)
  await set('setACLAdmin', 'owner')
  await d.deploy('acl', a.ACLManager, ['provider'])
  await set('setACLManager', 'acl')
  await grantRoles(d)
  await d.deploy('configuratorImplementation', a.PoolConfiguratorInstance)
  await set('setPoolConfiguratorImpl', 'configuratorImplementation')
  const configurator = await d.addressOf('provider', 'getPoolConfigurator')
  d.at('configurator', configurator, a.PoolConfiguratorInstance.abi)
  const umbrella = stringToHex('UMBRELLA', { size: 32 })
  await d.send({ on: 'provider', call: 'setAddress', args: [umbrella, 'admin'] })
}

async function grantRoles(d: Deployer): Promise<void> {
  const grants: Readonly<Record<Role, string>> = {
    poolAdmin: 'addPoolAdmin',
    emergencyAdmin: 'addEmergencyAdmin',
    riskAdmin: 'addRiskAdmin',
    flashBorrower: 'addFlashBorrower',
  }
  await d.send({ on: 'acl', call: 'addPoolAdmin', args: ['owner'] })
  for (const [account, roles] of rolesOf(d.users.length)) {
    for (const role of roles) {
      await d.send({ on: 'acl', call: grants[role], args: [account] })
    }
  }
}

/** Data provider, oracle, sentinel, and the tokens' implementations. */
async function deployMarket(d: Deployer, a: Artifacts): Promise<void> {
  const sources = RESERVES.map((_, i) => `t${i}`)
  const addresses = sources.map((name) => d.address(name))
  const feeds = sources.map((name) => d.address(`feed-${name}`))
  await d.deploy('dataProvider', a.AaveProtocolDataProvider, ['provider'])
  const oracle = ['provider', addresses, feeds, 'zero', 'zero', 100_000_000n]
  await d.deploy('oracle', a.AaveOracle, oracle)
  await d.deploy('sentinel', a.PriceOracleSentinel, ['provider', 'sequencer', GRACE_PERIOD])
  const set = { setPoolDataProvider: 'dataProvider', setPriceOracle: 'oracle' }
  for (const [call, name] of Object.entries({ ...set, setPriceOracleSentinel: 'sentinel' }))
    await d.send({ on: 'provider', call, args: [name] })
  await d.deploy('aTokenImplementation', a.ATokenInstance, ['pool', 'zero', 'treasury'])
  await d.deploy('variableDebtImplementation', a.VariableDebtTokenInstance, ['pool', 'zero'])
}

async function listReserves(d: Deployer, a: Artifacts): Promise<void> {
  const inputs = RESERVES.map(({ rates }, i) => ({
    aTokenImpl: 'aTokenImplementation',
    variableDebtTokenImpl: 'variableDebtImplementation',
    underlyingAsset: `t${i}`,
    // Texts inside a struct: what starts with 0x is not taken for the name of an account.
    aTokenName: `0xA${i}`,
    aTokenSymbol: `0xa${i}`,
    variableDebtTokenName: `0xV${i}`,
    variableDebtTokenSymbol: `0xv${i}`,
    params: '0x10',
    interestRateData: rateData(Object.values(RATES[rates]!)),
  }))
  await d.send({ on: 'configurator', call: 'initReserves', args: [inputs] })
  for (const i of RESERVES.keys()) {
    const words = await readWords(d, d.address(`t${i}`))
    d.at(`a${i}`, words[8]!, a.ATokenInstance.abi)
    d.at(`v${i}`, words[10]!, a.VariableDebtTokenInstance.abi)
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
    await set('setDebtCeiling', asset, r.debtCeiling)
    if (r.borrowableInIsolation) await set('setBorrowableInIsolation', asset, true)
    if (r.siloedBorrowing) await set('setSiloedBorrowing', asset, true)
  }
  for (const [i, c] of CATEGORIES.entries()) {
    const terms = [Number(c.ltv), Number(c.liquidationThreshold), Number(c.liquidationBonus)]
    await set('setEModeCategory', i + 1, ...terms, 'eMode')
    for (const id of RESERVES.keys()) {
      if ((c.collateralBitmap >> BigInt(id)) & 1n)
        await set('setAssetCollateralInEMode', `t${id}`, i + 1, true)
      if ((c.borrowableBitmap >> BigInt(id)) & 1n)
        await set('setAssetBorrowableInEMode', `t${id}`, i + 1, true)
    }
  }
  await set('updateFlashloanPremium', FLASH_PREMIUM)
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
