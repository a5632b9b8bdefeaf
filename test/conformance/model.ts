import { describe, expect, it } from 'vitest'
import {
  buildWorld,
  createStepper,
  hashWorld,
  rewind,
  snapshot,
  startPath,
} from '../../src/engine/index.ts'
import type { MakeDraws } from '../../src/math/index.ts'
import { evm } from '../../src/mechanisms/chains/index.ts'
import type { Asset, Model, Params, World } from '../../src/world/index.ts'
import { instanceOf } from './venue.ts'

/** Assets of small test worlds. */
export const TEST_ASSETS: readonly Asset[] = [
  { name: 'USD', price: 1, kind: 'numeraire' },
  { name: 'ETH', price: 2000, kind: 'volatile' },
  { name: 'BTC', price: 30_000, kind: 'volatile' },
  { name: 'USDC', price: 1, kind: 'stable' },
]

/** Indices of `TEST_ASSETS`. */
export const ETH = 1
export const BTC = 2
export const USDC = 3

/** What a small world is made of; everything but the instances has a default. */
export type SmallWorldOptions = {
  /** Parameters of the chain "chain". */
  readonly chain?: Params
  /** More chains by name. */
  readonly chains?: Readonly<Record<string, Params>>
  readonly assets?: readonly Asset[]
  readonly tickSeconds?: number
  readonly seed?: number
  readonly path?: number
  readonly draws?: MakeDraws
}

/** A model, the parameters that differ from its defaults, and the chain, by default "chain". */
export type Member = readonly [model: Model, params: Params, chain?: string]

/** Build a small checked world; a tick lasts 12 s unless stated. */
export function smallWorld(
  members: Readonly<Record<string, Member>>,
  options: SmallWorldOptions = {},
): World {
  const { chain = {}, chains = {}, assets = TEST_ASSETS, tickSeconds = 12 } = options
  const { seed = 1, path = 0, draws } = options
  const instances = Object.entries(members).map(([name, [model, params, on]]) =>
    instanceOf(model, name, params, on),
  )
  const all = Object.entries({ chain, ...chains }).map(([name, params]) =>
    instanceOf(evm, name, { native: 0, ...params }, name),
  )
  return buildWorld(
    { assets, tickSeconds, ticks: 1000, chains: all, instances },
    [evm, ...Object.values(members).map(([model]) => model)],
    { seed, path, checked: true, ...(draws && { draws }) },
  )
}

/** Advance a world by some ticks. */
export function stepWorld(world: World, ticks: number): void {
  const step = createStepper(world)
  for (let i = 0; i < ticks; i++) step()
}

/** Find an instance's holder and event index by its name. */
export function selfOf(world: World, name: string): number {
  return world.instances.find((i) => i.name === name)!.self
}

type Rebuild = { readonly seed?: number; readonly path?: number; readonly isReversed?: boolean }

/** Build the same world once more from its own plain data. */
function rebuild(world: World, { seed = 1, path = 0, isReversed = false }: Rebuild = {}): World {
  const { spec, instances } = world
  const listed = isReversed ? [...spec.instances].reverse() : spec.instances
  const models = [...new Set(instances.map((i) => i.model))]
  return buildWorld({ ...spec, instances: listed }, models, { seed, path, checked: true })
}

const TICKS = 20

function hashAfter(world: World, ticks: number): string {
  stepWorld(world, ticks)
  return hashWorld(world)
}

function returning(make: () => World): void {
  it('goes the same way again after a rewind', () => {
    const world = rebuild(make())
    stepWorld(world, TICKS / 2)
    const middle = snapshot(world)
    const before = hashWorld(world)
    const end = hashAfter(world, TICKS / 2)
    expect(end).not.toBe(before)
    rewind(world, middle)
    expect(hashWorld(world)).toBe(before)
    expect(hashAfter(world, TICKS / 2)).toBe(end)
  })

  it('gives the same bytes from every block that it is rewound to', () => {
    const world = rebuild(make())
    const snapshots = [snapshot(world)]
    const hashes = [hashWorld(world)]
    for (let tick = 1; tick <= TICKS; tick++) {
      hashes.push(hashAfter(world, 1))
      snapshots.push(snapshot(world))
    }
    expect(new Set(hashes).size).toBe(TICKS + 1)
    for (let tick = TICKS; tick >= 0; tick--) {
      rewind(world, snapshots[tick]!)
      expect(hashWorld(world)).toBe(hashes[tick])
      expect(hashAfter(world, TICKS - tick)).toBe(hashes[TICKS])
    }
  })
}

function repeating(make: () => World, isRandom: boolean): void {
  it('depends on the seed and the path, and on nothing else', () => {
    const first = hashAfter(rebuild(make()), TICKS)
    expect(hashAfter(rebuild(make()), TICKS)).toBe(first)
    const other = hashAfter(rebuild(make(), { seed: 2 }), TICKS)
    const further = hashAfter(rebuild(make(), { path: 1 }), TICKS)
    expect(new Set([first, other, further]).size).toBe(isRandom ? 3 : 1)
  })

  it('is the same in whatever order its instances are listed', () => {
    const straight = hashAfter(rebuild(make()), TICKS)
    expect(hashAfter(rebuild(make(), { isReversed: true }), TICKS)).toBe(straight)
  })

  it('runs a path after another one as a fresh world would', () => {
    const world = rebuild(make(), { path: 1 })
    stepWorld(world, TICKS)
    startPath(world, 1, 3)
    const fresh = rebuild(make(), { path: 3 })
    expect(hashWorld(world)).toBe(hashWorld(fresh))
    expect(hashAfter(world, TICKS)).toBe(hashAfter(fresh, TICKS))
  })
}

/**
 * Register the tests that a world of any models must pass, in checked mode.
 * @param name printed in the report.
 * @param make builds the world; something must change in it at every tick of the first twenty.
 * @param options isRandom (default true): whether its models draw.
 */
export function modelConformance(
  name: string,
  make: () => World,
  options: { readonly isRandom?: boolean } = {},
): void {
  describe(`a world of ${name}`, () => {
    returning(make)
    repeating(make, options.isRandom ?? true)
  })
}
