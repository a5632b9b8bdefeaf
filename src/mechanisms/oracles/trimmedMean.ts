import { fraction, type Model, model, moverAmong, type PriceSource } from '../../world/index.ts'
import { type Answers, cutEnds, meanOf } from './aggregate.ts'
import { ageOf, answerOf, panelOf, panelParams } from './panel.ts'

/**
 * Mean of the answers that are left when the lowest and the highest are cut off. One liar moves it by
 * no more than the honest answers differ, as long as the cut takes one; a plain mean (trim 0) follows
 * every liar by its share.
 */
export const trimmedMean: Model = model({
  kind: 'oracles/trimmedMean',
  phase: 'oracle',
  doc: 'mean of several price sources without the lowest and the highest answers',
  params: {
    ...panelParams,
    trim: fraction('share of the answers that is cut off at each end, rounded down', {
      default: 0.25,
      max: 0.49,
    }),
  },
  create(p) {
    const sources: PriceSource[] = []
    const ask = panelOf(sources, p)
    const askAges = panelOf(sources, p, ageOf)
    function kept(answers: Answers): Answers {
      cutEnds(answers, p.trim, p.halfLife)
      return answers
    }
    /** Any source may have moved the mean, by moving in it, into it or out of it. */
    function cause(a: number, direction: -1 | 1): number {
      let latest = -1
      if (kept(ask(a)).count === 0) return latest
      for (const source of sources)
        if (source.covers(a)) latest = Math.max(latest, source.cause(a, direction))
      return latest
    }
    /** A source whose answer is in the mean moves it by its share of the sum. */
    function moveOf(event: number, a: number): number {
      for (const source of sources) {
        const move = source.moveOf(event, a)
        if (move === 0) continue
        const own = answerOf(source, a)
        const { count, value, weight } = kept(ask(a))
        let sum = 0
        let part = 0
        for (let k = 0; k < count; k++) {
          sum += weight[k]! * value[k]!
          if (value[k] === own) part = weight[k]! * own
        }
        if (part > 0) return (move * part) / sum
      }
      return 0
    }
    return {
      ports: {
        priceSource: {
          covers: (a) => sources.some((source) => source.covers(a)),
          price: (a) => meanOf(kept(ask(a)), 'value'),
          cause,
          moveOf,
          moverBefore: (event, a) => moverAmong(sources, event, a),
          age: (a) => meanOf(kept(askAges(a)), 'age'),
        },
      },
      link(use) {
        sources.push(...p.sources.map((name) => use('priceSource', name)))
      },
    }
  },
})
