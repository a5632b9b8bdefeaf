import { accountNames, type TracedWorld } from '../stores/index.ts'
import { LAYERS, TERM_NAMES } from '../world/index.ts'
import { change, dollars, fine, price, short } from './format.ts'
import { kindOf } from './tree.ts'

/** `account 42 of compound`, for an event that names an account. */
export function sayAccount(world: TracedWorld, event: number): string {
  const { instance, row } = world.trace.columns
  const { name, spec } = world.instances[instance[event]!]!
  const lender = typeof spec.params.lender === 'string' ? spec.params.lender : name
  const account = accountNames(world)(event) ?? `in row ${row[event]}`
  const known = account.startsWith('account') ? account : `account ${account}`
  return `${known} of ${lender}`
}

/** What a vote did with an asserted price, by the code in its verdict. */
const VERDICTS = ['rejects', 'upholds', 'does not decide on']

/** Say one event in a few words. */
export function sayEvent(world: TracedWorld, event: number): string {
  const { trace, instances, spec } = world
  const c = trace.columns
  const x = c.x[event]!
  const y = c.y[event]!
  const place = instances[c.instance[event]!]?.name ?? '?'
  const name = spec.assets[c.asset[event]!]?.name ?? '?'
  const other = spec.assets[c.other[event]!]?.name ?? '?'
  const party = instances[c.row[event]!]?.name ?? '?'
  switch (kindOf(trace, event)) {
    case 'news':
      return `news: ${name} moves to ${price(x)} (${change(Math.expm1(y))})`
    case 'impact':
      return `${name} is pushed to ${price(x)} on ${place} (${change(Math.expm1(y))})`
    case 'answer':
      return `${place} answers ${name} = ${price(x)}`
    case 'liquidation':
      return `${sayAccount(world, event)}: ${dollars(x)} of ${other} repaid for ${dollars(y)} of ${name}`
    case 'swap':
      return `${short(x)} ${name} sold for ${short(y)} ${other} on ${place}`
    case 'drain':
      return `${party} takes ${short(x)} ${name} out of ${place}, ${(100 * y).toFixed(1)} % of what it held`
    case 'insolvent':
      return `${sayAccount(world, event)} is left with ${dollars(x)} of debt and no collateral`
    case 'deficit':
      return `${dollars(x)} of ${other} that ${sayAccount(world, event)} owed is booked as deficit`
    case 'hedge':
      return `${place} ${x < 0 ? 'sells' : 'buys'} ${short(Math.abs(x))} ${name} to hedge its options`
    case 'settlement':
      return `${place} settles options at ${price(y)}: ${x < 0 ? 'receives' : 'pays'} ${dollars(Math.abs(x))}`
    case 'optionTrade':
      return `${place} ${x < 0 ? 'sells' : 'buys'} options on ${short(Math.abs(x))} ${name} for ${dollars(Math.abs(y))}`
    case 'noEquilibrium':
      return `${place}: hedging ${name} has no finite equilibrium, a gap (loop gain ${x.toPrecision(3)})`
    case 'gap':
      return `${place} finds nobody for ${short(x)} of the ${short(x + y)} ${name} that it sells at any price: a gap`
    case 'topUp':
      return `${sayAccount(world, event)} adds ${dollars(x)} of ${name}`
    case 'unwind':
      return `${sayAccount(world, event)} unwinds ${dollars(x)} of ${name}`
    case 'term': {
      const term = TERM_NAMES[c.other[event]!] ?? '?'
      const of = c.asset[event]! < 0 ? '' : ` of ${name}`
      return `${place} changes ${term}${of} on ${party} from ${fine(x)} to ${fine(y)}`
    }
    case 'borrow':
      return `${sayAccount(world, event)} borrows ${dollars(x)} of ${name}`
    case 'withdrawal':
      return `${c.row[event]! < 0 ? `a supplier of ${place}` : sayAccount(world, event)} withdraws ${dollars(x)} of ${name}`
    case 'assertion':
      return `${party} asserts ${name} = ${price(x)} to ${place}`
    case 'dispute':
      return `${party} disputes ${name} = ${price(x)} on ${place}`
    case 'bribe':
      return `${party} offers ${dollars(x)} to the voters of ${place}`
    case 'verdict':
      return `${place}: a vote ${VERDICTS[c.other[event]!] ?? '?'} ${name} = ${price(c.w[event]!)} (${short(x)} against ${short(c.y[event]!)} tokens)`
    case 'cover':
      return `the ${LAYERS[c.other[event]!] ?? '?'} layer of ${place} pays ${dollars(x)} of ${name} for bad debt of ${party}`
    case 'unstake':
      return `staker ${c.row[event]} of ${place} ${c.other[event] === 0 ? 'asks for' : 'takes out'} ${short(c.w[event]!)} ${name}`
    case 'failed':
      return `a transaction of ${place} fails: ${trace.texts[c.other[event]!] ?? '?'}`
  }
}
