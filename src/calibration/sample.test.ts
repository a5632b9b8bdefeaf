import { describe, expect, it } from 'vitest'
import { memoryFiles } from '../sources/testing.ts'
import { calibrateFiles } from './document.ts'
import { PROCESSES } from './fit.ts'
import { CalibrationError, dropSpikes, sampleOf, usualStep } from './sample.ts'
import { calmSpans, STRESS_WINDOWS, stressSpans } from './windows.ts'

const HOUR = 3600

/** Prices of two assets every hour, with nothing special in them. */
function table(rows: number) {
  const time = Float64Array.from({ length: rows }, (_, k) => k * HOUR)
  const wave = (a: number) => time.map((_, k) => 100 + a * ((k * k * 7) % 13))
  return { time, assets: ['A', 'B'], prices: [wave(0.1), wave(0.3)] }
}

describe('a sample', () => {
  it('leaves out what spans a gap, in any asset, and knows the price before each return', () => {
    const t = table(500)
    t.prices[1]![100] = Number.NaN
    const s = sampleOf(t)
    expect([s.rows, s.step]).toEqual([497, HOUR])
    expect(s.follows[98]).toBe(1)
    expect(s.follows[99]).toBe(0)
    expect(s.levels[0]![99]).toBeCloseTo(Math.log(t.prices[0]![101]!), 12)
    for (const k of [0, 98, 99, 496])
      expect(s.moves[0]![k]! + s.levels[0]![k]!).toBeCloseTo(
        Math.log(t.prices[0]![k < 99 ? k + 1 : k + 3]!),
        12,
      )
    expect(s.dropped.join()).toMatch(/1 gaps/)
  })

  it('blanks prices that are off for one bar, and no crash that stays or rebounds in part', () => {
    const wick = Float64Array.of(2, 2.1, 0.0001, 2.05, 2, 6, 2.1)
    expect(dropSpikes(wick).map(({ place }) => place)).toEqual([2, 5])
    expect(Number.isNaN(wick[2]!) && Number.isNaN(wick[5]!)).toBe(true)
    expect(dropSpikes(Float64Array.of(200, 100, 98, 101, 150, 140))).toEqual([])
    expect(dropSpikes(Float64Array.of(200, 198, 90, 140, 141))).toEqual([])
    const t = table(400)
    t.prices[0]![50] = 0.0001
    expect(sampleOf(t).dropped[0]).toMatch(/^A: 1 bad prints.*bar: 1970-01-03T02:00Z x 9\.\d+e-7/)
    expect(Math.max(...sampleOf(t).moves[0]!.map(Math.abs))).toBeLessThan(0.1)
  })

  it('keeps prices that are off for one bar where it is told to', () => {
    const t = table(400)
    t.prices[0]![50] = 50
    const kept = sampleOf(t, [], 0, 'keep')
    expect([kept.rows, kept.dropped]).toEqual([399, []])
    expect(Math.min(...kept.moves[0]!)).toBeLessThan(-0.6)
    expect(sampleOf(t).rows).toBe(397)
  })

  it.each([
    ['by a second or two', (k: number) => (k * 7) % 3],
    ['all by the same', () => 977],
    ['by a second, now and then', (k: number) => (k % 10 === 0 ? 1 : 0)],
  ])('loses nothing to times that are off %s', (_, off) => {
    const t = table(500)
    const s = sampleOf({ ...t, time: t.time.map((time, k) => time + off(k)) })
    expect([s.rows, s.step, s.dropped]).toEqual([499, HOUR, []])
    expect(s.moves).toEqual(sampleOf(t).moves)
  })

  it('joins the rows of assets whose times are off each other', () => {
    const t = table(500)
    const time = Float64Array.from({ length: 1000 }, (_, k) => HOUR * Math.floor(k / 2) + (k % 2))
    const prices = t.prices.map((column, i) =>
      time.map((_, k) => (k % 2 === i ? column[(k - i) / 2]! : Number.NaN)),
    )
    expect(sampleOf({ ...t, time, prices }).moves).toEqual(sampleOf(t).moves)
  })

  it('leaves times alone whose distance is no round one', () => {
    const t = table(500)
    const s = sampleOf({ ...t, time: t.time.map((_, k) => 3601 * k) })
    expect([s.rows, s.step]).toEqual([499, 3601])
  })

  it('says how much is lost to times that stand nowhere', () => {
    const t = table(900)
    const time = t.time.map((at, k) => at + (k % 4 === 0 ? 1000 : 0))
    expect(sampleOf({ ...t, time }).dropped[0]).toMatch(/^75 % of the joint prices.*3600 s/)
  })

  it('takes longer steps where they are asked for', () => {
    const s = sampleOf(table(1000), [], 4 * HOUR)
    expect(s.rows).toBe(249)
    expect(s.years).toBe((4 * HOUR) / (365 * 86400))
    expect(usualStep(Float64Array.of(0, 1, 2, 5, 6))).toBe(1)
  })

  it('refuses what is too short or does not move', () => {
    expect(() => sampleOf(table(150))).toThrow(CalibrationError)
    const t = table(400)
    t.prices[1]!.fill(5)
    expect(() => sampleOf(t)).toThrow(/B: every return is 0/)
  })
})

describe('calm and stress', () => {
  it('share out a span without overlap', () => {
    const span = { from: Date.parse('2020-01-01') / 1000, to: Date.parse('2026-01-01') / 1000 }
    const stress = stressSpans(span)
    const calm = calmSpans(span)
    expect(stress.length).toBe(STRESS_WINDOWS.length)
    const length = (all: readonly { from: number; to: number }[]) =>
      all.reduce((a, { from, to }) => a + to - from, 0)
    expect(length(stress) + length(calm) + 2 * stress.length).toBe(span.to - span.from)
    for (const { from, to } of calm)
      for (const s of stress) expect(to < s.from || from > s.to).toBe(true)
  })
})

describe('files', () => {
  const header = 't,open,high,low,close\n'
  const bars = (rows: number, from = 1_600_000_000) =>
    header +
    Array.from({ length: rows }, (_, k) => {
      const price = 100 + ((k * k * 7) % 13) / 10
      return `${from + k * HOUR},${price},${price + 1},${price - 1},${price}\n`
    }).join('')
  const run = (content: string, given: object = {}) =>
    calibrateFiles(
      { files: ['/ETHUSDT_1h.csv'], ...given },
      ['gbm'],
      memoryFiles({ '/ETHUSDT_1h.csv': content }),
    )

  it('are read, fitted, and named with their hash', async () => {
    const found = await run(bars(400))
    expect(found).toMatchObject({ assets: ['ETH'], rows: 399, step: HOUR, regime: 'all' })
    expect(found.data[0]!.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(found.fits[0]!.parameters.map((p) => p.name)).toEqual(['ETH.drift', 'ETH.vol'])
  })

  it.each([
    ['a negative price', bars(400).replace(',100,101,', ',-100,101,'), {}, /csv:2:2.*below/],
    ['too few rows', bars(50), {}, /49 joint returns.*at least 200/],
    ['no stress', bars(400), { regime: 'stress' }, /no stress window/],
    ['no step', bars(400), { step: -5 }, /--step is -5; use seconds above 0/],
    ['a step of none', bars(400), { step: 0 }, /--step is 0/],
    ['a step between rows', bars(400), { step: 5400 }, /5400 s.*3600 s apart.*multiple of 3600/],
    [
      'a span inside out',
      bars(400),
      { from: '2020-09-20', to: '2020-09-14' },
      /--from 2020-09-20 is not before --to 2020-09-14/,
    ],
    [
      'a span beyond',
      bars(400),
      { from: '2023-01-01' },
      /the files hold 2020-09-13.*to 2020-09-30/,
    ],
    ['a strange date', bars(400), { from: 'yesterday' }, /--from is "yesterday"/],
  ])('are refused for %s', async (_, content, given, text) => {
    await expect(run(content, given)).rejects.toThrow(text)
  })

  it('of a stablecoin are tried as a peg too, when everything is tried', async () => {
    const near = bars(600).replaceAll(/,(\d+(?:\.\d+)?)/g, (_, price) => `,${Number(price) / 100}`)
    const found = await calibrateFiles(
      { files: ['/DAIUSDT_1h.csv'] },
      'all',
      memoryFiles({ '/DAIUSDT_1h.csv': near }),
    )
    expect(found.fits.map((fit) => fit.process)).toEqual([...PROCESSES])
    expect(found.fits.at(-1)!.verdict).toMatch(/^not fitted: DAI: 24 whole days/)
  })

  it('are refused when they do not exist', async () => {
    const missing = calibrateFiles({ files: ['/no.csv'] }, ['gbm'], memoryFiles({}))
    await expect(missing).rejects.toThrow(/no.csv: cannot be read.*check the path/)
  })
})
