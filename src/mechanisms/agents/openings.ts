import { exp } from '../../math/index.ts'
import { choice, type Lender, type Model, model, number, ref } from '../../world/index.ts'

/**
 * Draws where each position of a book stands at the start of a path: its trigger price lies at a
 * random distance D below the start price, with density constant or rising in D up to `range`.
 * The book must hold evenly placed rows 0 .. n-1 with trigger distances `range` x quantile.
 */
export const openings: Model = model({
  kind: 'agents/openings',
  phase: 'agent',
  doc: 'random trigger prices of an evenly laid book, drawn anew for every path',
  params: {
    lender: ref('lender', 'whose positions'),
    placement: choice('random draws, or leave the book as it is', ['even', 'random'], 'random'),
    density: choice('of trigger prices over log distance', ['uniform', 'rising'], 'uniform'),
    range: number('largest log distance', 'log', { min: 0 }),
  },
  create(p, _, { draws }) {
    let lender: Lender
    const distance = (u: number): number => p.range * (p.density === 'rising' ? Math.sqrt(u) : u)
    return {
      link(use) {
        lender = use('lender', p.lender)
      },
      start() {
        if (p.placement === 'even') return
        const n = lender.book.rows
        for (let row = 0; row < n; row++) {
          const even = distance((row + 0.5) / n)
          lender.scaleDebt(row, exp(even - distance(draws.uniform(0, row))))
        }
      },
    }
  },
})
