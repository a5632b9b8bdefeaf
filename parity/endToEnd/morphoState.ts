/** Morpho Blue's state as viem reads it at one block, and the exact model started from it. */
import * as Exact from '../../src/mechanisms/lending/morphoBlue/exact.ts'
import { idName, MARKETS, TOKENS } from '../protocols/morphoBlue/markets.ts'
import type { World } from '../protocols/morphoBlue/world.ts'
import type { Reader } from './plan.ts'
import { ask, type Question } from './read.ts'

const ACCOUNTS = ['admin', 'treasury', 'morpho'] as const
/** Names that addresses of the contract's answers are written as. */
const KNOWN = ['loan', 'coll', 'feed0', 'feed1', 'feed2', 'irm', 'admin', 'treasury', 'zero']
/** Markets that are opened, and the oracles to read. */
export const OPENED: readonly string[] = ['m0', 'm1', 'm2']
const FEEDS = ['feed0', 'feed1', 'feed2']

/** One market with who is in it; units as the contract stores them. */
export type MarketState = {
  readonly name: string
  readonly params: Exact.MarketParams
  readonly totalSupplyAssets: bigint
  readonly totalSupplyShares: bigint
  readonly totalBorrowAssets: bigint
  readonly totalBorrowShares: bigint
  readonly lastUpdate: bigint
  readonly fee: bigint
  readonly rateAtTarget: bigint
  /** Account, supply shares, borrow shares, collateral. */
  readonly positions: readonly (readonly [string, bigint, bigint, bigint])[]
}

/** The whole state; what is not read is the same for everybody (allowances of the contract). */
export type MorphoState = {
  readonly block: bigint
  readonly time: bigint
  readonly users: readonly string[]
  /** Of all markets, opened or not, by name. */
  readonly ids: Readonly<Record<string, bigint>>
  readonly owner: string
  readonly feeRecipient: string
  readonly irms: readonly string[]
  readonly lltvs: readonly bigint[]
  readonly prices: Readonly<Record<string, bigint>>
  readonly markets: readonly MarketState[]
  /** By token: balances, and all that exists. */
  readonly wallets: Readonly<Record<string, readonly (readonly [string, bigint])[]>>
  readonly supplies: Readonly<Record<string, bigint>>
}

/** Read everything that liquidations depend on or change. */
export async function readMorpho(reader: Reader): Promise<MorphoState> {
  const { names, users, facts } = reader
  const nameOf = (address: unknown): string =>
    KNOWN.find((name) => BigInt(names.address(name)) === BigInt(String(address)))!
  const markets: MarketState[] = []
  for (const name of OPENED)
    markets.push(await readMarket(reader, name, facts[idName(name)]!, nameOf))
  const lltvs = markets.map(({ params }) => params.lltv)
  const [owner, feeRecipient] = await ask(reader, [
    { on: 'morpho', get: 'owner', args: [] },
    { on: 'morpho', get: 'feeRecipient', args: [] },
  ])
  const enabled = async (get: string, values: readonly (string | bigint)[]): Promise<boolean[]> =>
    (await ask(
      reader,
      values.map((value): Question => ({ on: 'morpho', get, args: [value] })),
    )) as boolean[]
  const irms = ['irm', 'zero']
  const isIrm = await enabled('isIrmEnabled', irms.map(names.address))
  const isLltv = await enabled('isLltvEnabled', lltvs)
  return {
    block: reader.blockNumber,
    time: reader.time,
    users,
    ids: Object.fromEntries(Object.keys(MARKETS).map((name) => [name, facts[idName(name)]!])),
    owner: nameOf(owner),
    feeRecipient: nameOf(feeRecipient),
    irms: irms.filter((_, i) => isIrm[i]),
    lltvs: lltvs.filter((_, i) => isLltv[i]),
    prices: await pairs(reader, FEEDS, (feed) => ({ on: feed, get: 'latestAnswer', args: [] })),
    markets,
    wallets: await readWallets(reader),
    supplies: await pairs(reader, TOKENS, (on) => ({ on, get: 'totalSupply', args: [] })),
  }
}

async function pairs(
  reader: Reader,
  keys: readonly string[],
  question: (key: string) => Question,
): Promise<Record<string, bigint>> {
  const answers = await ask(reader, keys.map(question))
  return Object.fromEntries(keys.map((key, k) => [key, answers[k] as bigint]))
}

async function readWallets(reader: Reader): Promise<MorphoState['wallets']> {
  const all = [...reader.users, ...ACCOUNTS]
  const found: Record<string, (readonly [string, bigint])[]> = {}
  for (const on of TOKENS) {
    const balances = await pairs(reader, all, (name) => ({
      on,
      get: 'balanceOf',
      args: [reader.names.address(name)],
    }))
    found[on] = Object.entries(balances).filter(([, units]) => units !== 0n)
  }
  return found
}

async function readMarket(
  reader: Reader,
  name: string,
  id: bigint,
  nameOf: (address: unknown) => string,
): Promise<MarketState> {
  const { names, users } = reader
  const key = hexOf(id)
  const people = [...users, 'admin', 'treasury']
  const [market, params, rateAtTarget] = (await ask(reader, [
    { on: 'morpho', get: 'market', args: [key] },
    { on: 'morpho', get: 'idToMarketParams', args: [key] },
    { on: 'irm', get: 'rateAtTarget', args: [key] },
  ])) as [bigint[], unknown[], bigint]
  const positions = (await ask(
    reader,
    people.map((who): Question => {
      return { on: 'morpho', get: 'position', args: [key, names.address(who)] }
    }),
  )) as [bigint, bigint, bigint][]
  return {
    name,
    params: paramsOf(params, nameOf),
    totalSupplyAssets: market[0]!,
    totalSupplyShares: market[1]!,
    totalBorrowAssets: market[2]!,
    totalBorrowShares: market[3]!,
    lastUpdate: market[4]!,
    fee: market[5]!,
    rateAtTarget,
    positions: positions
      .map((p, i) => [people[i]!, p[0], p[1], p[2]] as const)
      .filter(([, ...amounts]) => amounts.some((x) => x !== 0n)),
  }
}

function paramsOf(
  [loanToken, collateralToken, oracle, irm, lltv]: readonly unknown[],
  nameOf: (address: unknown) => string,
): Exact.MarketParams {
  return {
    loanToken: nameOf(loanToken),
    collateralToken: nameOf(collateralToken),
    oracle: nameOf(oracle),
    irm: nameOf(irm),
    lltv: BigInt(lltv as bigint),
  }
}

function hexOf(id: bigint): string {
  return `0x${id.toString(16).padStart(64, '0')}`
}

const MAX = (1n << 256n) - 1n

/** Start the exact model, and the tokens around it, from a state. */
export function morphoWorld(state: MorphoState): World {
  const morpho = Exact.createMorpho(state.owner)
  morpho.feeRecipient = state.feeRecipient
  for (const irm of state.irms) morpho.irms.add(irm)
  for (const lltv of state.lltvs) morpho.lltvs.add(lltv)
  for (const { name, positions, ...market } of state.markets) {
    const held = positions.map(
      ([who, supplyShares, borrowShares, collateral]) =>
        [who, { supplyShares, borrowShares, collateral }] as const,
    )
    morpho.markets.set(name, { ...market, positions: new Map(held) })
  }
  const payers = ['admin', ...state.users]
  const tokenOf = (token: string): World['tokens'][string] => ({
    totalSupply: state.supplies[token]!,
    paused: false,
    balances: new Map(state.wallets[token]!),
    allowances: new Map(payers.map((name) => [`${name} morpho`, MAX])),
  })
  return {
    exact: Exact,
    users: state.users,
    number: 0,
    ids: Object.fromEntries(Object.entries(state.ids).map(([name, id]) => [name, hexOf(id)])),
    time: state.time,
    morpho,
    tokens: Object.fromEntries(TOKENS.map((token) => [token, tokenOf(token)])),
    prices: { ...state.prices },
  }
}
