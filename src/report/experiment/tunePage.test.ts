import { describe, expect, it } from 'vitest'
import type { CapDocument, Tuned } from '../../experiments/index.ts'
import { tuneText } from '../tuneText.ts'
import { sampleAbout, TUNED } from './documents.conformance.ts'
import { capPage, tunePage } from './tune.ts'

const about = sampleAbout()

const leadOf = (page: string): string => /<p class="lead">(.*?)<\/p>/s.exec(page)![1]!

const asItIs = TUNED.asItIs!
const missed = { ...TUNED.best!.constraints[0]!, verdict: 'missed' } as const

describe('the page of a tuning', () => {
  it('says in its first sentence that the scenario as it is misses a constraint', () => {
    const less = { ...asItIs.more, value: -5e4, low: -6e4, high: -4e4 }
    const page = tunePage(
      { ...TUNED, asItIs: { ...asItIs, constraints: [missed], more: less } },
      about,
    )
    expect(leadOf(page)).toContain(
      'The scenario as it is has $50.00k [$40.00k to $60.00k] less: misses badDebt &lt; 4e5',
    )
    expect(leadOf(page)).not.toMatch(/better|WORSE/)
    expect(page).toContain(', not feasible</text>')
  })

  it('says which is better, worse, or that it cannot be told', () => {
    const told = (low: number, high: number): string =>
      leadOf(
        tunePage(
          {
            ...TUNED,
            asItIs: { ...asItIs, more: { ...asItIs.more, value: (low + high) / 2, low, high } },
          },
          about,
        ),
      )
    expect(told(1, 3)).toContain('more: tuned is better.')
    expect(told(-3, -1)).toContain('less: tuned is WORSE.')
    expect(told(-3, 1)).toContain('less: cannot tell.')
  })

  it('knows the tuned place again where points at random found it', () => {
    const { at } = TUNED.best!
    const page = tunePage({ ...TUNED, atRandom: { ...asItIs, at } }, about)
    expect(page).toContain('<b>it is the tuned place</b>')
    expect(tuneText({ ...TUNED, atRandom: { ...asItIs, at } } as Tuned)).toMatch(
      /at random: .*: it is the tuned place$/m,
    )
    expect(tunePage(TUNED, about)).not.toContain('it is the tuned place')
  })

  it('says of the tuned place itself where a constraint does not surely hold', () => {
    const at = (verdict: 'missed' | 'cannot tell'): string =>
      leadOf(
        tunePage(
          { ...TUNED, best: { ...TUNED.best!, constraints: [{ ...missed, verdict }] } },
          about,
        ),
      )
    expect(at('missed')).toContain('but misses badDebt &lt; 4e5 on fresh paths')
    expect(at('cannot tell')).toContain('whether badDebt &lt; 4e5 holds cannot be told')
    expect(leadOf(tunePage(TUNED, about))).not.toMatch(/misses|whether/)
  })

  it('shows on the frontier where the tuned place and the scenario stand', () => {
    const page = tunePage(TUNED, about)
    const chart = page.slice(page.indexOf('id="frontier"'), page.indexOf('id="rivals"'))
    for (const name of ['tuned', 'as it is', 'knee']) {
      expect(chart).toContain(`>${name}</text>`)
      expect(chart).toMatch(new RegExp(`<i class="dot"[^>]*></i>${name}</span>`))
    }
    expect(chart).not.toContain('beaten in both')
    expect(chart).toContain('The knee is at <b>totalDebt $2.00M [$1.50M to $2.50M]</b>')
  })

  it('speaks of no error where nothing depends on chance', () => {
    const sure = { value: 1, low: 1, high: 1, method: 'no chance: exact', n: 1, approximate: false }
    const exact = {
      ...TUNED,
      ...{ isRandom: false, marginals: [], cliffs: [], frontier: null },
      best: { ...TUNED.best!, fresh: sure, constraints: [] },
      asItIs: { ...asItIs, fresh: sure, more: sure },
    }
    expect(tunePage(exact, about)).not.toMatch(/95 %|fresh/)
    expect(tunePage(TUNED, about)).toMatch(/95 %[\s\S]*fresh/)
  })
})

describe('the page of a cap', () => {
  const CAP: CapDocument = {
    ...{ breakwater: '0', experiment: 'cap', scenario: 'compound-v2-eth-crash', seed: 1 },
    ...{ freshSeed: 7, isRandom: false, vary: { name: 'ethDrop', low: 0.2, high: 0.8 } },
    ...{ budget: 'badDebt <= 4e5', cap: { value: 0.4, low: 0.4, high: 0.41 }, note: 'by halving' },
    fresh: { ...missed, verdict: 'kept' },
    points: [
      { x: 0.2, over: -1 },
      { x: 0.8, over: 1 },
    ],
    ...{ paths: 1, freshPaths: 1, runs: 9 },
  }

  it('speaks of no error where nothing depends on chance', () => {
    const page = capPage(CAP, about)
    expect(page).not.toMatch(/95 %|fresh|\bkept\b/)
    expect(page).toContain('>holds<')
    expect(capPage({ ...CAP, isRandom: true }, about)).toMatch(/95 %/)
  })
})
