import type * as Exact from '../../../src/mechanisms/lending/morphoBlue/exact.ts'
import type { Arg, Setup } from '../../protocol.ts'
import { createToken, moveToken, moveTokenFrom, type TokenState } from '../../token.ts'
import { idName, MARKETS, OPENING, PRICES } from './markets.ts'

/** Everything that a case can change. */
export type World = {
  readonly exact: typeof Exact
  readonly users: readonly string[]
  readonly number: number
  /** Market ids as the contract counts them, hexadecimal. */
  readonly ids: Readonly<Record<string, string>>
  time: bigint
  readonly morpho: Exact.Morpho
  tokens: Record<string, TokenState>
  prices: Record<string, bigint>
}

/** Start a case: nothing is enabled, no market created. */
export function createWorld(exact: typeof Exact, { users, time, number, facts }: Setup): World {
  const names = Array.from({ length: users }, (_, i) => `u${i}`)
  const ids = Object.keys(MARKETS).map((m) => [m, hex(facts[idName(m)] ?? 0n)])
  return {
    exact,
    users: names,
    number,
    ids: Object.fromEntries(ids),
    time,
    morpho: exact.createMorpho('admin'),
    tokens: { loan: funded(names), coll: funded(names) },
    prices: { ...PRICES },
  }
}

/** Every user and the admin hold the opening amount and let the contract take it. */
function funded(users: readonly string[]): TokenState {
  const all = ['admin', ...users]
  const token = createToken(Object.fromEntries(all.map((name) => [name, OPENING])))
  for (const name of all) token.allowances.set(`${name} morpho`, (1n << 256n) - 1n)
  return token
}

function hex(word: bigint): string {
  return `0x${word.toString(16).padStart(64, '0')}`
}

/** The contract's surroundings: its tokens and oracles. */
export function outside({ tokens, prices }: World): Exact.Outside {
  const failed = (reason: string | null, text: string): string | null => (reason ? text : null)
  return {
    send: (token, to, amount) => {
      const state = tokens[token]
      if (!state) return 'no code'
      return failed(moveToken(state, 'morpho', to, amount), 'transfer reverted')
    },
    take: (token, from, amount) => {
      const state = tokens[token]
      if (!state) return 'no code'
      const refused = moveTokenFrom(state, 'morpho', from, 'morpho', amount)
      return failed(refused, 'transferFrom reverted')
    },
    price: (oracle) => prices[oracle] ?? null,
  }
}

/** An argument that is a number. */
export function int(arg: Arg | undefined): bigint {
  return typeof arg === 'bigint' ? arg : 0n
}

/** An argument that is a name. */
export function text(arg: Arg | undefined): string {
  return typeof arg === 'string' ? arg : 'zero'
}
