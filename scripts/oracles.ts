/**
 * Write `docs/oracles.md`: every kind of oracle under the same attacks, from real runs. `--check` writes
 * nothing and fails when the committed file is old. A kind without a row is an error.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { MODELS } from '../src/mechanisms/index.ts'
import { USD } from '../src/world/index.ts'
import {
  ATTACKS,
  BASE,
  CLAIM,
  type Damage,
  damageOf,
  ENTRY,
  openingDebt,
  type Stack,
  VOTE,
  X,
} from './oracleAttacks.ts'

const FILE = 'docs/oracles.md'

/** A kind as the lender reads it; `reads` says what it reads of the three venues. */
type Row = {
  readonly kind: string
  readonly reads: string
  readonly stack: Stack
  readonly asset?: number
}

const feedOf = (source: string) => ['oracles/feed', { source, assets: [X], gas: 0 }] as const
const feeds: Stack = { f1: feedOf('v1Spot'), f2: feedOf('v2Spot'), f3: feedOf('v3Spot') }
const ofFeeds = { sources: Object.keys(feeds) }
const ofV1 = { source: 'v1Spot', assets: [X] }

function row(kind: string, reads: string, params: object, others: Stack = {}, asset = X): Row {
  const oracle = [`oracles/${kind}`, { ...params }] as const
  return { kind: `oracles/${kind}`, reads, stack: { ...others, oracle }, asset }
}

export const ROWS: readonly Row[] = [
  row('spot', 'v1', { pool: 'v1', asset: X }),
  row('direct', 'spot of v1', ofV1),
  row('feed', 'spot of v1; 0.5 %, 1 h, 12 s late', { ...ofV1, gas: 0 }),
  row('twap', 'v1, 30 min, geometric', { pool: 'v1', asset: X, window: 1800 }),
  row('twap', 'v1, 30 min, arithmetic', { pool: 'v1', asset: X, window: 1800, mean: 'arithmetic' }),
  row('ema', 'spot of v1, 866 s', ofV1),
  row('delayed', 'spot of v1, hop 1 h', { ...ofV1, gas: 0 }),
  row('median', 'feeds of v1, v2, v3', ofFeeds, feeds),
  row('trimmedMean', 'feeds of v1, v2, v3, ends cut', { ...ofFeeds, trim: 0.34 }, feeds),
  row(
    'fallback',
    'feed of v1 within 5 % of the feed of v3, else that',
    { primary: 'f1', fallback: 'f3', guard: 0.05 },
    feeds,
  ),
  row('capped', 'spot of v1, at most 1.02 BASE', {
    source: 'v1Spot',
    base: 'market',
    caps: [{ asset: X, base: BASE, ratio: 1.02, time: 0, growth: 0 }],
  }),
  row('exchangeRate', 'fair price of BASE x 1', {
    source: 'market',
    base: BASE,
    asset: X,
    rate: 1,
  }),
  row(
    'linearClaim',
    `feed of v1; a claim to the rise of X above ${ENTRY} USD`,
    { source: 'f1', base: X, asset: CLAIM, entry: ENTRY },
    feeds,
    CLAIM,
  ),
  row('fundamental', 'the fair price itself', {
    market: 'market',
    assets: [X],
    otherwise: 'market',
  }),
  row('stated', 'nothing: 2,000 USD', { assets: [X] }),
  row('nav', 'fair price, hourly, announced 10 min later', {
    ...{ source: 'market', assets: [X], every: 3600, delay: 600, gas: 0 },
  }),
  row(
    'optimistic',
    'asserted from the spot of v1, 2 h to dispute, disputed at the fair price',
    {
      ...{ source: 'market', market: 'market', asset: X, bondAsset: USD, votingToken: VOTE },
      ...{ stakes: [8e6], gas: 0 },
    },
    {
      asserter: ['agents/asserter', { oracle: 'oracle', source: 'v1Spot', gas: 0 }],
      disputer: ['agents/disputer', { oracle: 'oracle', source: 'market', gas: 0 }],
    },
  ),
]

/** Share of the lender's opening debt up to which bad debt and false liquidations count as none. */
const TOLERANCE = 0.001

/** Bad debt and false liquidations, USD. */
export function hurtOf({ badDebt, falseLiquidations }: Damage): number {
  return badDebt + falseLiquidations
}

const whole = (x: number): string => Math.round(x).toLocaleString('en')

function cellOf(damage: Damage): string {
  const { error, recovery, silent, badDebt, falseLiquidations } = damage
  const time = recovery === Infinity ? 'never' : `${whole(recovery)} s`
  const mute = silent > 0 ? `, silent ${whole(silent)} s` : ''
  const sign = error > 0 ? '+' : ''
  const share = `${sign}${(100 * error).toFixed(1)} %`
  return `${share}, ${time}${mute}; ${whole(badDebt)} / ${whole(falseLiquidations)}`
}

type Measured = Row & { readonly damages: readonly Damage[] }

function verdict({ kind, reads, damages }: Measured, limit: number): string {
  const names = (isBroken: boolean): string => {
    const found = ATTACKS.filter((_, k) => hurtOf(damages[k]!) > limit === isBroken)
    return found.map(({ name }) => name).join(', ') || '-'
  }
  const worst = Math.max(...damages.map(hurtOf))
  return `| \`${kind.slice('oracles/'.length)}\` | ${reads} | ${names(false)} | ${names(true)} | ${whole(worst)} |`
}

/** Kinds of oracles that the table has no row for. */
export function missing(): string[] {
  return MODELS.map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('oracles/'))
    .filter((kind) => ROWS.every((own) => own.kind !== kind))
}

function documentOf(rows: readonly Measured[]): string {
  const debt = openingDebt()
  const limit = TOLERANCE * debt
  const attacks = ATTACKS.map(({ name, doc }) => `- **${name}**: ${doc}.`).join('\n')
  const verdicts = rows.map((own) => verdict(own, limit)).join('\n')
  const numbers = rows
    .map(
      ({ kind, reads, damages }) =>
        `| \`${kind.slice('oracles/'.length)}\` (${reads}) | ${damages.map(cellOf).join(' | ')} |`,
    )
    .join('\n')
  return `# Oracles under attack

Written by \`node scripts/oracles.ts\` from real runs; \`--check\` compares.

One lender (Morpho Blue, lltv 0.8, 1,000,000 USD of cash) lends against X, a share of BASE, to 40 accounts that owe
${whole(debt)} USD together; account 0 owes nothing on 100,000 USD of X. X is traded against USD in three venues, v1, v2
and v3, that arbitrage keeps at the fair price at the start of every block of 12 s, except while an attack says
otherwise. A predator with money without end acts in every block, after pushes and feeds: it liquidates whatever the
oracle lets it, and borrows against account 0 when the loan is worth more than the collateral. Eight hours.

${attacks}

An oracle **survives** an attack when bad debt and false liquidations together are at most ${100 * TOLERANCE} % of the opening debt
(${whole(limit)} USD); otherwise the attack **breaks** it. A false liquidation is the repayment of an account that was healthy at
the fair price.

| kind | reads | survives | broken by | worst damage, USD |
|---|---|---|---|---|
${verdicts}

What an oracle survives is a matter of what it reads as much as of its kind: no mean, median or delay turns a false
venue into a true one, each only chooses how long or how many venues must lie.

## Numbers

Largest error of the answer (answer / fair price - 1), seconds from the end of the attack until it was within 1 % again
(a depeg or crash is over when the price stands still); bad debt at fair prices / false liquidations, USD.

| kind | ${ATTACKS.map(({ name }) => name).join(' | ')} |
|---|${ATTACKS.map(() => '---').join('|')}|
${numbers}
`
}

function committed(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function main(root: string, check: boolean): number {
  const absent = missing()
  if (absent.length > 0) {
    console.error(`no row for ${absent.join(', ')}: add one to ROWS in scripts/oracles.ts`)
    return 1
  }
  const rows = ROWS.map((own) => ({
    ...own,
    damages: ATTACKS.map((attack) => damageOf(attack, own.stack, own.asset ?? X)),
  }))
  const path = join(root, FILE)
  const made = documentOf(rows)
  if (committed(path) === made) return 0
  if (check) {
    console.error(`${FILE} is stale: run \`npm run oracles\` and commit it`)
    return 1
  }
  writeFileSync(path, made)
  console.log(`wrote ${FILE}`)
  return 0
}

if (import.meta.main)
  process.exitCode = main(resolve(import.meta.dirname, '..'), process.argv.includes('--check'))
