import { type Model, model, moverAmong, type PriceSource } from '../../world/index.ts'
import { type Answers, middle } from './aggregate.ts'
import { ageOf, answerOf, panelOf, panelParams, plainMedianOf } from './panel.ts'

function middleOf(answers: Answers): number {
  return answers.count === 0 ? Number.NaN : answers.value[middle(answers)]!
}

/**
 * Middle of the answers that `sources` give at the moment of use; the lower middle of an even
 * number, so that the answer is always one that somebody gave. As long as less than half of them (by
 * weight) are wrong, it is an honest answer or lies between two.
 */
export const median: Model = model({
  kind: 'oracles/median',
  phase: 'oracle',
  doc: 'median of several price sources; sources without an answer are left out',
  params: panelParams,
  create(p) {
    const sources: PriceSource[] = []
    const ask = panelOf(sources, p)
    const askAges = panelOf(sources, p, ageOf)
    const isPlain = p.guard === 0 && p.halfLife === 0
    const price = isPlain ? plainMedianOf(sources, p) : (a: number) => middleOf(ask(a))
    function age(a: number): number {
      const answers = askAges(a)
      return answers.count === 0 ? Number.NaN : answers.age[middle(answers)]!
    }
    /** What moved a median down moved an answer that is now at the median or below it. */
    function cause(a: number, direction: -1 | 1): number {
      const centre = price(a)
      let latest = -1
      for (const source of sources)
        if ((answerOf(source, a) - centre) * direction >= 0)
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
          moverBefore: (event, a) => moverAmong(sources, event, a),
          age,
        },
      },
      link(use) {
        sources.push(...p.sources.map((name) => use('priceSource', name)))
      },
    }
  },
})
