import type { Attribution, ChannelShare } from './scenario.ts'

/** One bar of the waterfall: shares add up to the spread. */
export type AttributedChannel = Omit<ChannelShare, 'perPath'>

/**
 * An attribution as plain data: whole = fundamental + spread, spread = sum of the channels' shares. In JSON
 * what is not known is null.
 */
export type AttributionDocument = Omit<Attribution, 'channels' | 'values' | 'paths'> & {
  /** Largest share first. */
  readonly channels: readonly AttributedChannel[]
  /** Paths whose numbers were used, of how many. */
  readonly paths: number
  readonly of: number
  readonly notes: readonly string[]
}

function notesOf({ isRandom, paths, values, spread, channels }: Attribution): readonly string[] {
  const lost = values.length - paths.length
  const isEmpty = channels.every(({ verdict }) => verdict === 'changes nothing')
  return [
    ...(isRandom || paths.length < 2 ? [] : ['paths do not differ: the shares are exact']),
    ...(paths.length === 1 ? ['one path: no interval, so no share can be told from 0'] : []),
    ...(lost > 0 ? [`${lost} of ${values.length} paths failed or have no value`] : []),
    ...(isEmpty ? ['no channel changes it: all of it is fundamental'] : []),
    ...(!isEmpty && spread.low < 0 && spread.high > 0
      ? ['whether channels add to it at all cannot be told with so few paths']
      : []),
  ]
}

/** Lay an attribution out as plain data. */
export function attributionDocument(found: Attribution): AttributionDocument {
  const { channels, values, paths, ...rest } = found
  return {
    ...rest,
    channels: channels.map(({ perPath: _, ...told }) => told),
    ...{ paths: paths.length, of: values.length, notes: notesOf(found) },
  }
}
