import {
  domainSeparator,
  encodeAbiParameters,
  type Hex,
  keccak256,
  numberToHex,
  toBytes,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { Call, CallArg, Callback, ChainSide, Deployer, Deployment } from '../../chain/side.ts'
import type { Arg, Op } from '../../protocol.ts'
import { compiled } from './compile.ts'
import { idName, MARKETS, OPENING, PRICES, SIGNED, TOKENS } from './markets.ts'

const TREASURY = '0x00000000000000000000000000000000000fee70'
const SIGNER = privateKeyToAccount(keccak256(toBytes('breakwater.parity.signer')))
const MAX = (1n << 256n) - 1n
const MARKET_SLOT = 3n
const TYPES = {
  Authorization: [
    { name: 'authorizer', type: 'address' },
    { name: 'authorized', type: 'address' },
    { name: 'isAuthorized', type: 'bool' },
    { name: 'nonce', type: 'uint256' },
    { name: 'deadline', type: 'uint256' },
  ],
} as const

/** Morpho Blue and its adaptive curve, compiled as deployed; `admin` owns it. */
export const chain: ChainSide = {
  packages: ['@morpho-org/morpho-blue', 'sphere-mezo-solidity-files', 'solc-0.8.19'],
  deploy,
}

/** What the calls of a step need to know of the deployment. */
type Site = { readonly ids: Readonly<Record<string, Hex>>; readonly signatures: Signatures }
type Signatures = ReadonlyMap<string, { readonly v: number; readonly r: Hex; readonly s: Hex }>

async function deploy(d: Deployer): Promise<Deployment> {
  const morpho = d.artifact(compiled('Morpho'))
  const irm = d.artifact(compiled('AdaptiveCurveIrm'))
  for (const name of TOKENS)
    await d.deploy(name, d.helper('Token'), [name, name, name === 'loan' ? 6 : 18])
  for (const [name, price] of Object.entries(PRICES))
    await d.deploy(name, d.helper('Feed'), [36, price])
  await d.deploy('morpho', morpho, ['admin'])
  await d.deploy('irm', irm, ['morpho'])
  d.at('treasury', TREASURY, [])
  d.at('signer', SIGNER.address, [])
  for (const user of ['admin', ...d.users])
    for (const on of TOKENS) {
      await d.send({ on, call: 'mint', args: [user, OPENING] })
      await d.send({ on, call: 'approve', args: ['morpho', MAX] }, user)
    }
  const ids = marketIds(d)
  const chainId = Number(await d.rpc('eth_chainId', []))
  const site = { ids, signatures: await signatures(d, chainId) }
  const domain = domainSeparator({ domain: { chainId, verifyingContract: d.address('morpho') } })
  return {
    verified: [morpho, irm],
    calls: (op) => calls(site, op),
    facts: Object.fromEntries(Object.entries(ids).map(([name, id]) => [idName(name), BigInt(id)])),
    constants: [
      { on: 'morpho', get: 'DOMAIN_SEPARATOR', args: [], is: [BigInt(domain)] },
      { on: 'irm', get: 'MORPHO', args: [], is: ['morpho'] },
    ],
    covered: ['morpho', 'irm'],
    left: {},
  }
}

function marketIds(d: Deployer): Record<string, Hex> {
  const found: Record<string, Hex> = {}
  for (const [name, { loanToken, collateralToken, oracle, irm, lltv }] of Object.entries(MARKETS)) {
    const address = [loanToken, collateralToken, oracle, irm].map((n) => BigInt(d.address(n)))
    const words = [...address, lltv].map((word) => numberToHex(word, { size: 32 }).slice(2))
    found[name] = keccak256(`0x${words.join('')}`)
  }
  return found
}

const signatureKey = (manager: Arg, allowed: Arg, nonce: Arg, deadline: Arg): string =>
  [manager, allowed, nonce, deadline].join(' ')

async function signatures(d: Deployer, chainId: number): Promise<Signatures> {
  const found = new Map<string, { v: number; r: Hex; s: Hex }>()
  for (const manager of SIGNED.managers)
    for (const deadline of SIGNED.deadlines)
      for (let nonce = 0n; nonce < SIGNED.nonces; nonce++)
        for (const allowed of [0n, 1n]) {
          const signature = await SIGNER.signTypedData({
            domain: { chainId, verifyingContract: d.address('morpho') },
            types: TYPES,
            primaryType: 'Authorization',
            message: {
              authorizer: SIGNER.address,
              authorized: d.address(manager),
              isAuthorized: allowed === 1n,
              nonce,
              deadline,
            },
          })
          found.set(signatureKey(manager, allowed, nonce, deadline), {
            r: signature.slice(0, 66) as Hex,
            s: `0x${signature.slice(66, 130)}`,
            v: Number.parseInt(signature.slice(130), 16),
          })
        }
  return found
}

const NO_SIGNATURE = { v: 27, r: numberToHex(0, { size: 32 }), s: numberToHex(0, { size: 32 }) }

type Encoder = (site: Site, args: readonly Arg[], by: string) => readonly Call[]

const onMorpho = (call: string, ...args: CallArg[]): Call[] => [{ on: 'morpho', call, args }]

const CALLS: Readonly<Record<string, Encoder>> = {
  supply: (_, [m, assets, shares, who, then, x], by) =>
    onMorpho('supply', terms(m), num(assets), num(shares), text(who), program(then, m, x, by)),
  withdraw: (_, [m, assets, shares, who, to]) =>
    onMorpho('withdraw', terms(m), num(assets), num(shares), text(who), text(to)),
  borrow: (_, [m, assets, shares, who, to]) =>
    onMorpho('borrow', terms(m), num(assets), num(shares), text(who), text(to)),
  repay: (_, [m, assets, shares, who, then, x], by) =>
    onMorpho('repay', terms(m), num(assets), num(shares), text(who), program(then, m, x, by)),
  supplyCollateral: (_, [m, assets, who, then, x], by) =>
    onMorpho('supplyCollateral', terms(m), num(assets), text(who), program(then, m, x, by)),
  withdrawCollateral: (_, [m, assets, who, to]) =>
    onMorpho('withdrawCollateral', terms(m), num(assets), text(who), text(to)),
  liquidate: (_, [m, borrower, seized, shares, then, x], by) =>
    onMorpho(
      'liquidate',
      terms(m),
      text(borrower),
      num(seized),
      num(shares),
      program(then, m, x, by),
    ),
  flashLoan: (_, [token, assets, then, m, x], by) =>
    onMorpho('flashLoan', text(token), num(assets), program(then, m, x, by)),
  accrueInterest: (_, [m]) => onMorpho('accrueInterest', terms(m)),
  createMarket: (_, [m]) => onMorpho('createMarket', terms(m)),
  setFee: (_, [m, fee]) => onMorpho('setFee', terms(m), num(fee)),
  setAuthorization: (_, [who, on]) => onMorpho('setAuthorization', text(who), on === 1n),
  setAuthorizationWithSig: (site, args) => withSignature(site, args),
  extSloads: ({ ids }, [m]) => onMorpho('extSloads', slots(ids[text(m)]!)),
  borrowRateView: (_, [m, ...market]) => [
    { on: 'irm', call: 'borrowRateView', args: [terms(m), state(market)] },
  ],
  borrowRate: (_, [m, ...market]) => [
    { on: 'irm', call: 'borrowRate', args: [terms(m), state(market)] },
  ],
  setPrice: (_, [feed, price]) => [{ on: text(feed), call: 'set', args: [num(price)] }],
  pause: (_, [token, on]) => [{ on: text(token), call: 'pause', args: [on === 1n] }],
  mint: (_, [token, to, amount]) => [
    { on: text(token), call: 'mint', args: [text(to), num(amount)] },
  ],
  approve: (_, [token, amount]) => [
    { on: text(token), call: 'approve', args: ['morpho', num(amount)] },
  ],
}

function calls(site: Site, { kind, by, args }: Op): readonly Call[] {
  const encode = CALLS[kind]
  return encode ? encode(site, args, by) : onMorpho(kind, ...args)
}

/** What the caller does when called back; no data, no callback. */
function program(then: Arg | undefined, m: Arg | undefined, x: Arg | undefined, by: string) {
  if (then === 'none' || then === undefined) return '0x'
  return { callback: inner(text(then), text(m), num(x), by) } satisfies Callback
}

function inner(then: string, m: string, x: bigint, by: string): Call[] {
  const { loanToken } = MARKETS[m]!
  switch (then) {
    case 'mint':
      return [{ on: loanToken, call: 'mint', args: [by, x] }]
    case 'drain':
      return [{ on: loanToken, call: 'transfer', args: ['u0', x] }]
    case 'supplyCollateral':
      return onMorpho(then, terms(m), x, by, '0x')
    case 'withdrawCollateral':
      return onMorpho(then, terms(m), x, by, by)
    case 'repay':
      return onMorpho(then, terms(m), 0n, x, by, '0x')
    default:
      return onMorpho(then, terms(m), x, 0n, by, by)
  }
}

function withSignature({ signatures }: Site, args: readonly Arg[]): Call[] {
  const [manager = '', allowed = 0n, nonce = 0n, deadline = 0n, signed] = args
  const known = signatures.get(signatureKey(manager, allowed, nonce, deadline))
  const authorization = {
    authorizer: 'signer',
    authorized: manager,
    isAuthorized: allowed === 1n,
    nonce,
    deadline,
  }
  return onMorpho(
    'setAuthorizationWithSig',
    authorization,
    signed === 1n && known ? known : NO_SIGNATURE,
  )
}

function terms(m: Arg | undefined): CallArg {
  return MARKETS[text(m)]!
}

function state(words: readonly Arg[]): CallArg {
  const [supply, supplyShares, borrow, borrowShares, lastUpdate, fee] = words.map(num)
  return {
    totalSupplyAssets: supply!,
    totalSupplyShares: supplyShares!,
    totalBorrowAssets: borrow!,
    totalBorrowShares: borrowShares!,
    lastUpdate: lastUpdate!,
    fee: fee!,
  }
}

/** Storage slots of a market: the mapping's place, and the two words after it. */
function slots(id: Hex): Hex[] {
  const base = encodeAbiParameters([{ type: 'bytes32' }, { type: 'uint256' }], [id, MARKET_SLOT])
  const first = BigInt(keccak256(base))
  return [0n, 1n, 2n].map((k) => numberToHex(first + k, { size: 32 }))
}

function num(arg: Arg | undefined): bigint {
  return typeof arg === 'bigint' ? arg : 0n
}

function text(arg: Arg | undefined): string {
  return typeof arg === 'string' ? arg : 'zero'
}
