import { describe, expect, it } from 'vitest'
import { hashWorld, rewind, snapshot } from '../../src/engine/index.ts'
import type { World } from '../../src/world/index.ts'
import { eventCode, type Lender, margin } from '../../src/world/index.ts'

/** One debt and one collateral of a row, by coordinate. */
export type Pair = { readonly row: number; readonly debt: number; readonly collateral: number }

/**
 * A world in which prices have moved so that `unhealthy` may be liquidated and `healthy` may not:
 * both with debt and collateral in the pair, no interest waiting to be accrued, cash in plenty.
 * The healthy row would be unhealthy without its collateral in the pair.
 */
export type LenderCase = {
  readonly world: World
  readonly lender: Lender
  /** The lender's holder index. */
  readonly self: number
  /** Holds enough of every asset. */
  readonly holder: number
  /** Holds nothing. */
  readonly pauper: number
  readonly unhealthy: Pair
  readonly healthy: Pair
}

const TOLERANCE = 1e-9

function near(actual: number, expected: number): void {
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(TOLERANCE * Math.abs(expected))
}

/** Sum over a row's entries on one side, USD, at the given coordinate values. */
function side(lender: Lender, row: number, values: Float64Array, isDebt: boolean): number {
  const { book, liability } = lender
  let total = 0
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++) {
    const c = book.coordinate[k]!
    if ((liability[c] === 1) === isDebt) total += Math.abs(book.amount[k]! * values[c]!)
  }
  return total
}

function pricesOf({ world, lender }: LenderCase): number[] {
  return world.spec.assets.map((_, asset) => lender.price(asset))
}

function fullValues(from: LenderCase): Float64Array {
  const out = new Float64Array(from.lender.book.coordinates)
  from.lender.coordinatesAt(pricesOf(from), 'value', out)
  return out
}

function pairsOf({ book, liability }: Lender, row: number): Pair[] {
  const places = Array.from({ length: book.count[row]! }, (_, k) => book.start[row]! + k)
  const used = places.filter((k) => book.amount[k] !== 0).map((k) => book.coordinate[k]!)
  const debts = used.filter((c) => liability[c] === 1)
  const collaterals = used.filter((c) => liability[c] !== 1)
  return debts.flatMap((debt) => collaterals.map((collateral) => ({ row, debt, collateral })))
}

function maxRepay(lender: Lender, { row, debt, collateral }: Pair): number {
  return lender.maxRepay(row, debt, collateral)
}

function liquidate({ lender, holder }: LenderCase, pair: Pair, repay: number, payer = holder) {
  const result = { repaid: NaN, seized: NaN, event: -1 }
  const { row, debt, collateral } = pair
  const refused = lender.liquidate(row, debt, collateral, repay, payer, result)
  return { refused, result }
}

function expectRefused(from: LenderCase, attempt: () => string | null): void {
  const before = hashWorld(from.world)
  const refused = attempt()
  expect(typeof refused).toBe('string')
  expect(refused).not.toBe('')
  expect(hashWorld(from.world)).toBe(before)
}

function valuation(make: () => LenderCase): void {
  it('describes its coordinates and accounts', () => {
    const { lender, world } = make()
    const { book } = lender
    expect(lender.liability.length).toBe(book.coordinates)
    expect(lender.coordinates().length).toBe(book.coordinates)
    for (let c = 0; c < book.coordinates; c++)
      expect(world.spec.assets[lender.assetOf(c)]).toBeDefined()
    for (let row = 0; row < book.rows; row++) expect(typeof lender.account(row)).toBe('string')
    expect(world.books).toContain(book)
  })

  it('takes repayments from exactly the rows whose margin is negative', () => {
    const { lender } = make()
    const values = lender.coordinates().slice()
    for (let row = 0; row < lender.book.rows; row++) {
      const pairs = pairsOf(lender, row)
      const isTaken = pairs.some((pair) => maxRepay(lender, pair) > 0)
      expect(isTaken).toBe(pairs.length > 0 && margin(lender.book, values, row) < 0)
    }
  })

  it('gives the same coordinates at oracle prices as now', () => {
    const from = make()
    const out = new Float64Array(from.lender.book.coordinates).fill(NaN)
    from.lender.coordinatesAt(pricesOf(from), 'threshold', out)
    expect([...out]).toEqual([...from.lender.coordinates()])
  })

  it('counts debt in full and collateral at most in full', () => {
    const from = make()
    const full = fullValues(from)
    const weighted = from.lender.coordinates()
    for (let c = 0; c < full.length; c++) {
      near(from.lender.value(c), full[c]!)
      if (from.lender.liability[c] === 1) near(weighted[c]!, full[c]!)
      else expect(weighted[c]!).toBeLessThanOrEqual(full[c]! * (1 + TOLERANCE))
    }
  })

  it('values coordinates in proportion to prices', () => {
    const from = make()
    const full = fullValues(from)
    const out = new Float64Array(full.length)
    from.lender.coordinatesAt(
      pricesOf(from).map((price) => price * 3),
      'value',
      out,
    )
    for (let c = 0; c < full.length; c++) near(out[c]!, 3 * full[c]!)
  })
}

function refusals(make: () => LenderCase): void {
  it('refuses to liquidate a healthy row', () => {
    const from = make()
    expect(maxRepay(from.lender, from.healthy)).toBe(0)
    expectRefused(from, () => liquidate(from, from.healthy, 1e-3).refused)
  })

  it('refuses one percent more than the largest repayment', () => {
    const from = make()
    const repay = maxRepay(from.lender, from.unhealthy)
    expectRefused(from, () => liquidate(from, from.unhealthy, 1.01 * repay).refused)
  })

  it.each([0, -1, NaN, Infinity])('refuses to liquidate for %d', (repay) => {
    const from = make()
    expectRefused(from, () => liquidate(from, from.unhealthy, repay).refused)
  })

  it('refuses a payer without money', () => {
    const from = make()
    const repay = maxRepay(from.lender, from.unhealthy)
    expectRefused(from, () => liquidate(from, from.unhealthy, repay, from.pauper).refused)
    const { row, debt, collateral } = from.healthy
    expectRefused(from, () => from.lender.supply(row, collateral, 1, from.pauper))
    expectRefused(from, () => from.lender.repay(row, debt, 1e-3, from.pauper))
  })

  it('refuses rows and entries that do not exist, and sides mixed up', () => {
    const from = make()
    const { row, debt, collateral } = from.unhealthy
    const rows = from.lender.book.rows
    expectRefused(from, () => liquidate(from, { row: rows, debt, collateral }, 1).refused)
    expectRefused(
      from,
      () => liquidate(from, { row, debt: collateral, collateral: debt }, 1).refused,
    )
    expectRefused(from, () => from.lender.supply(row, debt, 1, from.holder))
    expectRefused(from, () => from.lender.withdraw(row, debt, 1, from.holder))
    expectRefused(from, () => from.lender.repay(row, collateral, 1, from.holder))
  })

  it('refuses to withdraw from an unhealthy row, or so much that a healthy one is none', () => {
    const from = make()
    const { lender, unhealthy, healthy, holder } = from
    expectRefused(from, () => lender.withdraw(unhealthy.row, unhealthy.collateral, 1e-6, holder))
    const held = heldTokens(lender, healthy)
    expectRefused(from, () => lender.withdraw(healthy.row, healthy.collateral, held, holder))
    expectRefused(from, () => lender.withdraw(healthy.row, healthy.collateral, 2 * held, holder))
  })

  it('refuses to repay more than is owed', () => {
    const from = make()
    const { lender, healthy, holder } = from
    const owed = owedTokens(lender, healthy)
    expectRefused(from, () => lender.repay(healthy.row, healthy.debt, 1.01 * owed, holder))
  })
}

/** A row's amount on one coordinate, whole tokens, all of the coordinate's asset being alike. */
function tokensOn(lender: Lender, row: number, coordinate: number): number {
  const { book } = lender
  const price = lender.price(lender.assetOf(coordinate))
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    if (book.coordinate[k] === coordinate)
      return (Math.abs(book.amount[k]!) * lender.value(coordinate)) / price
  return NaN
}

function heldTokens(lender: Lender, { row, collateral }: Pair): number {
  return tokensOn(lender, row, collateral)
}

function owedTokens(lender: Lender, { row, debt }: Pair): number {
  return tokensOn(lender, row, debt)
}

function execution(make: () => LenderCase): void {
  it('accepts exactly the largest repayment', () => {
    const from = make()
    const repay = maxRepay(from.lender, from.unhealthy)
    expect(repay).toBeGreaterThan(0)
    const { refused, result } = liquidate(from, from.unhealthy, repay)
    expect(refused).toBeNull()
    near(result.repaid, repay)
  })

  it('gives what it quotes', () => {
    const from = make()
    const { row, debt, collateral } = from.unhealthy
    const repay = maxRepay(from.lender, from.unhealthy) / 3
    const quoted = from.lender.seizeFor(repay, debt, collateral, row)
    expect(quoted).toBeLessThanOrEqual(from.lender.seizeFor(repay, debt, collateral))
    near(liquidate(from, from.unhealthy, repay).result.seized, quoted)
  })

  it('foresees what the largest repayment sells', () => {
    const from = make()
    const { row, debt, collateral } = from.unhealthy
    const foreseen = from.lender.seizable(row, debt, collateral, fullValues(from))
    const { result } = liquidate(from, from.unhealthy, maxRepay(from.lender, from.unhealthy))
    near(result.seized, foreseen)
  })

  it('moves in the ledger what it reports, and creates nothing', () => {
    const from = make()
    const { ledger } = from.world
    const before = ledger.balances.slice()
    const { result } = liquidate(from, from.unhealthy, maxRepay(from.lender, from.unhealthy) / 2)
    const paid = from.lender.assetOf(from.unhealthy.debt)
    const got = from.lender.assetOf(from.unhealthy.collateral)
    for (let holder = 0; holder < ledger.holders; holder++)
      for (let asset = 0; asset < ledger.assets; asset++) {
        const sign = holder === from.holder ? 1 : holder === from.self ? -1 : 0
        const flow = (asset === got ? result.seized : 0) - (asset === paid ? result.repaid : 0)
        const was = before[holder * ledger.assets + asset]!
        const change = ledger.balance(holder, asset) - was
        expect(Math.abs(change - sign * flow)).toBeLessThanOrEqual(1e-12 * (1 + was))
      }
  })

  it('takes from the row what it reports', () => {
    const from = make()
    const { lender, unhealthy } = from
    const held = heldTokens(lender, unhealthy)
    const owed = owedTokens(lender, unhealthy)
    const { result } = liquidate(from, unhealthy, maxRepay(lender, unhealthy))
    const lost = held - heldTokens(lender, unhealthy)
    near(owed - owedTokens(lender, unhealthy), result.repaid)
    expect(lost).toBeGreaterThanOrEqual(result.seized * (1 - TOLERANCE))
    near(from.world.trace.columns.w[result.event]!, lost)
  })

  it('records an event with its cause and the numbers of the result', () => {
    const from = make()
    const { lender, unhealthy, world } = from
    const values = lender.coordinates().slice()
    const { row } = unhealthy
    const health = side(lender, row, values, false) / side(lender, row, values, true)
    const trigger = lender.trigger(row)
    const { result } = liquidate(from, unhealthy, maxRepay(lender, unhealthy))
    const { kind, parent, instance, row: rows, asset, other, x, y, z, w } = world.trace.columns
    const id = result.event
    expect(kind[id]).toBe(eventCode('liquidation'))
    expect(parent[id]).toBeGreaterThanOrEqual(0)
    expect(parent[id]).toBe(trigger)
    expect(instance[id]).toBe(from.self)
    expect(rows[id]).toBe(row)
    expect(asset[id]).toBe(lender.assetOf(unhealthy.collateral))
    expect(other[id]).toBe(lender.assetOf(unhealthy.debt))
    near(x[id]!, result.repaid * lender.price(other[id]!))
    near(y[id]!, w[id]! * lender.price(asset[id]!))
    near(z[id]!, health)
    expect(z[id]!).toBeLessThan(1)
  })

  it('ends after repeated liquidation with a row that is healthy or has nothing to take', () => {
    const from = make()
    const { lender, unhealthy } = from
    let steps = 0
    for (let repay = NaN; repay !== 0 && steps < 1000; steps++) {
      repay = maxRepay(lender, unhealthy)
      if (repay > 0) expect(liquidate(from, unhealthy, repay).refused).toBeNull()
    }
    expect(steps).toBeLessThan(1000)
    const isHealthy = margin(lender.book, lender.coordinates(), unhealthy.row) >= 0
    expect(isHealthy || heldTokens(lender, unhealthy) * owedTokens(lender, unhealthy) === 0).toBe(
      true,
    )
  })
}

function returning(make: () => LenderCase): void {
  it('is taken back whole by a rewind, and goes the same way again', () => {
    const from = make()
    const { world, lender, unhealthy, healthy, holder } = from
    const opening = snapshot(world)
    const before = hashWorld(world)
    const act = (): string => {
      const repay = maxRepay(lender, unhealthy)
      expect(liquidate(from, unhealthy, repay).refused).toBeNull()
      expect(lender.supply(healthy.row, healthy.collateral, 1, holder)).toBeNull()
      expect(lender.repay(healthy.row, healthy.debt, 1e-3, holder)).toBeNull()
      return hashWorld(world)
    }
    const after = act()
    expect(after).not.toBe(before)
    rewind(world, opening)
    expect(hashWorld(world)).toBe(before)
    expect(act()).toBe(after)
  })

  it('gives back what was supplied', () => {
    const { world, lender, healthy, holder } = make()
    const asset = lender.assetOf(healthy.collateral)
    const cash = world.ledger.balance(holder, asset)
    const held = heldTokens(lender, healthy)
    expect(lender.supply(healthy.row, healthy.collateral, 1, holder)).toBeNull()
    near(heldTokens(lender, healthy), held + 1)
    expect(lender.withdraw(healthy.row, healthy.collateral, 1, holder)).toBeNull()
    near(heldTokens(lender, healthy), held)
    near(world.ledger.balance(holder, asset), cash)
  })

  it('owes suppliers what they bring, and can pay it from cash', () => {
    const { lender, healthy, holder } = make()
    const asset = lender.assetOf(healthy.collateral)
    const claims = lender.claims(asset)
    const cash = lender.cash(asset)
    expect(lender.supply(healthy.row, healthy.collateral, 1, holder)).toBeNull()
    near(lender.claims(asset), claims + 1)
    near(lender.cash(asset), cash + 1)
    expect(lender.deficit(asset)).toBe(0)
  })

  it('lends more of a debt, pays it out, says so, and takes it back', () => {
    const { world, lender, self, healthy, holder } = make()
    const { row, debt } = healthy
    const asset = lender.assetOf(debt)
    const owed = owedTokens(lender, healthy)
    const held = world.ledger.balance(holder, asset)
    const cash = lender.cash(asset)
    const amount = 1e-3 * owed
    expect(lender.borrow(row, debt, amount, holder, -1)).toBeNull()
    near(owedTokens(lender, healthy), owed + amount)
    expect(Math.abs(world.ledger.balance(holder, asset) - held - amount)).toBeLessThan(1e-12 * held)
    expect(Math.abs(cash - lender.cash(asset) - amount)).toBeLessThan(1e-12 * cash)
    const { kind, instance, row: rows, asset: assets, x, w } = world.trace.columns
    const event = world.trace.length - 1
    expect([kind[event], instance[event], rows[event]]).toEqual([eventCode('borrow'), self, row])
    expect(assets[event]).toBe(asset)
    near(w[event]!, amount)
    near(x[event]!, amount * lender.price(asset))
    expect(lender.repay(row, debt, amount, holder)).toBeNull()
    near(owedTokens(lender, healthy), owed)
  })

  it('refuses to lend more than health, cash or sense allow', () => {
    const from = make()
    const { lender, healthy, unhealthy, holder } = from
    const { row, debt, collateral } = healthy
    expectRefused(from, () => lender.borrow(unhealthy.row, unhealthy.debt, 1e-6, holder))
    const most = heldTokens(lender, healthy) * lender.price(lender.assetOf(collateral))
    const tooMuch = (100 * most) / lender.price(lender.assetOf(debt))
    for (const amount of [tooMuch, 0, -1, NaN, Infinity])
      expectRefused(from, () => lender.borrow(row, debt, amount, holder))
    expectRefused(from, () => lender.borrow(row, collateral, 1e-6, holder))
    expectRefused(from, () => lender.borrow(lender.book.rows, debt, 1e-6, holder))
  })

  it('records what is taken out', () => {
    const { world, lender, self, healthy, holder } = make()
    const { row, collateral } = healthy
    const asset = lender.assetOf(collateral)
    const cause = world.trace.add('news', { instance: -1, parent: -1 })
    expect(lender.withdraw(row, collateral, 1e-3, holder, cause)).toBeNull()
    const { kind, parent, instance, row: rows, asset: assets, x, w } = world.trace.columns
    const event = world.trace.length - 1
    expect([kind[event], parent[event]]).toEqual([eventCode('withdrawal'), cause])
    expect([instance[event], rows[event], assets[event]]).toEqual([self, row, asset])
    near(w[event]!, 1e-3)
    near(x[event]!, 1e-3 * lender.price(asset))
  })

  it('takes no money where there is no bad debt, and none from who has none', () => {
    const from = make()
    const { lender, world, unhealthy, holder, pauper } = from
    const asset = lender.assetOf(unhealthy.debt)
    const before = hashWorld(world)
    expect(lender.cover(asset, 1, holder)).toBe(0)
    expect(lender.cover(asset, 1, pauper)).toBe(0)
    expect(lender.cover(asset, NaN, holder)).toBe(0)
    expect(hashWorld(world)).toBe(before)
  })

  it('is cured by a repayment of all debt', () => {
    const { lender, unhealthy, holder } = make()
    for (const { row, debt } of pairsOf(lender, unhealthy.row)) {
      const owed = owedTokens(lender, { row, debt, collateral: unhealthy.collateral })
      if (owed > 0) expect(lender.repay(row, debt, owed, holder)).toBeNull()
      expect(owedTokens(lender, { row, debt, collateral: unhealthy.collateral })).toBe(0)
    }
    expect(margin(lender.book, lender.coordinates(), unhealthy.row)).toBeGreaterThanOrEqual(0)
    expect(maxRepay(lender, unhealthy)).toBe(0)
  })

  it('scales debts before the first block', () => {
    const { lender, healthy } = make()
    const owed = owedTokens(lender, healthy)
    const held = heldTokens(lender, healthy)
    lender.scaleDebt(healthy.row, 1.25)
    near(owedTokens(lender, healthy), 1.25 * owed)
    near(heldTokens(lender, healthy), held)
  })
}

/**
 * Test that a lender keeps the port's promises.
 * @param name of the lender, for the report.
 * @param make builds the case anew for every test.
 */
export function lenderConformance(name: string, make: () => LenderCase): void {
  describe(`${name} as a lender`, () => {
    valuation(make)
    refusals(make)
    execution(make)
    returning(make)
  })
}
