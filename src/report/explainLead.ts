import type { AttributionDocument, ScenarioSensitivity } from '../experiments/index.ts'
import { isKnown, type Ranged, rangedText } from './experiment/units.ts'

/** A sentence that begins with what it names. */
export type Lead = { readonly named: string; readonly told: string }

/** Most names in a sentence. */
const NAMES = 3

/** Share of a number below which another is the same but for the order of sums. */
const ROUNDING = 1e-9

type Sized = { readonly name: string; readonly size: Ranged }

function listed(names: readonly string[], word: 'and' | 'or'): string {
  const shown = names.length > NAMES ? [...names.slice(0, NAMES), 'another'] : names
  return shown.length === 1
    ? shown[0]!
    : `${shown.slice(0, -1).join(', ')} ${word} ${shown.at(-1)!}`
}

const sizesText = (some: readonly Sized[], unit: string): string =>
  some
    .slice(0, NAMES)
    .map(({ size }) => rangedText(size, unit))
    .join(', ')

function leadersIn(all: readonly Sized[], leaders: readonly string[]): readonly Sized[] {
  return leaders.flatMap((name) => all.filter((own) => own.name === name))
}

/** Whether sizes have no error and are equal. */
function areEqual(some: readonly Sized[]): boolean {
  const first = some[0]!.size.value!
  return some.every(
    ({ size: { value, low, high } }) =>
      low === high && Math.abs(value! - first) <= ROUNDING * Math.abs(first),
  )
}

/** Say which channel adds most, where that can be told; null where none surely adds. */
export function addsMost({ channels, leaders, unit }: AttributionDocument): Lead | null {
  const some = leadersIn(
    channels.map(({ name, share }) => ({ name, size: share })),
    leaders,
  )
  const names = some.map(({ name }) => name)
  if (some.length === 0) return null
  const sizes = sizesText(some, unit)
  if (some.length === 1)
    return { named: names[0]!, told: `adds${channels.length > 1 ? ' most' : ''}: ${sizes}.` }
  if (areEqual(some))
    return {
      named: listed(names, 'and'),
      told: `add most, each as much as the other: ${rangedText(some[0]!.size, unit)}.`,
    }
  return { named: listed(names, 'or'), told: `adds most, which of them cannot be told: ${sizes}.` }
}

/** Say which parameter moves the measure most, where that can be told; null where no share is known. */
export function movesMost({ parameters, leaders }: ScenarioSensitivity): Lead | null {
  const known = parameters.flatMap((p): readonly Sized[] => {
    const size = p.shapley ?? p.total
    return size && isKnown(size.value) ? [{ name: p.name, size }] : []
  })
  if (known.length === 0) return null
  const some = leadersIn(known, leaders)
  if (some.length === 0)
    return {
      named: 'Which parameter moves it most',
      told: 'cannot be told; more samples may tell.',
    }
  const names = some.map(({ name }) => name)
  const sizes = `${sizesText(some, 'fraction')} of the variance`
  return some.length === 1
    ? { named: names[0]!, told: `moves it most: ${sizes}.` }
    : {
        named: listed(names, 'or'),
        told: `moves it most, which of them cannot be told: ${sizes}; more samples may tell.`,
      }
}
