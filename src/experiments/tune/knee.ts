import { quantile } from '../../math/index.ts'
import { kneeOf, paretoOf } from './frontier.ts'
import type { Question, Setting } from './ground.ts'
import { estimateOf, RESAMPLES, resampled, type Values, valueOrNaN } from './interval.ts'
import type { Frontier } from './types.ts'

/** A point of the frontier with its numbers on fresh paths. */
export type Measured = { readonly at: Setting; readonly values: Values }

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
  return front[kneeOf(front).place]?.efficiency ?? Number.NaN
}

function kneeFrom(
  question: Question,
  points: readonly Measured[],
  paths: number,
): Pick<Frontier, 'knee' | 'note'> {
  const value = kneeOn(question, points, 0)
  if (Number.isNaN(value))
    return { knee: null, note: 'no knee: no point of the frontier lies below its chord' }
  if (paths < 2) return { knee: { value, low: value, high: value }, note: 'paths do not differ' }
  const all = Float64Array.from({ length: RESAMPLES }, (_, k) => kneeOn(question, points, k + 1))
  const seen = all.filter((v) => !Number.isNaN(v)).sort()
  if (seen.length < SURE * RESAMPLES)
    return {
      knee: null,
      note: `cannot tell: ${RESAMPLES - seen.length} of ${RESAMPLES} resamples of the paths show no knee`,
    }
  const [low, high] = [quantile(seen, 0.025), quantile(seen, 0.975)]
  const knee = { value, low: Math.min(low, value), high: Math.max(high, value) }
  return { knee, note: 'farthest below the chord between the ends of the frontier' }
}

/** Lay a frontier out from its points on fresh paths; what fresh paths show to be beaten is dropped. */
export function frontierOf(
  question: Question,
  points: readonly Measured[],
  paths: number,
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
        efficiency: estimateOf(efficiency!, own.values),
        loss: estimateOf(loss, own.values),
        slope: next ? (next.loss - here.loss) / (next.efficiency - here.efficiency) : null,
      }
    }),
    ...kneeFrom(question, points, paths),
  }
}
