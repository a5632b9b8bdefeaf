import type { Op, Proposal } from '../../protocol.ts'
import type { Random } from '../../random.ts'
import { DRAWS, WEIGHTS } from './draws.ts'
import { MARKETS } from './markets.ts'
import type { World } from './world.ts'

const DAY = 86_400

/** Draw the next step: mostly what users do, often at or beyond a boundary. */
export function propose(w: World, random: Random): Proposal {
  const op = urgent(w, random) ?? DRAWS[random.weighted(WEIGHTS)](w, random)
  return { wait: atDeadline(w, random, op) ?? wait(random), op }
}

/** What the state asks for: a market, an unpaused token, a price, an allowance. */
function urgent(w: World, random: Random): Op | null {
  const { morpho } = w
  const next = Object.keys(MARKETS).find((m) => !morpho.markets.has(m))
  if (next && random.chance(morpho.markets.size === 0 ? 0.8 : 0.3)) return opening(w, next)
  for (const [token, { paused }] of Object.entries(w.tokens))
    if (paused && random.chance(0.25)) return { kind: 'pause', by: 'u0', args: [token, 0n] }
  for (const [feed, price] of Object.entries(w.prices))
    if ((price === 0n || price > 1n << 200n) && random.chance(0.3))
      return DRAWS.restore(w, random, feed)
  if (morpho.owner !== 'admin' && random.chance(0.1))
    return { kind: 'setOwner', by: morpho.owner, args: ['admin'] }
  return null
}

/** Seconds to a signature's last moment, or one more; null when that is far or past. */
function atDeadline({ time }: World, random: Random, { kind, args: [, , , deadline] }: Op) {
  if (kind !== 'setAuthorizationWithSig' || typeof deadline !== 'bigint') return null
  const left = deadline - time
  if (left < 0n || left > 40n * BigInt(DAY) || random.chance(0.2)) return null
  return left + (random.chance(0.2) ? 1n : 0n)
}

/** The next of the steps that create a market. */
function opening({ morpho }: World, m: string): Op {
  const { irm, lltv } = MARKETS[m]!
  if (!morpho.irms.has(irm)) return { kind: 'enableIrm', by: morpho.owner, args: [irm] }
  if (!morpho.lltvs.has(lltv)) return { kind: 'enableLltv', by: morpho.owner, args: [lltv] }
  return { kind: 'createMarket', by: 'u0', args: [m] }
}

function wait(random: Random): bigint {
  const scale = random.weighted({ same: 560, block: 280, hours: 110, months: 40, year: 5, ages: 1 })
  if (scale === 'same') return 0n
  if (scale === 'block') return BigInt(1 + random.int(24))
  if (scale === 'hours') return BigInt(1 + random.int(DAY))
  if (scale === 'months') return BigInt(1 + random.int(90 * DAY))
  if (scale === 'year') return BigInt(1 + random.int(365 * DAY))
  return BigInt(1 + random.int(20 * 365 * DAY))
}
