import { PACKAGE_VERSION } from '../../experiments/index.ts'
import { measureInfo } from '../../measures/index.ts'
import type { Overrides, Scenario } from '../../scenario/index.ts'
import { STATISTIC } from '../expression.ts'
import { exact, words } from '../format.ts'
import { type Html, html, type Part } from '../page/html.ts'

/** What a page tells of the scenario that an experiment ran. */
export type About = {
  readonly scenario: Pick<Scenario, 'name' | 'title' | 'hash' | 'parameters'>
  /** The command that makes the page again. */
  readonly command: string
  /** Overrides of parameters that stood for all runs. */
  readonly set?: Overrides | undefined
}

/** What is known of a measure or a parameter. */
export type Named = { readonly name: string; readonly unit: string; readonly doc: string }

/** Look a parameter up by its name. */
export function parameterOf({ scenario }: About, name: string): Named {
  const { unit = '', doc = '' } = scenario.parameters.find((p) => p.name === name) ?? {}
  return { name, unit, doc }
}

/** Look a measure up by its name, `badDebt[aave].es99` included. */
export function measureOf(name: string): Named {
  const info = measureInfo(name.replace(STATISTIC, ''))
  return { name, unit: info?.unit ?? '', doc: info?.doc ?? '' }
}

/** Name an axis: what it is in words, when its name does not say it. */
export function axisName({ name, doc }: Named): string {
  return doc === '' ? name : `${name}: ${doc}`
}

/** Name a measure as words with its statistic: `bad debt`, `bad debt, es99`. */
export function spoken(name: string): string {
  const statistic = STATISTIC.exec(name)?.[1]
  const base = words(name.replace(STATISTIC, ''))
  return statistic === undefined ? base : `${base}, ${statistic}`
}

function setText(about: About): Part {
  const list = Object.entries(about.set ?? {})
  if (list.length === 0) return "the scenario's own values"
  const texts = list.map(([name, value]) =>
    typeof value === 'number'
      ? `${name} = ${exact(value, parameterOf(about, name).unit)}`
      : `${name} = ${value}`,
  )
  return `${texts.join(', ')}; otherwise the scenario's own values`
}

/** What every page says of how it was made. @param runs what was run, in words. */
export function factsOf(
  about: About,
  seed: number,
  runs: string,
): readonly (readonly [string, Part])[] {
  const { scenario, command } = about
  return [
    [
      'Scenario',
      html`${scenario.title} (${scenario.name}) <span class="mono soft">sha256 ${scenario.hash}</span>`,
    ],
    ['Parameters', setText(about)],
    ['Runs', `${runs}; seed ${seed}, path k meets the same draws everywhere`],
    ...madeBy(command),
  ]
}

/** Which program made a page, and the command that makes it again. */
export function madeBy(command: string): readonly (readonly [string, Part])[] {
  const replay: Html = html`<code class="replay">${command}</code>`
  return [
    ['Version', `breakwater ${PACKAGE_VERSION}`],
    ['Again', replay],
  ]
}
