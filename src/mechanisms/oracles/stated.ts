import {
  assets,
  type Model,
  model,
  number,
  type Outcome,
  type ParamsOf,
  perAsset,
  type TermName,
} from '../../world/index.ts'
import { answerColumns, coverage, storeAnswer, storedAnswers } from './answers.ts'
import { fundamentalOf } from './correct.ts'

const params = {
  assets: assets('assets that it answers for, beside those whose price is stated'),
  prices: perAsset(
    'prices; the start price where none is stated',
    number('price', 'USD', { min: 1e-18 }),
    { default: [] },
  ),
}

function pricedBy({ assets: named, prices }: ParamsOf<typeof params>): readonly number[] {
  return [...new Set([...named, ...prices.map(({ asset }) => asset)])]
}

/**
 * Prices that are written into a contract: they stay what they are whatever the market does, until
 * somebody who governs changes them (term `price`).
 */
export const stated: Model = model({
  kind: 'oracles/stated',
  phase: 'oracle',
  doc: 'hard-coded prices, which only governance changes',
  params,
  correct: (own, p, truth) => fundamentalOf(own, pricedBy(p), truth),
  columns: (_, all) => answerColumns(all.length),
  create(p, s, context) {
    const own = pricedBy(p)
    for (const a of own) s.answer[a] = context.assets[a]!.price
    for (const { asset, value } of p.prices) s.answer[asset] = value
    const { age: _, ...priceSource } = storedAnswers(s, context, coverage(own, context))
    function setTerm(name: TermName, asset: number, value: number, cause = -1): Outcome {
      if (name !== 'price' || !own.includes(asset)) return `no ${name} of asset ${asset}`
      if (!(value > 0 && value < Infinity)) return `a price is positive, not ${value}`
      storeAnswer(s, context, asset, value, cause, 0)
      return null
    }
    return {
      ports: {
        priceSource,
        governed: {
          terms: ['price'],
          term: (name, asset) =>
            name === 'price' && own.includes(asset) ? s.answer[asset]! : Number.NaN,
          setTerm,
        },
      },
      step({ time }) {
        s.now[0] = time
      },
    }
  },
})
