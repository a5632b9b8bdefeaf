import { type Model, model, number, type PriceSource, refs } from '../../world/index.ts'

/**
 * Middle of the answers that `sources` give at the moment of use; the lower middle of an even
 * number, so that the answer is always one that somebody gave and has a cause.
 */
export const median: Model = model({
  kind: 'oracles/median',
  phase: 'oracle',
  doc: 'median of several price sources; sources without an answer are left out',
  params: {
    sources: refs('priceSource', 'the sources'),
    quorum: number('least number of answers', 'sources', { default: 1, min: 1, integer: true }),
  },
  create(p) {
    let sources: readonly PriceSource[] = []
    const values = new Float64Array(p.sources.length)
    const from = new Int32Array(p.sources.length)
    /** Index of the source whose answer is the median; -1 below the quorum. */
    function middle(a: number): number {
      let n = 0
      for (let i = 0; i < sources.length; i++) {
        if (!sources[i]!.covers(a)) continue
        const price = sources[i]!.price(a)
        if (!(price > 0)) continue
        let k = n++
        for (; k > 0 && values[k - 1]! > price; k--) {
          values[k] = values[k - 1]!
          from[k] = from[k - 1]!
        }
        values[k] = price
        from[k] = i
      }
      return n < p.quorum ? -1 : from[(n - 1) >> 1]!
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => sources.some((source) => source.covers(a)),
          price(a) {
            const i = middle(a)
            return i < 0 ? Number.NaN : sources[i]!.price(a)
          },
          cause(a, direction) {
            const i = middle(a)
            return i < 0 ? -1 : sources[i]!.cause(a, direction)
          },
        },
      },
      link(use) {
        sources = p.sources.map((name) => use('priceSource', name))
      },
    }
  },
})
