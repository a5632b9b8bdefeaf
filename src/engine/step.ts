import { hash64 } from '../math/index.ts'
import type { Built, Instance, World } from '../world/index.ts'
import { type Block, type Chain, payUsd, type Submission } from '../world/index.ts'
import { checkWorld } from './checks.ts'

/** A submission on its way to a block. */
type Pending = {
  readonly submission: Submission
  readonly from: Built
  readonly gas: number
  /** Breaks ties: a seeded draw, never a name or an order of submission. */
  readonly tie: number
  readonly protective: boolean
}

/** An instance that looks at every block of its chain. */
type Observer = { readonly from: Built; readonly observe: NonNullable<Instance['observe']> }

/** What one lane reuses from block to block; it carries nothing from one submission to the next. */
type Lane = {
  readonly world: World
  readonly state: Uint8Array
  readonly marks: Int32Array
  /** Per instance, a number that stands for its name in ties. */
  readonly tags: readonly number[]
  /** Per chain, who observes its blocks, in order. */
  readonly observers: ReadonlyMap<Chain, readonly Observer[]>
}

function observersOf({ ordered }: World, chain: Chain): readonly Observer[] {
  return ordered.flatMap((from) => {
    const { observe } = from.instance
    return observe && from.chain === chain ? [{ from, observe }] : []
  })
}

function handlerOf({ world }: Lane, from: Built, to: string | undefined, kind: string) {
  const target = to === undefined ? from : world.instances.find((i) => i.name === to)
  return target?.instance.actions?.[kind]
}

function pend(lane: Lane, from: Built, submission: Submission, block: Block): Pending {
  const slot = (lane.tags[from.self]! ^ Math.imul(submission.key + 1, 0x9e3779b1)) >>> 0
  return {
    submission,
    from,
    gas: submission.actions.reduce((total, action) => total + action.gas, 0),
    tie: lane.world.builderDraws.uniform(block.tick, slot),
    protective: submission.actions.every((a) => handlerOf(lane, from, a.to, a.kind)?.protective),
  }
}

/** The builder's order of a block; see `Ordering`. */
function orderBlock(pending: Pending[], { order }: Chain): Pending[] {
  if (pending.length < 2) return pending
  const arrival = (p: Pending): number => p.submission.arrival ?? 0
  const byBid = (a: Pending, b: Pending): number => b.submission.bid - a.submission.bid
  const first = {
    random: () => 0,
    fifo: (a: Pending, b: Pending) => arrival(a) - arrival(b),
    bid: byBid,
    adversarial: (a: Pending, b: Pending) =>
      Number(a.protective) - Number(b.protective) || byBid(a, b),
  }[order]
  return pending.sort((a, b) => first(a, b) || a.tie - b.tie)
}

function attempt(lane: Lane, { submission, from }: Pending): string | null {
  for (const { to, kind, args } of submission.actions) {
    const handler = handlerOf(lane, from, to, kind)
    if (!handler) return `nothing answers "${kind}"`
    const refused = handler.execute(args, from.self)
    if (refused !== null) return refused
  }
  return null
}

/** Execute one submission whole or not at all; a refused one leaves its gas cost and an event. */
function execute(lane: Lane, pending: Pending, cost: number): boolean {
  const { trace, state, books, instances } = lane.world
  lane.state.set(state)
  for (let b = 0; b < books.length; b++) lane.marks[b] = books[b]!.mark()
  const events = trace.length
  const refused = attempt(lane, pending)
  if (refused === null) return true
  state.set(lane.state)
  for (let b = 0; b < books.length; b++) books[b]!.undo(lane.marks[b]!)
  trace.truncate(events)
  for (const i of instances) i.instance.refresh?.('rewind')
  trace.add('failed', {
    instance: pending.from.self,
    parent: -1,
    row: pending.submission.key,
    other: trace.text(refused),
    x: cost,
  })
  return false
}

/** One round of one block: all observe, the builder orders, the submissions are executed. */
function round(lane: Lane, chain: Chain, block: Block, limit: number) {
  const { ledger } = lane.world
  const pending: Pending[] = []
  ledger.open(false)
  for (const { from, observe } of lane.observers.get(chain)!)
    observe(block, (s) => pending.push(pend(lane, from, s, block)))
  ledger.open(true)
  let gas = 0
  let done = false
  for (const p of orderBlock(pending, chain)) {
    const cost = chain.gasUsd(p.gas, p.submission.bid)
    if (gas + p.gas > limit) continue
    if (!(cost <= 0) && !payUsd(ledger, p.from.self, ledger.holders - 1, cost)) continue
    gas += p.gas
    lane.world.gas[p.from.self]! += cost
    done = execute(lane, p, cost) || done
  }
  return { gas, done }
}

/** Produce one block: rounds of reaction until nothing more is done. */
function produce(lane: Lane, chain: Chain, block: Block): void {
  let used = 0
  for (let r = 0; r < chain.rounds; r++) {
    const now = r === 0 ? block : { ...block, round: r }
    const { gas, done } = round(lane, chain, now, chain.gasLimit - used)
    used += gas
    if (!done) break
  }
  chain.close(used)
}

/** Make the function that advances a world by one tick; all that must survive is in the world. */
export function createStepper(world: World): () => void {
  const lane: Lane = {
    world,
    state: new Uint8Array(world.state.length),
    marks: new Int32Array(world.books.length),
    tags: world.instances.map((i) => hash64(i.name)[0]),
    observers: new Map(world.chains.map((chain) => [chain, observersOf(world, chain)])),
  }
  const steps = world.ordered.flatMap(({ instance }) => instance.step ?? [])
  const dt = world.spec.tickSeconds
  return () => {
    const tick = world.clock[0]! + 1
    const block: Block = { tick, time: tick * dt, dt, round: 0 }
    world.clock[0] = tick
    world.trace.at(tick, block.time)
    world.ledger.open(false)
    for (const own of steps) own(block)
    world.ledger.open(true)
    for (const chain of world.chains) if (chain.due(block)) produce(lane, chain, block)
    if (world.checked) checkWorld(world)
  }
}
