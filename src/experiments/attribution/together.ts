import { CHANNELS, type Channel } from '../channels.ts'

/**
 * Cuts that come last, in this order: without dealers the cut of lending finds nothing to do, and of a world
 * that is taken apart every part must have what the others changed.
 */
const LAST = ['hedging', 'sharedVenue']

/** Name of several channels that are cut together, of which a measure is told. */
export function togetherName(channels: readonly string[], measure: string): string {
  return `${channels.join('+')}:${measure}`
}

/** Join channels: where one of them finds nothing left to cut, the others are cut. */
function together(name: string, channels: readonly Channel[], measure: string): Channel {
  const order = channels.toSorted((a, b) => LAST.indexOf(a.name) - LAST.indexOf(b.name))
  return {
    name,
    doc: channels.map(({ doc }) => doc).join('; '),
    measure,
    cut(spec, models) {
      let specs = [spec]
      let reason = ''
      for (const channel of order)
        specs = specs.flatMap((own) => {
          const cut = channel.cut(own, models)
          if ('specs' in cut) return cut.specs
          reason = cut.reason
          return [own]
        })
      return specs.length === 1 && specs[0] === spec ? { reason } : { specs }
    },
  }
}

/**
 * Read several channels that are cut together: `feedLag+priceImpact`, and behind a colon the measure that
 * is told, the lenders' loss by default.
 * @returns null when the name is not of this kind, or one of its channels does not exist.
 */
export function togetherNamed(name: string): Channel | null {
  const [list, measure = 'loss'] = name.split(':', 2)
  const names = list!.split('+')
  const channels = CHANNELS.filter((channel) => names.includes(channel.name))
  if (channels.length !== names.length) return null
  return together(name, channels, measure)
}
