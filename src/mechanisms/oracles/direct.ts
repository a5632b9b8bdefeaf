import { assets, type Model, model, type PriceSource, ref, USD } from '../../world/index.ts'

/** What a source says now, for listed assets: a feed without lag, its ideal twin. */
export const direct: Model = model({
  kind: 'oracles/direct',
  phase: 'oracle',
  doc: "a source's price as it is now, for listed assets: a feed without lag",
  params: {
    source: ref('priceSource', 'what is passed on'),
    assets: assets('assets that it answers for'),
  },
  create(p, _, context) {
    const covered = new Uint8Array(context.assets.length)
    for (const a of [USD, ...p.assets]) covered[a] = 1
    let source: PriceSource
    return {
      ports: {
        priceSource: {
          covers: (a) => covered[a] === 1,
          price: (a) => (covered[a] === 1 ? source.price(a) : Number.NaN),
          cause: (a, direction) => (covered[a] === 1 ? source.cause(a, direction) : -1),
          moveOf: (event, a) => (covered[a] === 1 ? source.moveOf(event, a) : 0),
          age: (a) => source.age?.(a) ?? 0,
        },
      },
      link(use) {
        source = use('priceSource', p.source)
      },
    }
  },
})
