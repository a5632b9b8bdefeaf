import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { run } from '../src/experiments/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

const scenario = loadScenario(
  fileURLToPath(new URL('../scenarios/frozen-too-late.yaml', import.meta.url)),
)

const DEFAULTS = {
  guardianDelay: 4500,
  forged: 116_500,
  tranche: 1165,
  trancheEvery: 60,
  attackAfter: 60,
  borrowShare: 0.75,
  cash: 90_000,
  cap: 0,
  ethPrice: 2350,
  par: 2506,
  valueLost: 1,
}

type Values = typeof DEFAULTS
type Given = Partial<Values> & Readonly<Record<string, number | string>>

const BLOCK = 12
const MINT = 600
const END = 3 * 3600

async function outcome(set: Given) {
  const { measures, failedPaths } = await run(scenario, { set, checked: true })
  expect(failedPaths).toBe(0)
  return (name: string): number => measures.find((m) => m.name === name)!.value ?? Number.NaN
}

const badDebt = async (set: Given): Promise<number> => (await outcome(set))('badDebt')

const inBlock = (time: number): number => Math.ceil(time / BLOCK - 1e-9) * BLOCK

/**
 * Tranches that were deposited before the freeze: one every `trancheEvery` seconds up to the block in
 * which the freeze lands, which the attacker outbids; as many as are forged and as the cap takes.
 */
function deposited(v: Values): number {
  const frozen = inBlock(inBlock(MINT) + v.guardianDelay)
  const last = Math.min(frozen, END)
  const due = Math.floor((last - MINT - v.attackAfter) / v.trancheEvery) + 1
  const allowed = v.cap > 0 ? Math.floor(v.cap / v.tranche + 1e-9) : Infinity
  return Math.min(v.forged, Math.max(0, Math.min(due, allowed)) * v.tranche)
}

/** Debt less what is left of the collateral's value. */
function closedForm(given: Partial<Values>): number {
  const v = { ...DEFAULTS, ...given }
  const tokens = deposited(v)
  const loans = Math.min(v.cash, (tokens * v.borrowShare * v.par) / v.ethPrice)
  return Math.max(0, loans * v.ethPrice - tokens * v.par * (1 - v.valueLost))
}

function expectNear(actual: number, expected: number, scale = expected): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, scale))
}

describe('frozen too late: the bad debt', () => {
  it.each([
    ['as published', {}],
    ['one block', { guardianDelay: BLOCK, attackAfter: 6 }],
    ['two hours', { guardianDelay: 7200 }],
    ['all that is forged', { guardianDelay: 7200, cash: 1e6 }],
    ['all the cash', { guardianDelay: 3600, cash: 20_000 }],
    ['a cap', { cap: 30_000 }],
    ['a shared loss of 15 %', { valueLost: 0.15, borrowShare: 0.93 }],
    ['a shared loss that the margin covers', { valueLost: 0.15, borrowShare: 0.8 }],
  ])(
    'is what the tranches before the freeze have borrowed: %s',
    async (_, set: Partial<Values>) => {
      expectNear(await badDebt(set), closedForm(set), 1e8)
    },
  )

  it('equals that for other parameters', async () => {
    const values = fc.record({
      guardianDelay: fc.integer({ min: 0, max: 7200 }),
      forged: fc.integer({ min: 1000, max: 300_000 }),
      tranche: fc.integer({ min: 100, max: 20_000 }),
      trancheEvery: fc.integer({ min: 1, max: 50 }).map((k) => k * BLOCK),
      attackAfter: fc.integer({ min: 1, max: 100 }).map((k) => k * BLOCK),
      borrowShare: fc.double({ min: 0.05, max: 0.93, noNaN: true }),
      cash: fc.integer({ min: 100, max: 300_000 }),
      ethPrice: fc.double({ min: 100, max: 9000, noNaN: true }),
      valueLost: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(values, async (set) => {
        expectNear(await badDebt(set), closedForm(set), set.forged * DEFAULTS.par)
      }),
      { seed: 7, numRuns: 15 },
    )
  })

  it('never falls as the guardian takes longer, from one block to two hours', async () => {
    const delays = [12, 24, 60, 300, 900, 1800, 3600, 4500, 5400, 7200]
    const all: number[] = []
    for (const guardianDelay of delays) all.push(await badDebt({ guardianDelay }))
    for (let k = 1; k < all.length; k++) expect(all[k]).toBeGreaterThanOrEqual(all[k - 1]!)
    expect(all[0]).toBe(0)
    expect(all.at(-1)).toBeGreaterThan(2e8)
  })

  it('is nil when the freeze lands before the first deposit', async () => {
    expect(await badDebt({ guardianDelay: 48 })).toBe(0)
    expect(await badDebt({ guardianDelay: 900, attackAfter: 1000 })).toBe(0)
    expect(await badDebt({ guardianDelay: 60 })).toBeGreaterThan(0)
  })

  it('is unbounded by anything but cash and tokens without defences', async () => {
    const set = { defences: 'none', cash: 1e6 }
    expectNear(await badDebt(set), DEFAULTS.forged * DEFAULTS.par * DEFAULTS.borrowShare)
    const short = { defences: 'none', cash: 30_000 }
    expectNear(await badDebt(short), 30_000 * DEFAULTS.ethPrice)
  })
})

describe('frozen too late: other defences', () => {
  it('loses what may be minted per hour, and the deposit that passes the limit', async () => {
    // From ten minutes to three hours: three windows, each with room for 5,000 tokens and a tenth.
    let tokens = 0
    for (let window = 0; window < 3; window++)
      tokens += DEFAULTS.tranche * (Math.floor((5000 + tokens / 10) / DEFAULTS.tranche) + 1)
    const expected = tokens * DEFAULTS.par * DEFAULTS.borrowShare
    expectNear(await badDebt({ defences: 'mintLimit' }), expected)
    expect(expected).toBeLessThan(0.25 * (await badDebt({ defences: 'none' })))
  })

  it.each(['oracleGuard', 'ltvZero'])(
    'loses nothing under %s, which needs no people',
    async (d) => {
      expect(await badDebt({ defences: d })).toBe(0)
    },
  )

  it('loses a share of the claims per hour under an outflow limit', async () => {
    const lost = await badDebt({ defences: 'outflowLimit' })
    const all = await badDebt({ defences: 'none' })
    const perWindow = 0.15 * DEFAULTS.cash * DEFAULTS.ethPrice
    const tranche = DEFAULTS.tranche * DEFAULTS.par * DEFAULTS.borrowShare
    expect(lost).toBeGreaterThan(perWindow)
    // Three hours, from ten minutes on: three windows, each with the tranche that passes the limit.
    expect(lost).toBeLessThanOrEqual(3 * (perWindow + tranche))
    expect(lost).toBeLessThan(0.7 * all)
  })
})

describe('frozen too late: the suppliers', () => {
  it('run without any fall of a price that the lender reads, and lock the rest', async () => {
    const set = { run: 0.9, guardianDelay: 7200, cash: 95_000 }
    const get = await outcome(set)
    const still = await outcome({ ...set, run: 0 })
    expect(get('badDebt')).toBeLessThan(still('badDebt'))
    expect(get('timeToExit')).toBeGreaterThan(0)
    expect(still('timeToExit')).toBe(0)
  })
})
