import type { Check, Op } from '../../protocol.ts'
import { balanceCheck } from '../../token.ts'
import { MARKETS, OTHERS, PRICES, TOKENS } from './markets.ts'
import type { World } from './world.ts'

/** Everything that a step may have changed: its market, whom it names, the fee recipient. */
export function touchedChecks(w: World, op: Op): Check[] {
  const names = namesIn(w, op)
  const market = op.args.find((a): a is string => typeof a === 'string' && a in MARKETS)
  return [
    ...contract(w),
    ...(market ? [...marketFields(w, market), ...names.map((n) => position(w, market, n))] : []),
    ...names.flatMap((name) => balances(w, name)),
    ...balances(w, 'morpho'),
    ...specific(w, op),
  ]
}

/** Every field of every market, account, switch and oracle. */
export function allChecks(w: World): Check[] {
  const accounts = [...w.users, ...OTHERS]
  const lltvs = new Set(Object.values(MARKETS).map(({ lltv }) => lltv))
  return [
    ...contract(w),
    ...Object.keys(MARKETS).flatMap((m) => [
      ...marketFields(w, m),
      ...accounts.map((name) => position(w, m, name)),
    ]),
    ...accounts.flatMap((name) => [...balances(w, name), nonce(w, name)]),
    ...['irm', 'zero', 'feed0'].map((irm) => irmSwitch(w, irm)),
    ...[...lltvs, 10n ** 18n].map((lltv) => lltvSwitch(w, lltv)),
    ...accounts.flatMap((a) => w.users.map((b) => authorization(w, a, b))),
    ...Object.keys(PRICES).map((feed) => price(w, feed)),
  ]
}

function namesIn(w: World, { by, args }: Op): string[] {
  const known = new Set([...w.users, ...OTHERS])
  const named = [by, ...args, w.morpho.feeRecipient]
  const found = named.filter((n): n is string => typeof n === 'string' && known.has(n))
  // A drained loan goes to u0.
  if (args.includes('drain')) found.push('u0')
  return [...new Set(found)].filter((n) => n !== 'morpho')
}

function specific(w: World, { kind, by, args: [a] }: Op): Check[] {
  if (kind === 'setAuthorization') return [authorization(w, by, String(a))]
  if (kind === 'setAuthorizationWithSig')
    return [authorization(w, 'signer', String(a)), nonce(w, 'signer')]
  if (kind === 'enableIrm') return [irmSwitch(w, String(a))]
  if (kind === 'enableLltv') return [lltvSwitch(w, typeof a === 'bigint' ? a : 0n)]
  if (kind === 'setPrice') return [price(w, String(a))]
  return kind === 'pause' ? [paused(w, String(a))] : []
}

function contract({ morpho }: World): Check[] {
  return [
    { on: 'morpho', get: 'owner', args: [], is: [morpho.owner] },
    { on: 'morpho', get: 'feeRecipient', args: [], is: [morpho.feeRecipient] },
  ]
}

function marketFields(w: World, m: string): Check[] {
  const id = w.ids[m]!
  const found = w.morpho.markets.get(m)
  const p = found?.params
  return [
    {
      on: 'morpho',
      get: 'market',
      args: [id],
      is: [
        found?.totalSupplyAssets ?? 0n,
        found?.totalSupplyShares ?? 0n,
        found?.totalBorrowAssets ?? 0n,
        found?.totalBorrowShares ?? 0n,
        found?.lastUpdate ?? 0n,
        found?.fee ?? 0n,
      ],
    },
    {
      on: 'morpho',
      get: 'idToMarketParams',
      args: [id],
      is: [
        p?.loanToken ?? 'zero',
        p?.collateralToken ?? 'zero',
        p?.oracle ?? 'zero',
        p?.irm ?? 'zero',
        p?.lltv ?? 0n,
      ],
    },
    { on: 'irm', get: 'rateAtTarget', args: [id], is: [found?.rateAtTarget ?? 0n] },
  ]
}

function position(w: World, m: string, name: string): Check {
  const found = w.morpho.markets.get(m)?.positions.get(name)
  const is = [found?.supplyShares ?? 0n, found?.borrowShares ?? 0n, found?.collateral ?? 0n]
  return { on: 'morpho', get: 'position', args: [w.ids[m]!, name], is }
}

function balances({ tokens }: World, name: string): Check[] {
  return TOKENS.map((token) => balanceCheck(token, tokens[token]!, name))
}

function nonce({ morpho }: World, name: string): Check {
  return { on: 'morpho', get: 'nonce', args: [name], is: [morpho.nonces.get(name) ?? 0n] }
}

function authorization({ morpho }: World, owner: string, manager: string): Check {
  const is = [morpho.authorized.has(`${owner} ${manager}`) ? 1n : 0n]
  return { on: 'morpho', get: 'isAuthorized', args: [owner, manager], is }
}

function irmSwitch({ morpho }: World, irm: string): Check {
  return { on: 'morpho', get: 'isIrmEnabled', args: [irm], is: [morpho.irms.has(irm) ? 1n : 0n] }
}

function lltvSwitch({ morpho }: World, lltv: bigint): Check {
  const is = [morpho.lltvs.has(lltv) ? 1n : 0n]
  return { on: 'morpho', get: 'isLltvEnabled', args: [lltv], is }
}

function price({ prices }: World, feed: string): Check {
  return { on: feed, get: 'latestAnswer', args: [], is: [prices[feed] ?? 0n] }
}

function paused({ tokens }: World, token: string): Check {
  return { on: token, get: 'paused', args: [], is: [tokens[token]!.paused ? 1n : 0n] }
}
