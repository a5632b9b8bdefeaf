import { type Insurance, LAYERS, type LayerName } from '../world/index.ts'
import { shortfallOf } from './books.ts'
import { isAsked, type Measure, namedLenders, type PathView } from './view.ts'

/** All insurance of a world, or that of one lender and its cells; null where there is none at all. */
function insuranceOf({ world }: PathView, only?: string): readonly Insurance[] | null {
  const all = world.all('insurance').map(({ instance }) => instance.ports!.insurance!)
  return all.length === 0 ? null : all.filter(({ lender }) => isAsked(lender, only))
}

/** Add up what insurance says of itself, in USD at reference prices; null without any. */
function sumOf(
  view: PathView,
  only: string | undefined,
  of: (own: Insurance) => number,
): number | null {
  const prices = view.ending.prices()
  return (
    insuranceOf(view, only)?.reduce((sum, own) => sum + of(own) * prices[own.asset]!, 0) ?? null
  )
}

/** Bad debt beyond reserves that arose in the path and nobody has paid for, USD. */
function borne({ world, opening, ending }: PathView, only?: string): number {
  return namedLenders(world, only).reduce((sum, { name, lender }) => {
    const now = shortfallOf(lender, ending.totals(name), ending.prices())
    return sum + Math.max(0, now - (opening.shortfall.get(name) ?? 0))
  }, 0)
}

function covered(view: PathView, only?: string): number | null {
  return sumOf(view, only, (own) => LAYERS.reduce((sum, layer) => sum + own.covered(layer), 0))
}

const DOCS: Readonly<Record<LayerName, string>> = {
  junior: 'junior capital',
  stakers: 'the stakers of safety modules',
  treasury: 'treasuries',
}

function layerMeasure(layer: LayerName): Measure {
  return {
    name: `${layer}Loss`,
    unit: 'USD',
    better: 'lower',
    doc: `bad debt that ${DOCS[layer]} paid for, at reference prices; none without insurance`,
    perLender: true,
    value: (view, only) => sumOf(view, only, (own) => own.covered(layer)),
  }
}

/** Measures of who bears bad debt; none in worlds without insurance. */
export const WATERFALL_MEASURES: readonly Measure[] = [
  ...LAYERS.map(layerMeasure),
  {
    name: 'depositorLoss',
    unit: 'USD',
    better: 'lower',
    doc: 'bad debt beyond reserves that arose in the run and no layer paid for: what depositors bear; none without insurance',
    perLender: true,
    value: (view, only) => (insuranceOf(view, only) ? borne(view, only) : null),
  },
  {
    name: 'depositorShare',
    unit: 'fraction',
    better: 'lower',
    doc: 'depositorLoss over all bad debt beyond reserves that arose, paid for or not; none without any',
    perLender: true,
    value(view, only) {
      const paid = covered(view, only)
      if (paid === null) return null
      const left = borne(view, only)
      return left + paid > 0 ? left / (left + paid) : null
    },
  },
  {
    name: 'insuranceCost',
    unit: 'USD',
    better: 'lower',
    doc: 'what stakers were paid for standing in front of depositors, at reference prices; none without insurance',
    perLender: true,
    value: (view, only) => sumOf(view, only, (own) => own.rewarded()),
  },
  {
    name: 'stakeGone',
    unit: 'fraction',
    better: 'lower',
    doc: 'share of the stakes of safety modules that was slashed or has left by the end; none without stakes',
    perLender: true,
    value(view, only) {
      const all = insuranceOf(view, only) ?? []
      const [opening, now] = [
        all.reduce((sum, own) => sum + own.opening, 0),
        all.reduce((sum, own) => sum + own.staked(), 0),
      ]
      return opening > 0 ? 1 - now / opening : null
    },
  },
]
