import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../src/engine/index.ts'
import type { World } from '../../src/world/index.ts'
import {
  EVENT_NAMES,
  type InstanceSpec,
  type Model,
  type Params,
  type Venue,
} from '../../src/world/index.ts'

/** What `venueConformance` needs to know about a venue; made afresh for every test. */
export type VenueCase = {
  readonly world: World
  readonly venue: Venue
  readonly pairs: readonly (readonly [sell: number, buy: number])[]
  /** Amounts of `sell` that the venue fills, ascending, from small to large against its depth. */
  readonly sizes: (sell: number, buy: number) => readonly number[]
  /** Amounts of `sell` that it cannot fill; empty when it fills everything. */
  readonly impossible?: (sell: number, buy: number) => readonly number[]
  /**
   * How far from the target `spot` may lie after `amountTo` was sold, relative: fees that stay in a
   * curve, legs taken as still. Default 1e-9.
   */
  readonly spotTolerance?: number
}

/**
 * Describe an instance with its parameters' defaults filled in, as a scenario loader would.
 * @param params the parameters that have no default, or differ from it.
 */
export function instanceOf(
  model: Model,
  name: string,
  params: Params,
  chain = 'chain',
): InstanceSpec {
  const filled: Record<string, unknown> = {}
  for (const [key, spec] of Object.entries(model.params)) filled[key] = spec.default
  return { name, kind: model.kind, chain, params: { ...filled, ...params } }
}

type Totals = readonly number[]

function totals({ ledger }: World): Totals {
  return Array.from({ length: ledger.assets }, (_, asset) => {
    let sum = 0
    for (let holder = 0; holder < ledger.holders; holder++) sum += ledger.balance(holder, asset)
    return sum
  })
}

/** The world's own source and sink: it can always pay. */
function outside({ ledger }: World): number {
  return ledger.holders - 1
}

function close(actual: number, expected: number, relative: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(relative * Math.abs(expected))
}

function quoting(name: string, make: () => VenueCase): void {
  it('offers its pairs and no asset against itself', () => {
    const { venue, pairs } = make()
    for (const [sell, buy] of pairs) {
      expect(venue.has(sell, buy)).toBe(true)
      expect(venue.has(sell, sell)).toBe(false)
      expect(venue.spot(sell, buy)).toBeGreaterThan(0)
    }
  })

  it('leaves the state untouched when asked for prices', () => {
    const { world, venue, pairs, sizes } = make()
    const before = hashWorld(world)
    for (const [sell, buy] of pairs) {
      const spot = venue.spot(sell, buy)
      for (const size of sizes(sell, buy)) expect(venue.quote(sell, buy, size)).toBeGreaterThan(0)
      venue.amountTo(sell, buy, spot * 0.9)
    }
    expect(hashWorld(world)).toBe(before)
  })

  it('buys more for more, at an average price that never rises above spot', () => {
    const { venue, pairs, sizes } = make()
    for (const [sell, buy] of pairs) {
      let least = 0
      let best = venue.spot(sell, buy) * (1 + 1e-12)
      for (const size of sizes(sell, buy)) {
        const bought = venue.quote(sell, buy, size)
        expect(bought, `${name} ${size}`).toBeGreaterThan(least)
        expect(bought / size).toBeLessThanOrEqual(best)
        least = bought
        best = (bought / size) * (1 + 1e-12)
      }
    }
  })

  it('states the price of the first unit as spot', () => {
    const { venue, pairs, sizes } = make()
    for (const [sell, buy] of pairs) {
      const dust = sizes(sell, buy)[0]! * 1e-6
      close(venue.quote(sell, buy, dust) / dust, venue.spot(sell, buy), 1e-5)
    }
  })
}

function trading(make: () => VenueCase): void {
  it('swaps for exactly what it quoted', () => {
    const { world, venue, pairs, sizes } = make()
    const start = snapshot(world)
    for (const [sell, buy] of pairs)
      for (const size of sizes(sell, buy)) {
        const quoted = venue.quote(sell, buy, size)
        close(venue.swap(sell, buy, size, outside(world), -1), quoted, 1e-9)
        rewind(world, start)
      }
  })

  it('gives nothing and moves nothing for amounts that are no order or do not fit', () => {
    const { world, venue, pairs, impossible } = make()
    const before = hashWorld(world)
    for (const [sell, buy] of pairs) {
      for (const size of [0, -1, Number.NaN, ...(impossible?.(sell, buy) ?? [])]) {
        expect(venue.quote(sell, buy, size)).toBe(0)
        expect(venue.swap(sell, buy, size, outside(world), -1)).toBe(0)
      }
    }
    expect(hashWorld(world)).toBe(before)
  })

  it('gives nothing and moves nothing when the holder cannot pay', () => {
    const { world, venue, pairs, sizes } = make()
    const poor = world.instances.findIndex(
      ({ self }) =>
        pairs.every(([sell]) => world.ledger.balance(self, sell) === 0) &&
        world.ledger.external[self] === 0,
    )
    expect(poor).toBeGreaterThanOrEqual(0)
    const before = hashWorld(world)
    for (const [sell, buy] of pairs)
      expect(venue.swap(sell, buy, sizes(sell, buy)[0]!, poor, -1)).toBe(0)
    expect(hashWorld(world)).toBe(before)
  })

  it('moves tokens between holders and makes none', () => {
    const { world, venue, pairs, sizes } = make()
    const { ledger } = world
    const holder = outside(world)
    for (const [sell, buy] of pairs) {
      const before = totals(world)
      const sold = ledger.balance(holder, sell)
      const held = ledger.balance(holder, buy)
      const size = sizes(sell, buy).at(-1)!
      const bought = venue.swap(sell, buy, size, holder, -1)
      close(sold - ledger.balance(holder, sell), size, 1e-9)
      close(ledger.balance(holder, buy) - held, bought, 1e-9)
      totals(world).forEach((total, asset) => {
        expect(Math.abs(total - before[asset]!)).toBeLessThanOrEqual(1e-9 * ledger.moved[asset]!)
      })
    }
  })

  it('records a swap under its cause', () => {
    const { world, venue, pairs, sizes } = make()
    const { trace } = world
    for (const [sell, buy] of pairs) {
      const cause = trace.add('news', { instance: 0, parent: -1, asset: sell })
      venue.swap(sell, buy, sizes(sell, buy)[0]!, outside(world), cause)
      const { kind, parent, asset } = trace.columns
      let swaps = 0
      for (let id = cause + 1; id < trace.length; id++) {
        expect(parent[id]).toBeGreaterThanOrEqual(cause)
        expect(parent[id]).toBeLessThan(id)
        const isSwap = EVENT_NAMES[kind[id]!] === 'swap'
        if (isSwap && parent[id] === cause && asset[id] === sell) swaps++
      }
      expect(swaps).toBeGreaterThan(0)
    }
  })

  it('quotes the same bits after a rewind', () => {
    const { world, venue, pairs, sizes } = make()
    const all = (): number[] =>
      pairs.flatMap(([sell, buy]) => [
        venue.spot(sell, buy),
        venue.amountTo(sell, buy, venue.spot(sell, buy) * 0.97),
        ...sizes(sell, buy).map((size) => venue.quote(sell, buy, size)),
      ])
    const start = snapshot(world)
    const hash = hashWorld(world)
    const before = all()
    for (const [sell, buy] of pairs)
      for (const size of sizes(sell, buy)) venue.swap(sell, buy, size, outside(world), -1)
    expect(all()).not.toEqual(before)
    rewind(world, start)
    expect(all()).toEqual(before)
    expect(hashWorld(world)).toBe(hash)
  })
}

function targeting(make: () => VenueCase): void {
  it('takes nothing down to a price at or above spot', () => {
    const { venue, pairs } = make()
    for (const [sell, buy] of pairs) {
      const spot = venue.spot(sell, buy)
      expect(venue.amountTo(sell, buy, spot * (1 + 1e-9))).toBe(0)
      expect(venue.amountTo(sell, buy, spot * 2)).toBe(0)
    }
  })

  it('takes orders down to a target whose last unit is paid the target', () => {
    const { world, venue, pairs, spotTolerance = 1e-9 } = make()
    const start = snapshot(world)
    for (const [sell, buy] of pairs) {
      let least = 0
      for (const share of [0.9999, 0.999, 0.99, 0.95]) {
        const target = venue.spot(sell, buy) * share
        const amount = venue.amountTo(sell, buy, target)
        expect(amount).toBeGreaterThanOrEqual(least)
        least = amount
        // A venue without impact, or one that ends before the target, pays its own price at its end.
        if (!(amount < 1e15 && venue.quote(sell, buy, amount * (1 + 1e-5)) > 0)) continue
        const step = amount * 1e-5
        const more = venue.quote(sell, buy, amount + step)
        const less = venue.quote(sell, buy, amount - step)
        close((more - less) / (2 * step), target, 1e-5)
        venue.swap(sell, buy, amount, outside(world), -1)
        close(venue.spot(sell, buy), target, spotTolerance)
        rewind(world, start)
      }
    }
  })
}

/** Halt, or let trade again, every venue of a world that can be halted. */
function setTrading({ instances }: World, value: 0 | 1): void {
  let changed = 0
  for (const { instance } of instances) {
    const governed = instance.ports?.governed
    if (!governed?.terms.includes('trading')) continue
    expect(governed.setTerm('trading', -1, value)).toBeNull()
    expect(governed.term('trading', -1)).toBe(value)
    changed++
  }
  expect(changed).toBeGreaterThan(0)
}

function halting(make: () => VenueCase): void {
  it('trades nothing while it is halted, and resumes as it was', () => {
    const { world, venue, pairs, sizes } = make()
    const before = hashWorld(world)
    const offered = pairs.map(([sell, buy]) => venue.spot(sell, buy))
    setTrading(world, 0)
    const halted = hashWorld(world)
    for (const [sell, buy] of pairs) {
      expect(venue.has(sell, buy)).toBe(true)
      expect(venue.spot(sell, buy)).toBe(0)
      expect(venue.amountTo(sell, buy, 1e-9)).toBe(0)
      for (const size of sizes(sell, buy)) {
        expect(venue.quote(sell, buy, size)).toBe(0)
        expect(venue.swap(sell, buy, size, outside(world), -1)).toBe(0)
      }
    }
    expect(hashWorld(world)).toBe(halted)
    setTrading(world, 1)
    expect(pairs.map(([sell, buy]) => venue.spot(sell, buy))).toEqual(offered)
    expect(hashWorld(world)).toBe(before)
  })
}

/**
 * Register the tests that any `Venue` must pass.
 * @param name printed in the report.
 * @param make builds a fresh world with the venue in it.
 */
export function venueConformance(name: string, make: () => VenueCase): void {
  describe(`${name} is a venue: it`, () => {
    quoting(name, make)
    trading(make)
    targeting(make)
    halting(make)
  })
}
