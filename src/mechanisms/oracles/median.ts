import { type Model, model, number, type PriceSource, refs } from '../../world/index.ts'

/**
 * Middle of the answers that `sources` give at the moment of use; the lower middle of an even
 * number, so that the answer is always one that somebody gave.
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
    const answerOf = (source: PriceSource, a: number): number =>
      source.covers(a) ? source.price(a) : Number.NaN
    function price(a: number): number {
      let n = 0
      for (const source of sources) {
        const answer = answerOf(source, a)
        if (!(answer > 0)) continue
        let k = n++
        for (; k > 0 && values[k - 1]! > answer; k--) values[k] = values[k - 1]!
        values[k] = answer
      }
      return n < p.quorum ? Number.NaN : values[(n - 1) >> 1]!
    }
    /** What moved a median down moved an answer that is now at the median or below it. */
    function cause(a: number, direction: -1 | 1): number {
      const middle = price(a)
      let latest = -1
      for (const source of sources)
        if ((answerOf(source, a) - middle) * direction >= 0)
          latest = Math.max(latest, source.cause(a, direction))
      return latest
    }
    /** A source moves the median while its answer is the one in the middle. */
    function moveOf(event: number, a: number): number {
      for (const source of sources) {
        const move = source.moveOf(event, a)
        if (move !== 0 && answerOf(source, a) === price(a)) return move
      }
      return 0
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => sources.some((source) => source.covers(a)),
          price,
          cause,
          moveOf,
        },
      },
      link(use) {
        sources = p.sources.map((name) => use('priceSource', name))
      },
    }
  },
})
