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
import { loadScenario, resolveScenario, type Scenario } from '../src/scenario/index.ts'
import { assetIndex } from '../src/world/index.ts'

const SHARES = CHANNELS.map(({ name }) => ({ name, value: 1 }))

/** What is said of channels on path 0, with one of them cut or none. */
async function toldOf(scenario: Scenario, cut: string | null) {
  const { spec } = await resolveScenario(scenario)
  const channel = CHANNELS.find(({ name }) => name === cut)
  const worlds = channel ? channel.cut(spec, MODELS) : { specs: [spec] }
  if ('reason' in worlds) throw new Error(worlds.reason)
  const told: string[] = []
  for (const own of worlds.specs) {
    const world = buildWorld(own, MODELS, { seed: 3 })
    const focus = focusOf(world, assetIndex(own.assets, 'X'), 'one')
    const view = await runPath(world, focus, 3, 0, () => undefined)
    const clauses = channelClauses(view, SHARES, 'USD', 10)
    for (const { events } of clauses) {
      expect(events.length).toBeGreaterThan(0)
      for (const e of events) expect(e < world.trace.length).toBe(true)
    }
    told.push(...clauses.map(({ text }) => text.split(' ')[0]!))
  }
  return new Set(told)
}

describe('the story of a path', () => {
  it('names each channel by its events, and no longer once it is cut', async () => {
    const scenario = smallWorld({ crowd: true })
    const shown = await toldOf(scenario, null)
    for (const name of ['sharedVenue', 'sharedCollateral', 'feedLag', 'priceImpact', 'hedging'])
      expect(shown, name).toContain(name)
    for (const name of shown) expect(await toldOf(scenario, name), name).not.toContain(name)
  }, 30_000)

  it('names what an attacker did, and no channel that adds nothing', async () => {
    const scenario = loadScenario('scenarios/oracle-manipulation.yaml')
    const found = await attribute(scenario, { workers: 1 })
    const [story] = await pathStories(scenario, found)
    const text = story!.clauses.map((clause) => clause.text).join('\n')
    expect(text).toMatch(
      /^adversary adds \$116\.00M \(100 % of it\): .* borrows \$116\.00M of USD\.$/m,
    )
    expect(text).not.toContain('feedLag')
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
  }, 30_000)
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
  }, 40_000)

  it('says why there is no sensitivity where nothing is assumed', async () => {
    const document = await explain(smallWorld({ drop: 0, vol: 0 }), { workers: 1 })
    expect(document.sensitivity).toBeNull()
    expect(document.notes.join()).toContain('no sensitivity: "small-world" assumes no number')
    expect(document.stories[0]!.told).toEqual(['median', 'worst'])
    expect(explainText(document)).toContain('no channel changes it: all of it is fundamental')
  }, 30_000)

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
  }, 30_000)
})
