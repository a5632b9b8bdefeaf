import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explainCommand } from '../src/cli/explain.ts'
import { buildWorld } from '../src/engine/index.ts'
import { smallWorld } from '../src/experiments/attribution/smallWorld.conformance.ts'
import { attribute, CHANNELS, CliffError } from '../src/experiments/index.ts'
import { runPath } from '../src/experiments/path.ts'
import { focusOf } from '../src/measures/index.ts'
import { MODELS } from '../src/mechanisms/index.ts'
import { explain } from '../src/report/explain.ts'
import { explainText } from '../src/report/explainText.ts'
import { channelClauses, pathStories, toldPaths } from '../src/report/pathStory.ts'
import { storyOfPath } from '../src/report/story.ts'
import {
  loadScenario,
  type Overrides,
  parseScenario,
  resolveScenario,
  type Scenario,
} from '../src/scenario/index.ts'
import { assetIndex } from '../src/world/index.ts'

const SHARES = CHANNELS.map(({ name }) => ({ name, value: 1 }))

/** What is said of path 0 with one channel cut or none: of what happened, and of channels at work. */
async function toldOf(scenario: Scenario, cut: string | null, overrides: Overrides = {}) {
  const { spec } = await resolveScenario(scenario, { set: overrides })
  const channel = CHANNELS.find(({ name }) => name === cut)
  const worlds = channel ? channel.cut(spec, MODELS) : { specs: [spec] }
  if ('reason' in worlds) throw new Error(worlds.reason)
  const story: string[] = []
  const channels: string[] = []
  for (const own of worlds.specs) {
    const world = buildWorld(own, MODELS, { seed: 3 })
    const { asset, source } = scenario.order
    const focus = focusOf(world, assetIndex(own.assets, asset!), source!)
    const view = await runPath(world, focus, 3, 0, () => undefined)
    const shown = channelClauses(view, SHARES, 'USD', 10)
    const happened = storyOfPath(view).filter(({ events }) => events.length > 0)
    for (const { events } of [...shown, ...happened]) {
      expect(events.length).toBeGreaterThan(0)
      for (const e of events) expect(e >= 0 && e < world.trace.length).toBe(true)
    }
    story.push(...happened.map(({ text }) => text))
    channels.push(...shown.map(({ text }) => text.split(' ')[0]!))
  }
  return { story, channels: new Set(channels) }
}

/** Every kind of clause about what happened in the crowded world, and a channel without which it does not. */
const CLAUSES: readonly (readonly [RegExp, string])[] = [
  [/^First to/, 'lending'],
  [/liquidations? of .* repaid/, 'lending'],
  [/^Channel: trades pushed/, 'priceImpact'],
  [/^Largest cascade/, 'lending'],
  [/^Contagion: .* caused by/, 'sharedVenue'],
  [/transactions? failed/, 'lending'],
  [/^Borrowers lost/, 'lending'],
  [/^Lenders lose/, 'lending'],
  [/^Hedging/, 'hedging'],
]

describe('the story of a path', () => {
  const small = smallWorld({ crowd: true })
  const late = loadScenario('scenarios/frozen-too-late.yaml')
  const run: Overrides = { run: 0.5, guardianDelay: 600 }

  it.each([
    ['sharedVenue', small, {}],
    ['sharedCollateral', small, {}],
    ['mispricing', small, {}],
    ['feedLag', small, {}],
    ['priceImpact', small, {}],
    [
      'priceImpact',
      loadScenario('scenarios/papers/constant-product-cascade.yaml'),
      { positions: 200 },
    ],
    ['hedging', small, {}],
    ['lending', small, {}],
    ['adversary', late, run],
    ['lenderRun', late, run],
  ] as const)(
    'names %s by its events, and no longer once it is cut',
    async (name, scenario, set) => {
      expect((await toldOf(scenario, null, set)).channels).toContain(name)
      expect((await toldOf(scenario, name, set)).channels).not.toContain(name)
    },
  )

  it('says of nothing that happened that it did, once what made it is cut', async () => {
    expect(new Set(CHANNELS.map(({ name }) => name))).toEqual(
      new Set([...(await toldOf(small, null)).channels, 'adversary', 'lenderRun']),
    )
    const { story } = await toldOf(small, null)
    const patterns = CLAUSES.map(([pattern]) => pattern)
    for (const text of story)
      expect(
        patterns.filter((own) => own.test(text)),
        text,
      ).toHaveLength(1)
    for (const [pattern, cut] of CLAUSES) {
      expect(story.join('\n')).toMatch(new RegExp(pattern, 'm'))
      const { story: left } = await toldOf(small, cut)
      expect(
        left.filter((text) => pattern.test(text)),
        cut,
      ).toEqual([])
    }
    const lost = (told: { readonly story: readonly string[] }) =>
      told.story.filter((text) => text.startsWith('Lenders lose'))
    expect(lost(await toldOf(late, null, run))).toHaveLength(1)
    expect(lost(await toldOf(late, 'adversary', run))).toEqual([])
  })

  it('names what an attacker did, and no channel that adds nothing', async () => {
    const scenario = loadScenario('scenarios/oracle-manipulation.yaml')
    const found = await attribute(scenario, { workers: 1 })
    const [story] = await pathStories(scenario, found)
    const text = story!.clauses.map((clause) => clause.text).join('\n')
    expect(text).toMatch(
      /^adversary adds \$58\.00M \(50\.0 % of it\): .* borrows \$116\.00M of USD\.$/m,
    )
    // Without a wrong price he could take nothing, and without him there is none: half is due to each.
    expect(text).toMatch(
      /^mispricing adds \$58\.00M \(50\.0 % of it\): spot tells TOKEN about 23\.82 times its fair price after .* on thin\.$/m,
    )
    expect(text).not.toContain('feedLag')
  })

  it('takes no answer for a late one that protocols are not told', async () => {
    const slow = 'unread: { kind: oracles/feed, source: one, assets: [X], latency: 240, gas: 0 }'
    const text = smallWorld().text.replace('  feedB:', `  ${slow}\n  feedB:`)
    const scenario = parseScenario(text, 'small-world.yaml')
    const found = await attribute(scenario, { paths: 1, workers: 1 })
    const [story] = await pathStories(scenario, found)
    const told = story!.clauses.map((c) => c.text).filter((clause) => clause.startsWith('feedLag'))
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(/: feed[AB] answers X/)
  }, 30_000)

  it('is told of the middle and of the bad end, by the first of equal paths', () => {
    expect(toldPaths([5, 1, 3, 9, 9], 'lower')).toEqual([
      { told: ['median'], path: 0 },
      { told: ['worst'], path: 3 },
    ])
    expect(toldPaths([5, 1, Number.NaN], 'higher')).toEqual([
      { told: ['median'], path: 0 },
      { told: ['worst'], path: 1 },
    ])
    expect(toldPaths([2, 2], 'lower')).toEqual([{ told: ['median', 'worst'], path: 0 }])
    expect(toldPaths([Number.NaN], 'lower')).toEqual([])
  })

  it('proves every clause by events, and says how to see them', async () => {
    const scenario = smallWorld()
    const found = await attribute(scenario, { paths: 2, workers: 1 })
    const stories = await pathStories(scenario, found)
    expect(stories.flatMap(({ told }) => told)).toEqual(['median', 'worst'])
    const [worst] = stories.slice(-1)
    expect(worst!.value).toBe(Math.max(...found.values))
    expect(worst!.replay).toContain(`--path ${worst!.path}`)
    for (const { clauses, before } of stories) {
      expect(before).toHaveLength(1)
      expect(clauses.length).toBeGreaterThan(5)
      for (const { events, text } of clauses) expect(events.length, text).toBeGreaterThan(0)
    }
  })
})

describe('breakwater explain', () => {
  it('says what a loss is made of, what happened and what moves it', async () => {
    const document = await explain(smallWorld(), {
      ...{ paths: 2, workers: 1 },
      sensitivity: { vary: { drop: [0.3, 0.4], vol: [1, 3] }, samples: 8, trajectories: 2 },
    })
    const { attribution, sensitivity, stories, measure } = document
    expect(measure).toBe('loss')
    expect(sensitivity!.measure).toBe('loss')
    expect(sensitivity!.parameters.map(({ name }) => name)).toEqual(['drop', 'vol'])
    expect(stories).toHaveLength(2)
    const sum = attribution!.channels.reduce((all, { share }) => all + share.value, 0)
    expect(attribution!.whole.value).toBeCloseTo(attribution!.fundamental.value + sum, 9)
    const text = explainText(document)
    expect(text).toContain(
      'What loss is made of (Shapley shares over all sets of channels, 2 paths)',
    )
    expect(text).toContain('not there: there are no dealers in options')
    expect(text).toMatch(/First to break: .* \[#\d/)
    expect(text).toContain('What moves loss')
    expect(JSON.parse(JSON.stringify(document))).toMatchObject({ experiment: 'explain' })
  })

  it('says why there is no sensitivity where nothing is assumed', async () => {
    const document = await explain(smallWorld({ drop: 0, vol: 0 }), { workers: 1 })
    expect(document.sensitivity).toBeNull()
    expect(document.notes.join()).toContain('no sensitivity: "small-world" assumes no number')
    expect(document.stories[0]!.told).toEqual(['median', 'worst'])
    expect(explainText(document)).toContain('no channel changes it: all of it is fundamental')
  })

  it('refuses what its last stage cannot do before the first one runs', async () => {
    const stages: string[] = []
    const refused = (options: Parameters<typeof explain>[1]) =>
      expect(
        explain(smallWorld(), { ...options, workers: 1, onStage: (stage) => stages.push(stage) }),
      ).rejects
    const drop = { drop: [0.3, 0.4] } as const
    await refused({ sensitivity: { vary: { foo: [0, 1] } } }).toThrowError(
      '"foo" is neither a parameter nor a knob',
    )
    await refused({ sensitivity: { vary: drop }, measure: 'nope' }).toThrowError('is no measure')
    await refused({ sensitivity: { vary: drop, samples: 1 } }).toThrowError('samples')
    expect(stages).toEqual([])
  })

  it('refuses to explain nothing', async () => {
    const path = 'scenarios/oracle-manipulation.yaml'
    const nothing = explainCommand(path, { sensitivity: false, attribution: false })
    await expect(nothing).rejects.toThrowError(CliffError)
    await expect(explainCommand(path, { vary: ['x'] })).rejects.toThrowError(CliffError)
  })

  it('keeps finished paths, and takes them up again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'breakwater-explain-'))
    const ask = () => attribute(smallWorld(), { paths: 2, workers: 1, journal: folder })
    const first = await ask()
    const stop = new AbortController()
    const second = await attribute(smallWorld(), {
      ...{ paths: 2, workers: 1, journal: folder, signal: stop.signal },
      onProgress: () => stop.abort(),
    })
    expect(second.channels).toEqual(first.channels)
    rmSync(folder, { recursive: true })
  })
})
