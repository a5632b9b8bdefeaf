import { describe, expect, it } from 'vitest'
import { ATTACKS, damageOf, X } from './oracleAttacks.ts'
import { hurtOf, missing, ROWS } from './oracles.ts'

/** Damage of one attack to the first row of a kind. */
function damage(kind: string, attack: string): ReturnType<typeof damageOf> {
  const row = ROWS.find((own) => own.kind === `oracles/${kind}`)!
  return damageOf(ATTACKS.find(({ name }) => name === attack)!, row.stack, row.asset ?? X)
}

describe('the table of oracles', () => {
  it('has a row for every kind', () => {
    expect(missing()).toEqual([])
  })

  it('finds no damage where the fair price itself is read', () => {
    for (const { name } of ATTACKS) expect(hurtOf(damage('fundamental', name))).toBe(0)
  })

  // 100,000 USD of collateral at twice its price lend 160,000 at a limit of 0.8.
  it('finds what can be borrowed against twice the price', () => {
    const { error, recovery, badDebt } = damage('spot', 'one block')
    expect(error).toBeCloseTo(1, 9)
    expect(recovery).toBe(0)
    expect(badDebt).toBeGreaterThan(59_999)
    expect(damage('stated', 'crash').badDebt).toBeGreaterThan(9_999)
    expect(damage('exchangeRate', 'depeg').recovery).toBe(Infinity)
  })

  it('counts liquidations as false only while accounts are healthy at the fair price', () => {
    expect(damage('feed', 'crash').falseLiquidations).toBe(0)
    expect(damage('feed', 'held').falseLiquidations).toBeGreaterThan(1e5)
  })
})
