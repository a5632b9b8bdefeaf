import { type Model, model, ref, type Venue } from '../../world/index.ts'
import { venueAtRate } from './rate.ts'

/** The ideal twin of a venue: somebody outside fills any amount at its going price, which stays. */
export const unlimited: Model = model({
  kind: 'liquidity/unlimited',
  phase: 'venue',
  doc: "fills any amount at another venue's going price and leaves that venue as it is",
  external: true,
  params: { venue: ref('venue', 'whose price it is') },
  columns: () => ({}),
  create(p, _, context) {
    let going: Venue
    const at: Pick<Venue, 'has' | 'spot'> = {
      has: (sell, buy) => going.has(sell, buy),
      spot: (sell, buy) => going.spot(sell, buy),
    }
    return {
      ports: { venue: venueAtRate(at, context) },
      link(use) {
        going = use('venue', p.venue)
      },
    }
  },
})
