import { quantile } from '../../math/index.ts'
import { kneeOf, paretoOf } from './frontier.ts'
import type { Question, Setting } from './ground.ts'
import { estimateOf, RESAMPLES, resampled, settled, type Values, valueOrNaN } from './interval.ts'
import type { Frontier } from './types.ts'

/** A point of the frontier with its numbers on fresh paths. */
export type Measured = { readonly at: Setting; readonly values: Values }

/** Distance below the chord, both axes from 0 to 1, that the scatter of a searched frontier may make. */
const SHALLOW = 0.05

/** Share of resamples that must show a knee. */
const SURE = 0.95

/** Efficiency at the knee on resample r; NaN where there is none. */
function kneeOn(question: Question, points: readonly Measured[], r: number): number {
  const { efficiency, loss } = question
  const front = paretoOf(
    points.map(({ values }) => {
      const own = resampled(values, r)
      return { efficiency: valueOrNaN(efficiency!, own), loss: valueOrNaN(loss, own) }
    }),
  )
  const { place, distance } = kneeOf(front)
  return distance < SHALLOW ? Number.NaN : front[place]!.efficiency
}

/** Interval over resamples; null where too few of them show a knee. */
function spreadOf(question: Question, points: readonly Measured[], value: number, paths: number) {
  if (paths < 2) return [value, value] as const
  const all = Float64Array.from({ length: RESAMPLES }, (_, k) => kneeOn(question, points, k + 1))
  const seen = all.filter((v) => !Number.isNaN(v)).sort()
  if (seen.length < SURE * RESAMPLES) return null
  return [Math.min(quantile(seen, 0.025), value), Math.max(quantile(seen, 0.975), value)] as const
}

/** @param front efficiencies of the frontier: the knee is told no finer than its points lie. */
function kneeFrom(
  question: Question,
  points: readonly Measured[],
  front: readonly number[],
  paths: number,
): Pick<Frontier, 'knee' | 'note'> {
  const value = kneeOn(question, points, 0)
  if (Number.isNaN(value))
    return {
      knee: null,
      note: `no knee: no point of the frontier lies ${SHALLOW} or more below its chord, both axes from 0 to 1`,
    }
  const spread = spreadOf(question, points, value, paths)
  if (spread === null)
    return { knee: null, note: 'cannot tell: not all resamples of the paths show a knee' }
  const place = front.indexOf(value)
  return {
    knee: {
      value,
      low: Math.min(spread[0], front[place - 1] ?? value),
      high: Math.max(spread[1], front[place + 1] ?? value),
    },
    note: 'farthest below the chord between the ends of the frontier, both axes from 0 to 1',
  }
}

/** Lay a frontier out from its points on fresh paths; what fresh paths show to be beaten is dropped. */
export function frontierOf(
  question: Question,
  points: readonly Measured[],
  paths: number,
  differ: boolean,
): Frontier {
  const { efficiency, loss } = question
  const traded = points.map((own) => ({
    ...{ own, efficiency: valueOrNaN(efficiency!, own.values) },
    loss: valueOrNaN(loss, own.values),
  }))
  const front = paretoOf(traded)
  return {
    ...{ efficiency: efficiency!.text, loss: loss.text },
    points: front.map(({ own, ...here }, k) => {
      const next = front[k + 1]
      return {
        at: own.at,
        efficiency: settled(estimateOf(efficiency!, own.values), differ),
        loss: settled(estimateOf(loss, own.values), differ),
        slope: next ? (next.loss - here.loss) / (next.efficiency - here.efficiency) : null,
      }
    }),
    ...kneeFrom(
      question,
      points,
      front.map((p) => p.efficiency),
      paths,
    ),
  }
}
