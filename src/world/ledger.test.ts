import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { USD } from './assets.ts'
import { createLedger, type Ledger, LedgerError, payUsd } from './ledger.ts'

const HOLDERS = 4
const ASSETS = 3

function ledgerOf(endowments: readonly number[] = []): Ledger {
  const ledger = createLedger(new Float64Array(HOLDERS * ASSETS), new Float64Array(ASSETS))
  endowments.forEach((amount, k) => {
    ledger.endow(Math.floor(k / ASSETS), k % ASSETS, amount)
  })
  return ledger
}

function total(ledger: Ledger, asset: number): number {
  let sum = 0
  for (let holder = 0; holder < ledger.holders; holder++) sum += ledger.balance(holder, asset)
  return sum
}

const amount = fc.double({ min: 0, max: 1e6, noNaN: true })
const endowments = fc.array(amount, { minLength: HOLDERS * ASSETS, maxLength: HOLDERS * ASSETS })
const transfer = fc.record({
  from: fc.nat(HOLDERS - 1),
  to: fc.nat(HOLDERS - 1),
  asset: fc.nat(ASSETS - 1),
  amount,
})

describe('a ledger', () => {
  it('conserves every asset and lets no holder fall below zero', () => {
    fc.assert(
      fc.property(endowments, fc.array(transfer, { maxLength: 50 }), (opening, transfers) => {
        const ledger = ledgerOf(opening)
        const before = Array.from({ length: ASSETS }, (_, asset) => total(ledger, asset))
        for (const t of transfers) ledger.transfer(t.from, t.to, t.asset, t.amount)
        for (let asset = 0; asset < ASSETS; asset++)
          expect(Math.abs(total(ledger, asset) - before[asset]!)).toBeLessThanOrEqual(
            1e-12 * (before[asset]! + ledger.moved[asset]!),
          )
        expect(Math.min(...ledger.balances)).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('refuses an overdraft and moves nothing', () => {
    const ledger = ledgerOf([0, 5])
    const before = [...ledger.balances]
    expect(ledger.transfer(0, 1, 1, 5.000001)).toBe(false)
    expect([...ledger.balances]).toEqual(before)
    expect(ledger.moved[1]).toBe(0)
  })

  it('lets a holder spend exactly what it has, and a balance short by rounding', () => {
    const ledger = ledgerOf([0, 0.3])
    expect(ledger.transfer(0, 1, 1, 0.1)).toBe(true)
    expect(ledger.transfer(0, 1, 1, 0.2)).toBe(true)
    expect(ledger.balance(0, 1)).toBe(0)
    expect(ledger.balance(1, 1)).toBeCloseTo(0.3, 12)
  })

  it('lets sources and sinks go below zero, still conserving', () => {
    const ledger = ledgerOf()
    ledger.external[2] = 1
    expect(ledger.transfer(2, 0, 1, 7)).toBe(true)
    expect(ledger.balance(2, 1)).toBe(-7)
    expect(total(ledger, 1)).toBe(0)
  })

  it('keeps a balance when a holder pays itself', () => {
    const ledger = ledgerOf([0, 5])
    expect(ledger.transfer(0, 0, 1, 3)).toBe(true)
    expect(ledger.balance(0, 1)).toBe(5)
  })

  it('keeps a balance when a holder pays itself a hair more than it has', () => {
    const ledger = ledgerOf([0, 5])
    expect(ledger.transfer(0, 0, 1, 5 * (1 + 4e-16))).toBe(true)
    expect(ledger.balance(0, 1)).toBe(5)
  })

  it.each([-1, NaN, Infinity, -Infinity])('throws when asked to move %d', (value) => {
    const ledger = ledgerOf([0, 5])
    expect(() => ledger.transfer(0, 1, 1, value)).toThrow(LedgerError)
    expect(ledger.balance(0, 1)).toBe(5)
  })

  it('throws when something moves while it is closed, and moves again when opened', () => {
    const ledger = ledgerOf([0, 5])
    ledger.open(false)
    expect(() => ledger.transfer(0, 1, 1, 1)).toThrow(LedgerError)
    expect(() => payUsd(ledger, 0, 1, 1)).toThrow(LedgerError)
    expect(ledger.balance(0, 1)).toBe(5)
    ledger.open(true)
    expect(ledger.transfer(0, 1, 1, 1)).toBe(true)
  })

  it('adds up what was moved, per asset', () => {
    const ledger = ledgerOf([10, 10])
    ledger.transfer(0, 1, 0, 2)
    ledger.transfer(1, 0, 0, 1)
    ledger.transfer(0, 1, 1, 4)
    expect([...ledger.moved]).toEqual([3, 4, 0])
  })

  it('pays in dollars', () => {
    const ledger = ledgerOf([10])
    expect(payUsd(ledger, 0, 3, 4)).toBe(true)
    expect(ledger.balance(3, USD)).toBe(4)
    expect(payUsd(ledger, 0, 3, 7)).toBe(false)
  })

  it('is a view of the columns it was given, so that a snapshot of them is a snapshot of it', () => {
    const balances = new Float64Array(HOLDERS * ASSETS)
    const ledger = createLedger(balances, new Float64Array(ASSETS))
    ledger.endow(0, 1, 5)
    const saved = balances.slice()
    ledger.transfer(0, 1, 1, 5)
    balances.set(saved)
    expect(ledger.balance(0, 1)).toBe(5)
  })
})
