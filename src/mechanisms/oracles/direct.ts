import {
  assets,
  f64,
  type Governed,
  governedFlag,
  type Model,
  model,
  moverOf,
  type PriceSource,
  ref,
  u8,
} from '../../world/index.ts'
import { coverage } from './answers.ts'

/**
 * What a source says now, for listed assets: a feed without lag, its ideal twin. Like a feed it can be
 * stopped (term `answering`): then it goes on saying what the source said at that moment.
 */
export const direct: Model = model({
  kind: 'oracles/direct',
  phase: 'oracle',
  doc: "a source's price as it is now, for listed assets: a feed without lag",
  params: {
    source: ref('priceSource', 'what is passed on'),
    assets: assets('assets that it answers for'),
  },
  columns: (_, all) => ({
    answering: u8(all.length, 'flag', 1),
    // The source's price when it was stopped; 0 when there was none.
    last: f64(all.length, 'USD'),
  }),
  create(p, s, context) {
    const covered = coverage(p.assets, context)
    const flag = governedFlag('answering', s.answering)
    let source: PriceSource
    const governed: Governed = {
      ...flag,
      setTerm(name, a, value) {
        const was = s.answering[a]
        const refused = flag.setTerm(name, a, value)
        if (refused !== null || was !== 1 || value !== 0) return refused
        const price = source.price(a)
        s.last[a] = price > 0 ? price : 0
        return null
      },
    }
    function price(a: number): number {
      if (covered[a] !== 1) return Number.NaN
      if (s.answering[a] === 1) return source.price(a)
      return s.last[a]! > 0 ? s.last[a]! : Number.NaN
    }
    return {
      ports: {
        governed,
        priceSource: {
          covers: (a) => covered[a] === 1,
          price,
          cause: (a, direction) => (covered[a] === 1 ? source.cause(a, direction) : -1),
          moveOf: (event, a) =>
            covered[a] === 1 && s.answering[a] === 1 ? source.moveOf(event, a) : 0,
          moverBefore: (event, a) => moverOf(source, event, a),
          age: (a) => source.age?.(a) ?? 0,
        },
      },
      link(use) {
        source = use('priceSource', p.source)
      },
    }
  },
})
