import { afterEach, describe, expect, it, vi } from 'vitest'
import { exp, philoxDraws } from '../src/math/index.ts'
import type { Book, Lender } from '../src/world/index.ts'
import { createTriggers } from '../src/world/index.ts'
import { createRadius } from '../src/world/radius.conformance.ts'

type Overrides = Readonly<Record<string, number | string>>

/** Load engine, models and scenarios anew, with whatever is mocked. */
async function modules() {
  const { buildWorld, createStepper, hashWorld, rewind, snapshot, startPath } = await import(
    '../src/engine/index.ts'
  )
  const { MODELS } = await import('../src/mechanisms/index.ts')
  const { loadScenario, resolveScenario } = await import('../src/scenario/index.ts')
  async function worldOf(name: string, set: Overrides) {
    const scenario = loadScenario(`scenarios/${name}.yaml`)
    const { spec } = await resolveScenario(scenario, { set: { ...scenario.short, ...set } })
    return buildWorld(spec, MODELS, { seed: scenario.seed })
  }
  return { worldOf, createStepper, hashWorld, rewind, snapshot, startPath }
}

/** Ticks that are run: the crash of every short form ends before. */
const TICKS = 180

/** Hashes at the end of a path that begins after another one, and of a detour on the way. */
async function hashesOf(name: string, set: Overrides): Promise<readonly string[]> {
  const { worldOf, createStepper, hashWorld, rewind, snapshot, startPath } = await modules()
  const world = await worldOf(name, set)
  const step = createStepper(world)
  const run = (ticks: number): string => {
    for (let k = 0; k < Math.min(ticks, world.spec.ticks); k++) step()
    return hashWorld(world)
  }
  startPath(world, 7, 0)
  const hashes = [run(40)]
  startPath(world, 7, 1)
  hashes.push(run(TICKS / 3))
  const here = snapshot(world)
  hashes.push(run(20))
  rewind(world, here)
  return [...hashes, run((2 * TICKS) / 3)]
}

afterEach(() => {
  vi.doUnmock('../src/world/triggers.ts')
  vi.resetModules()
})

describe('a run with triggers', () => {
  it.each([
    ['compound-v2-eth-crash', {}],
    ['compound-v2-eth-crash', { gasPrice: 3, borrowerActs: 1, detectionDelay: 0 }],
    ['coupled-eth-crash', {}],
    ['frontier-insolvency', {}],
    ['own-book', {}],
    ['steth-loops', { discount: 0.06 }],
  ])(
    'of %s with %o ends with the bytes of one that scans for rows of any size',
    async (name, set) => {
      const boxed = await hashesOf(name, set)
      vi.resetModules()
      let scans = 0
      vi.doMock('../src/world/triggers.ts', () => ({
        createTriggers: (book: Book) => ({
          bytes: 0,
          hits(values: Float64Array, out: Int32Array) {
            scans++
            return book.below(values, out)
          },
        }),
      }))
      expect(await hashesOf(name, set)).toEqual(boxed)
      expect(scans).toBeGreaterThan(10)
    },
  )
})

/** A lender of a scenario, whose rows and prices are real. */
async function lenderOf(scenario: string, name: string) {
  const { worldOf } = await modules()
  const world = await worldOf(scenario, {})
  const lender = world.instances.find((i) => i.name === name)!.instance.ports!.lender!
  return { lender, prices: Float64Array.from(world.spec.assets, ({ price }) => price) }
}

/** Halve a row's debts, and take as much of its collaterals. */
function halve({ book, liability }: Lender, row: number): void {
  book.write(row)
  for (let k = book.start[row]!; k < book.start[row]! + book.count[row]!; k++)
    book.amount[k]! *= liability[book.coordinate[k]!] === 1 ? 0.5 : 0.45
}

/** Who looks at the book: by scan, by radius, and by boxes of two shapes. */
function askersOf({ book, liability, assetOf }: Lender, numeraire: number) {
  const weights = Array.from({ length: book.coordinates }, (_, c) =>
    assetOf(c) === assetOf(numeraire) ? 0.1 : 1,
  )
  const radius = createRadius(book)
  const plain = createTriggers(book)
  const shaped = createTriggers(book, { numeraire, weights })
  expect(liability[numeraire]).toBe(1)
  const out = new Int32Array(book.rows)
  const listOf = (n: number): number[] => [...out.subarray(0, n)]
  return (values: Float64Array, floor: number) => ({
    scan: listOf(book.below(values, out, floor)),
    radius: radius.below(values, floor, floor),
    plain: listOf(plain.hits(values, out, floor)),
    shaped: listOf(shaped.hits(values, out, floor)),
    bytes: plain.bytes,
  })
}

describe('triggers on a real book', () => {
  it.each([
    ['compound-v2-eth-crash', 'compound', 2000],
    ['steth-loops', 'v3', 100],
    ['coupled-eth-crash', 'aave', 100],
  ])(
    'of %s find in a crash what the scan and the radius engine find',
    async (scenario, name, least) => {
      const { lender, prices } = await lenderOf(scenario, name)
      const { book, liability } = lender
      const draws = philoxDraws(11, 0, name)
      const ask = askersOf(lender, liability.indexOf(1))
      const values = new Float64Array(book.coordinates)
      const moved = prices.slice()
      const opening = book.mark()
      let hits = 0
      for (let t = 0; t < 250; t++) {
        const fall = t > 60 && t < 180 ? -0.004 : 0
        const common = 0.004 * draws.normal(t, 0)
        // Feeds answer now and then, and one vanishes for a while.
        for (let a = 1; a < prices.length; a++) {
          if (prices[a]! > 2 && draws.uniform(t, 1000 + a) < 0.5)
            moved[a]! *= exp(fall + common + 0.002 * draws.normal(t, a))
          if (t === 100 + a) moved[a] = 0
          if (t === 104 + a) moved[a] = prices[a]! * 0.9
        }
        if (t === 200) book.undo(opening)
        lender.coordinatesAt(moved, 'threshold', values)
        const found = ask(values, t < 40 ? 0 : 1e5 / (1 + t))
        expect(found.plain).toEqual(found.scan)
        expect(found.shaped).toEqual(found.scan)
        expect(found.radius).toEqual(found.scan)
        expect(found.bytes).toBeLessThan(32 * 2 ** 20 + 128 * book.rows)
        hits += found.scan.length
        for (const row of found.scan) if (draws.uniform(t, 5000 + row) < 0.3) halve(lender, row)
      }
      expect(hits).toBeGreaterThan(least)
    },
  )
})
