import { quantile } from '../../math/index.ts'
import { kneeOf, paretoOf } from './frontier.ts'
import type { Question, Setting } from './ground.ts'
import { estimateOf, RESAMPLES, resampled, settled, type Values, valueOrNaN } from './interval.ts'
import type { BesideFrontier, Frontier } from './types.ts'

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
function spreadOf(question: Question, points: readonly Measured[], value: number) {
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
  differ: boolean,
): Pick<Frontier, 'knee' | 'note'> {
  const value = kneeOn(question, points, 0)
  if (Number.isNaN(value))
    return {
      knee: null,
      note: `no knee: no point of the frontier lies ${SHALLOW} or more below its chord, both axes from 0 to 1`,
    }
  if (differ && paths < 2)
    return {
      knee: null,
      note: 'cannot tell: one fresh path shows a knee, and has no error; use more fresh paths',
    }
  const spread = differ ? spreadOf(question, points, value) : ([value, value] as const)
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

/** What a frontier is laid out from. */
type FrontierTask = {
  readonly points: readonly Measured[]
  readonly tuned: Values
  readonly asItIs: Values
}

/** Lay a frontier out from its points on fresh paths; what fresh paths show to be beaten is dropped. */
export function frontierOf(
  question: Question,
  { points, tuned, asItIs }: FrontierTask,
  paths: number,
  differ: boolean,
): Frontier {
  const { efficiency, loss } = question
  const told = (values: Values): BesideFrontier => ({
    efficiency: settled(estimateOf(efficiency!, values), differ),
    loss: settled(estimateOf(loss, values), differ),
  })
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
        ...{ at: own.at, ...told(own.values) },
        slope: next ? (next.loss - here.loss) / (next.efficiency - here.efficiency) : null,
      }
    }),
    ...{ tuned: told(tuned), asItIs: told(asItIs) },
    ...kneeFrom(
      question,
      points,
      front.map((p) => p.efficiency),
      paths,
      differ,
    ),
  }
}
