import { describe, expect, it } from 'vitest'
import { buildWorld } from '../../engine/index.ts'
import { focusOf } from '../../measures/index.ts'
import { MODELS } from '../../mechanisms/index.ts'
import { resolveScenario } from '../../scenario/index.ts'
import { EVENT_NAMES, type WorldSpec } from '../../world/index.ts'
import { CHANNELS, ChannelError, runScenario } from '../index.ts'
import { runPath } from '../path.ts'
import { attributionDocument } from './document.ts'
import { AttributionError } from './errors.ts'
import { type Attribution, attribute } from './scenario.ts'
import { smallWorld } from './smallWorld.conformance.ts'
import { togetherNamed } from './together.ts'

/** Pairs of which the first would leave nothing of the second to cut, or two worlds to sum of one. */
const ORDERED = ['sharedVenue+sharedCollateral', 'sharedVenue+lending', 'hedging+lending']

const channelOf = (found: Attribution, name: string) => found.channels.find((c) => c.name === name)!
const absentOf = (found: Attribution, name: string): string =>
  found.absent.find((c) => c.name === name)!.reason

/** Instances are summed in another order when they are made in another: the last digits may differ. */
const near = (value: number): string => value.toPrecision(8)

/** All that happens in the worlds of a cut but what feeds say, as text: equal texts are equal worlds. */
async function historyOf(specs: readonly WorldSpec[]): Promise<string> {
  const told: string[] = []
  for (const spec of specs) {
    const world = buildWorld(spec, MODELS, { seed: 3 })
    await runPath(world, focusOf(world, -1, ''), 3, 0, () => undefined)
    const { kind, time, x, y } = world.trace.columns
    for (let e = 0; e < world.trace.length; e++)
      if (EVENT_NAMES[kind[e]!] !== 'answer')
        told.push([EVENT_NAMES[kind[e]!], time[e], near(x[e]!), near(y[e]!)].join(' '))
  }
  return told.sort().join('\n')
}

describe('attribution of a small world', () => {
  it('splits the loss into what is left with all channels cut and shares that add up', async () => {
    const scenario = smallWorld()
    const found = await attribute(scenario, { paths: 2, workers: 1 })
    expect(found.measure).toBe('loss')
    expect(found.channels.map(({ name }) => name).sort()).toEqual(
      ['feedLag', 'priceImpact', 'sharedCollateral', 'sharedVenue'].sort(),
    )
    const { whole, fundamental, spread, channels } = found
    expect(spread.value).toBeGreaterThan(0)
    expect(whole.value).toBeCloseTo(fundamental.value + spread.value, 9)
    expect(channels.reduce((sum, c) => sum + c.share.value, 0)).toBeCloseTo(spread.value, 9)
    const plain = await runScenario(scenario, { paths: 2, workers: 1, cuts: ['feedLag'] })
    expect([...found.values]).toEqual([...plain.values('loss')])
    // Alone, a channel tells what `run --cut` tells.
    const cut = plain.document.channels.find(({ name }) => name === 'feedLag')!
    expect(channelOf(found, 'feedLag').alone.value).toBeCloseTo(cut.value!, 9)
    expect(absentOf(found, 'hedging')).toContain('no dealers')
    expect(absentOf(found, 'adversary')).toBe('nobody attacks')
  })

  it('gives nothing to a venue that nobody shares', async () => {
    const found = await attribute(smallWorld({ apart: true }), { paths: 2, workers: 1 })
    const shared = channelOf(found, 'sharedVenue')
    expect(shared.verdict).toBe('changes nothing')
    expect(shared.share).toMatchObject({ value: 0, low: 0, high: 0 })
  })

  it('says that nothing is lost where nothing moves', async () => {
    const found = await attribute(smallWorld({ drop: 0, vol: 0 }), { workers: 1 })
    expect(found.isRandom).toBe(false)
    expect(found.whole).toMatchObject({ value: 0, low: 0, high: 0 })
    for (const { verdict } of found.channels) expect(verdict).toBe('changes nothing')
    const { notes, paths } = attributionDocument(found)
    expect(paths).toBe(2)
    expect(notes).toContain('paths do not differ: the shares are exact')
    expect(notes).toContain('no channel changes it: all of it is fundamental')
  })

  it('cannot tell from one path', async () => {
    const found = await attribute(smallWorld(), { paths: 1, workers: 1 })
    for (const { verdict } of found.channels) expect(verdict).toBe('cannot tell')
    expect(attributionDocument(found).notes.join()).toContain('one path: no interval')
  })

  it('divides a statistic over paths, such as the mean of the worst', async () => {
    const found = await attribute(smallWorld(), { paths: 2, workers: 1, measure: 'loss.max' })
    expect(found.whole.value).toBe(Math.max(...found.values))
    const sum = found.channels.reduce((all, c) => all + c.share.value, 0)
    expect(sum).toBeCloseTo(found.spread.value, 9)
    expect(found.whole.value).toBeCloseTo(found.fundamental.value + found.spread.value, 9)
  })

  it('leaves out, with the reason, a channel without which nobody could lose', async () => {
    const crowd = smallWorld({ crowd: true })
    const few = { paths: 1, workers: 1, exactUpTo: 1, orders: 2 }
    const dealers = await attribute(crowd, { ...few, measure: 'dealerLoss' })
    expect(absentOf(dealers, 'hedging')).toContain('nobody whose dealerLoss')
    expect(absentOf(dealers, 'sharedVenue')).toContain('does not add up')
    expect(dealers.channels.map(({ name }) => name)).toContain('lending')
    expect(dealers.method).toBe('orders')
    const sum = dealers.channels.reduce((all, c) => all + c.share.value, 0)
    expect(sum).toBeCloseTo(dealers.spread.value, 6)
  })

  it('refuses what compares already, and channels that do not exist', async () => {
    await expect(attribute(smallWorld(), { measure: 'couplingLoss' })).rejects.toThrowError(
      AttributionError,
    )
    const run = runScenario(smallWorld(), { cuts: ['feedLag+nothing'], paths: 1 })
    await expect(run).rejects.toThrowError(ChannelError)
  })
})

describe('cuts of several channels', () => {
  it('give the same world in whichever order two of them are cut', async () => {
    const { spec } = await resolveScenario(smallWorld({ crowd: true }))
    const cutBy = (specs: readonly WorldSpec[], name: string): readonly WorldSpec[] =>
      specs.flatMap((own) => {
        const cut = CHANNELS.find((c) => c.name === name)!.cut(own, MODELS)
        return 'specs' in cut ? cut.specs : [own]
      })
    const names = CHANNELS.map((c) => c.name)
    expect(names.filter((name) => cutBy([spec], name)[0] === spec)).toEqual([])
    for (const [k, a] of names.entries())
      for (const b of names.slice(k + 1)) {
        const pair = `${a}+${b}`
        const joint = togetherNamed(pair)!.cut(spec, MODELS)
        if ('reason' in joint) throw new Error(`${pair}: ${joint.reason}`)
        const told = await historyOf(joint.specs)
        // Where one has to come first it does so in the joint cut.
        if (!ORDERED.includes(pair))
          expect(await historyOf(cutBy(cutBy([spec], a), b)), pair).toBe(told)
        expect(await historyOf(cutBy(cutBy([spec], b), a)), pair).toBe(told)
        expect(told, pair).toContain('news')
        if (pair.includes('lending')) expect(told, pair).not.toContain('liquidation')
        if (pair.includes('priceImpact')) expect(told, pair).not.toContain('impact')
        if (pair.includes('hedging')) expect(told, pair).not.toContain('hedge')
      }
  })
})
