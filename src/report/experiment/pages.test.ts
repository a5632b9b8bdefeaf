import { describe, expect, it } from 'vitest'
import { checkPage } from './check.ts'
import { cliffPage } from './cliff.ts'
import { comparePage } from './compare.ts'
import {
  CHECKED,
  COMPARED,
  FOUND_CLIFF,
  NO_CLIFF,
  NOT_TUNED,
  SWEEP,
  SWEEP_OF_ONE,
  sampleAbout,
  TUNED,
  WARNED,
} from './documents.conformance.ts'
import { frontierChart } from './frontier.ts'
import { sweepPage } from './sweep.ts'
import { tornadoChart } from './tornado.ts'
import { tunePage } from './tune.ts'
import { warnPage } from './warn.ts'
import { waterfallChart } from './waterfall.ts'

const VOID = /^(meta|link|input|br)$/

/** Tags that are opened and not closed, or closed and not opened. */
function unbalanced(markup: string): readonly string[] {
  const open: string[] = []
  const body = markup.replace(/<style>[\s\S]*?<\/style>/, '').replace('<!doctype html>', '')
  for (const [, end, name, rest] of body.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
    if (end === '/') {
      if (open.pop() !== name) return [`</${name}>`]
    } else if (!rest!.endsWith('/') && !VOID.test(name!)) open.push(name!)
  }
  return open
}

const about = sampleAbout()

describe.each([
  ['a cliff', () => cliffPage(FOUND_CLIFF, about)],
  ['no cliff', () => cliffPage(NO_CLIFF, about)],
  ['a cliff read from JSON', () => cliffPage(JSON.parse(JSON.stringify(NO_CLIFF)), about)],
  ['a sweep', () => sweepPage(SWEEP, about)],
  ['a sweep of one parameter', () => sweepPage(SWEEP_OF_ONE, about)],
  ['a comparison', () => comparePage(COMPARED, about)],
  ['a tuning', () => tunePage(TUNED, about)],
  ['a warning', () => warnPage(WARNED, about)],
  ['a warning read from JSON', () => warnPage(JSON.parse(JSON.stringify(WARNED)), about)],
  ['a check', () => checkPage(CHECKED, about.command)],
])('the page of %s', (_, make) => {
  it('is whole, escapes what it was given, and writes no number that is none', () => {
    const page = make()
    expect(unbalanced(page)).toEqual([])
    expect(page).not.toMatch(/NaN|undefined|Infinity|\bnull\b|\[object/)
    expect(page).not.toContain('<title> & "more"')
    expect(page).not.toContain('= <b>')
  })

  it('needs no script, no network and no other file', () => {
    const page = make()
    expect(page).not.toContain('<script')
    expect(page).not.toMatch(/(src|href)="(?!#|data:)/)
  })

  it('tells readers who do not see its charts what they show', () => {
    const drawings = make().match(/<svg [^>]*>/g)!
    expect(drawings.length).toBeGreaterThan(0)
    for (const drawing of drawings) expect(drawing).toMatch(/role="img" aria-label="[^"]{20,}"/)
  })
})

describe('the page of a cliff', () => {
  it('marks the cliff with its interval', () => {
    const page = cliffPage(FOUND_CLIFF, about)
    expect(page).toContain('cliff at 62.1 [60.5 to 64.0] %')
    expect(page).toContain('class="band fbad"')
  })

  it('says that there is none, and why', () => {
    const page = cliffPage(NO_CLIFF, about)
    expect(page).toContain('no cliff')
    expect(page).toContain('the response has no peak inside')
    expect(page).not.toContain('class="band fbad"')
  })

  it('draws a place without a value as a gap, names it, and says where to look further', () => {
    const page = cliffPage(NO_CLIFF, about)
    expect(page).toContain('class="band fgrey"')
    expect(page).toContain('no value</')
    expect(page).toContain('40.0 %: every path failed: the feed &lt;stopped&gt;')
    expect(page).toContain('--vary ethDrop=0.2..0.99')
    const whole = cliffPage(FOUND_CLIFF, about)
    for (const absent of ['Without a value', 'look further', 'class="band fgrey"'])
      expect(whole).not.toContain(absent)
  })

  it('tells what the extra shock that was run adds, and no more than that', () => {
    const [point] = FOUND_CLIFF.curve.filter(({ x }) => Math.abs(x - 0.6) < 1e-9)
    const { extra } = FOUND_CLIFF.order
    const percent = (100 * extra * point!.susceptibility.value).toPrecision(3)
    const page = cliffPage(FOUND_CLIFF, about)
    expect(page).toContain(`: ${percent} [`)
    // Along the shock itself it is a part of the axis, and not a share of the shock.
    expect(page).toContain('added by 0.1 points more of ethDrop')
    const order = { ...FOUND_CLIFF.order, shock: 'vol', extra: 0.02 }
    expect(cliffPage({ ...FOUND_CLIFF, order }, about)).toContain('added by 2 % more vol')
  })

  it('tells how large a jump is and whose, and does not take a loop gain for its reason', () => {
    const note =
      '3 accounts, 8 % of those that are liquidated: a jump of this book, not of the system'
    const ends = { value: 1.2e-3, low: 1.1e-3, high: 1.3e-3 }
    const jump = { size: ends, accounts: { value: 3, low: 2, high: 4 }, paths: [0, 1] }
    const measures = FOUND_CLIFF.measures.map((m) => (m.name === 'kind' ? { ...m, value: 1 } : m))
    const found = { ...FOUND_CLIFF, measures, jump: { ...jump, of: 'accounts', note } as const }
    const page = cliffPage({ ...found, loopGain: { below: 1.54, above: 1.51 } }, about)
    for (const told of [note, 'of this book, not of the system', 'jumps by <b>0.12'])
      expect(page).toContain(told)
    expect(page).toContain('above 1 on both sides: it does not say why')
    expect(cliffPage({ ...found, loopGain: { below: 0.4, above: 1.7 } }, about)).toContain(
      'it crosses 1',
    )
  })
})

describe('the heat map', () => {
  it('shows cells with their mean, hatches none away, and breaks the line where a row has no cliff', () => {
    const page = sweepPage(SWEEP, about)
    const wide = page.slice(page.indexOf('at-wide">'), page.indexOf('at-narrow">'))
    expect(wide.match(/class="cell" style/g)).toHaveLength(4)
    expect(wide.match(/<circle/g)).toHaveLength(2)
    expect(/class="line over" d="([^"]*)"/.exec(wide)![1]).toMatch(/^M[\d.,]+M[\d.,]+$/)
  })
})

describe('the page of a tuning', () => {
  it('warns of a cliff nearby, and marks the knee', () => {
    const page = tunePage(TUNED, about)
    expect(page).toContain('next to a cliff in ethDrop')
    expect(page).toMatch(/<text [^>]*class=" halo cliff"[^>]*>knee/)
  })

  it('names the nearest point when none is feasible', () => {
    const page = tunePage(NOT_TUNED, about)
    expect(page).toContain('No feasible point')
    expect(page).toContain('misses badDebt &lt; 4e5 by 200,000')
  })
})

describe('the page of a warning', () => {
  it('draws what was seen of the path in the middle up to its event, and says what it means', () => {
    const page = warnPage(WARNED, about)
    const wide = page.slice(page.indexOf('at-wide">'), page.indexOf('at-narrow">'))
    expect(wide).toContain('event after 18 min: no warning')
    expect(wide).toContain('variance, first window = 1: tau 0.40 (p 0.30)')
    expect(wide).toContain('autocorrelation: no trend')
    const [price, ...indicators] = [...wide.matchAll(/class="line s([12])" d="([^"]*)"/g)]
    expect(price![1]).toBe('2')
    const [event] = [...wide.matchAll(/x2="([\d.]+)"[^>]*class="line sbad dash"/g)]
    for (const [, , d] of indicators)
      for (const [, x] of d!.matchAll(/[ML]([\d.]+),/g))
        expect(Number(x)).toBeLessThanOrEqual(Number(event![1]))
    expect(page).toContain('path 2 failed: a price is &lt;0')
    expect(page).toContain('No cliff of bad debt')
  })
})

describe('the page of a check', () => {
  it('names what worsened, by how much, and the paths that fail now', () => {
    const page = checkPage(CHECKED, 'breakwater check')
    expect(page).toContain('<b>2 worsened</b>, of 4 comparisons in 2 scenarios: bad debt of crash')
    expect(page).toContain('$100.00k [$80.00k to $120.00k]')
    expect(page).toContain('1 of 16 paths failed, 0 did in the baseline')
    expect(page).toContain('No measure changed, of 1 measure')
    expect(page).toContain('no number')
  })
})

describe('the page of a comparison', () => {
  it('says which cannot be told apart, and how many paths are missing', () => {
    const page = comparePage(COMPARED, about)
    expect(page).toContain('cannot be told from no defence')
    expect(page).toContain('1 path had no number')
    expect(page).toContain('<b>breaker</b> is the only one of 2 that surely lowers loss: $2.00M')
  })

  it('leads with what surely helps, whichever has the largest mean', () => {
    // Of two that may be first, the larger mean is as likely nothing.
    const [first, sure, doubt] = COMPARED.arms
    const noisy = { ...doubt!.avoided!, value: 5e6, low: -1e6, high: 11e6 }
    const ranking = COMPARED.ranking.map((own) => ({ ...own, rank: 1, worst: 3 })).toReversed()
    const arms = [first!, sure!, { ...doubt!, avoided: noisy }]
    const page = comparePage({ ...COMPARED, arms, ranking }, about)
    expect(page).toContain('<b>breaker</b> is the only one of 2 that surely lowers loss')
    expect(page).toContain('1-3: breaker')
    const harm = { ...sure!.avoided!, verdict: 'harms' as const }
    const worse = [first!, { ...sure!, avoided: harm }, doubt!]
    expect(comparePage({ ...COMPARED, arms: worse }, about)).toContain(
      '<b>None of 2</b> surely lowers loss; 1 surely raises it, 1 cannot be told.',
    )
  })

  it('speaks of no interval and no doubt where there is no chance', () => {
    const at = (value: number) => ({ value, low: value, high: value })
    const arms = COMPARED.arms.map((arm) => ({
      ...{ ...arm, level: { ...arm.level, ...at(arm.level.value!) }, costs: [], payers: [] },
      avoided: arm.avoided && { ...arm.avoided, ...at(arm.avoided.value!) },
    }))
    const exact = { ...COMPARED, arms, interactions: [], isCertain: true, compared: 8 }
    expect(comparePage(exact, about)).not.toMatch(/95 %|surely/)
  })
})

describe('charts of nothing', () => {
  it('say so', () => {
    expect(tornadoChart('loss', [], 'sobol').markup).toContain('Nothing moves loss')
    const empty = frontierChart({
      x: { name: 'x', unit: 'USD' },
      y: { name: 'y', unit: 'USD' },
      points: [],
    })
    expect(empty.markup).toContain('No candidate')
  })
})

describe('the waterfall', () => {
  it('begins each step where the one before ends', () => {
    const at = (value: number) => ({ value, low: value, high: value })
    const { markup } = waterfallChart({
      ...{ measure: 'loss', unit: 'USD', fundamental: at(1), whole: at(4) },
      steps: [
        { name: 'a', doc: '', verdict: 'adds', ...at(4) },
        { name: 'b', doc: '', verdict: 'takes away', ...at(-1) },
      ],
    })
    const wide = markup.slice(0, markup.indexOf('at-narrow'))
    const bars = [...wide.matchAll(/<rect x="([\d.]+)"[^>]*width="([\d.]+)"/g)]
    const from = bars.map(([, x]) => Number(x))
    const to = bars.map(([, x, width]) => Number(x) + Number(width))
    expect(bars).toHaveLength(4)
    expect(from[1]).toBeCloseTo(to[0]!, 0)
    expect(to[2]).toBeCloseTo(to[1]!, 0)
    expect(to[3]).toBeCloseTo(from[2]!, 0)
    expect(from[3]).toBe(from[0])
  })
})
