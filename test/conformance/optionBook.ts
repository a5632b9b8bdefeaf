import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../src/engine/index.ts'
import { loadWorld, saveWorld } from '../../src/stores/index.ts'
import type { OptionBook, World } from '../../src/world/index.ts'
import { stepWorld } from './model.ts'

/** A world whose book has options that expire within its first twenty ticks, and others that stay. */
export type OptionBookCase = {
  readonly world: World
  readonly book: OptionBook
  /** Prices at which the book is smooth, USD. */
  readonly prices: readonly number[]
}

function answers({ book, prices }: OptionBookCase): number[] {
  return prices.flatMap((price) => [book.delta(price), book.gamma(price), book.vega(price)])
}

function sensitivities(make: () => OptionBookCase): void {
  it('has a gamma that is the slope of its delta', () => {
    const { book, prices } = make()
    const largest = Math.max(...prices.map((price) => Math.abs(book.gamma(price) * price)))
    expect(largest).toBeGreaterThan(0)
    for (const price of prices) {
      const h = 2e-6 * price
      const slope = (book.delta(price + h) - book.delta(price - h)) / (2 * h)
      expect(Math.abs(slope - book.gamma(price)) * price).toBeLessThan(1e-5 * largest)
    }
  })

  it('has a wealth whose slope is what it holds and the delta of its options', () => {
    const { world, book, prices } = make()
    const held = world.ledger.balance(world.all('optionBook')[0]!.self, book.asset)
    for (const price of prices) {
      const h = 1e-5 * price
      const slope = (book.wealth(price + h) - book.wealth(price - h)) / (2 * h)
      const size = Math.abs(held) + Math.abs(book.delta(price))
      expect(Math.abs(slope - held - book.delta(price))).toBeLessThan(1e-4 * (size + 1))
    }
  })

  it('answers at any price without changing anything', () => {
    const given = make()
    stepWorld(given.world, 3)
    const before = hashWorld(given.world)
    const first = answers(given)
    expect(first.every(Number.isFinite)).toBe(true)
    expect(answers(given)).toEqual(first)
    expect(hashWorld(given.world)).toBe(before)
  })

  it('lists open expiries in order and drops those that were settled', () => {
    const { world, book } = make()
    const before = book.expiries()
    expect(before.length).toBeGreaterThan(1)
    expect([...before].sort((a, b) => a - b)).toEqual(before)
    stepWorld(world, 20)
    const now = world.clock[0]! * world.spec.tickSeconds
    expect(book.expiries()).toEqual(before.filter((time) => time > now))
    expect(book.expiries().length).toBeLessThan(before.length)
  })
}

function state(make: () => OptionBookCase): void {
  it('goes the same way again after a rewind across an expiry', () => {
    const { world } = make()
    stepWorld(world, 5)
    const here = snapshot(world)
    const hash = hashWorld(world)
    stepWorld(world, 15)
    const end = hashWorld(world)
    rewind(world, here)
    expect(hashWorld(world)).toBe(hash)
    stepWorld(world, 15)
    expect(hashWorld(world)).toBe(end)
  })

  it('goes on with the same bytes when saved and loaded', () => {
    const given = make()
    const fresh = make()
    stepWorld(given.world, 10)
    loadWorld(saveWorld(given.world), fresh.world)
    expect(answers(fresh)).toEqual(answers(given))
    stepWorld(given.world, 10)
    stepWorld(fresh.world, 10)
    expect(hashWorld(fresh.world)).toBe(hashWorld(given.world))
  })
}

/**
 * Register the tests that any `OptionBook` must pass; worlds are checked, so tokens are conserved across
 * hedges and settlements.
 * @param name printed in the report.
 * @param make builds a fresh checked world with the book in it.
 */
export function optionBookConformance(name: string, make: () => OptionBookCase): void {
  describe(`${name} is a book of options: it`, () => {
    sensitivities(make)
    state(make)
  })
}
