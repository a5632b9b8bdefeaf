import { type Focus, referencePrices } from '../measures/index.ts'
import { eventCode, type World } from '../world/index.ts'
import { troubledDebts } from './debts.ts'

/** One price of the shocked asset over time. */
export type PriceLine = {
  readonly name: string
  readonly kind: 'fundamental' | 'reference' | 'oracle' | 'pool'
  /** USD, one per moment; null where there is none. */
  readonly values: (number | null)[]
}

/** A path over time, one value per sampled moment (after the moment's blocks). */
export type Series = {
  readonly asset: string | null
  /** Seconds since the start. */
  readonly time: number[]
  readonly prices: readonly PriceLine[]
  /** Debt below its thresholds at reference prices, USD. */
  readonly liquidatable: number[]
  /** USD, at reference prices. */
  readonly badDebt: number[]
  /** Debt repaid by liquidators so far, USD. */
  readonly repaid: number[]
  readonly liquidations: number[]
  /** Gwei per gas on the first chain; empty without chains. */
  readonly baseFee: number[]
}

/** Most pools drawn; those against dollars come first. */
const POOLS = 3

type Probe = Omit<PriceLine, 'values'> & { readonly read: () => number }

/** Name of a pool's line: `pool usdcEth5`; an instance that is called pool is no `pool pool`. */
export function poolLine(instance: string): string {
  return instance === 'pool' ? instance : `pool ${instance}`
}

/** Dollar price of `asset` in each pool that trades it. */
function poolProbes(world: World, asset: number): readonly Probe[] {
  const { assets } = world.spec
  const isVolatile = (a: number): number => (assets[a]!.kind === 'volatile' ? 1 : 0)
  const prices = new Float64Array(assets.length)
  const found = world.all('pool').flatMap(({ name, instance }) => {
    const pool = instance.ports!.pool!
    const side = pool.assets.indexOf(asset)
    return side < 0 ? [] : [{ name, pool, side, other: pool.assets[1 - side]! }]
  })
  return found
    .sort((a, b) => isVolatile(a.other) - isVolatile(b.other))
    .slice(0, POOLS)
    .map(({ name, pool, side, other }) => ({
      name: poolLine(name),
      kind: 'pool',
      read: () => {
        const dollars = referencePrices(world, prices)[other]!
        return side === 0 ? pool.price() * dollars : dollars / pool.price()
      },
    }))
}

/** Everybody who states a price of the shocked asset. */
function probesOf(world: World, { asset, source }: Focus): readonly Probe[] {
  if (asset < 0) return []
  const probes: Probe[] = []
  const market = world.all('referenceMarket')[0]?.instance.ports?.referenceMarket
  if (market?.covers(asset)) {
    const read = (): number => market.fundamental(asset)
    probes.push({ name: 'without any trades', kind: 'fundamental', read })
    probes.push({ name: 'reference market', kind: 'reference', read: () => market.price(asset) })
  } else if (source && world.all('pool').length === 0)
    probes.push({ name: 'watched price', kind: 'reference', read: () => source.price(asset) })
  probes.push(...poolProbes(world, asset))
  const lender = world.all('lender')[0]
  const oracle = lender?.instance.ports?.lender
  if (lender && oracle) {
    const read = (): number => oracle.price(asset)
    probes.push({ name: `oracle answer to ${lender.name}`, kind: 'oracle', read })
  }
  return probes
}

/** Collects a path over time; call `sample` whenever a moment should be kept. */
export type Sampler = { readonly sample: () => void; readonly series: Series }

/** Make a sampler of a world at its opening. */
export function createSampler(world: World, focus: Focus): Sampler {
  const probes = probesOf(world, focus)
  const prices = probes.map(({ name, kind }): PriceLine => ({ name, kind, values: [] }))
  const asset = focus.asset < 0 ? null : world.spec.assets[focus.asset]!.name
  const lists = { time: [], liquidatable: [], badDebt: [], repaid: [], liquidations: [] }
  const series: Series = { asset, prices, ...lists, baseFee: [] }
  const reference = new Float64Array(world.spec.assets.length)
  const code = eventCode('liquidation')
  let seen = 0
  let repaid = 0
  let liquidations = 0
  return {
    series,
    sample() {
      const { kind, x } = world.trace.columns
      for (; seen < world.trace.length; seen++)
        if (kind[seen] === code) {
          repaid += x[seen]!
          liquidations++
        }
      referencePrices(world, reference)
      const debts = troubledDebts(world, reference, reference)
      series.time.push(world.clock[0]! * world.spec.tickSeconds)
      series.liquidatable.push(debts.liquidatable)
      series.badDebt.push(debts.bad)
      series.repaid.push(repaid)
      series.liquidations.push(liquidations)
      probes.forEach(({ read }, k) => {
        const value = read()
        prices[k]!.values.push(Number.isFinite(value) ? value : null)
      })
      const chain = world.chains[0]
      if (chain) series.baseFee.push(chain.baseFee())
    },
  }
}
