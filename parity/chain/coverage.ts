import type { Op } from '../protocol.ts'
import type { Names } from './names.ts'
import type { Call, CallArg, Deployment } from './side.ts'

/** Which functions of the contracts were compared or called. */
export type Coverage = {
  /** Note the calls of a step and hand them on. */
  calls(op: Op): readonly Call[]
  /** Note that a getter was compared. */
  read(on: string, get: string): void
  /** Functions of covered contracts that nobody compared, called or gave a reason for. */
  missing(): string[]
  /** Counts for the ledger. */
  counts(): { readonly compared: number; readonly called: number; readonly left: number }
}

/** Watch a deployment being used. */
export function createCoverage(deployment: Deployment, names: Names): Coverage {
  const compared = new Set<string>()
  const called = new Set<string>()
  const functions = deployment.covered.flatMap((on) =>
    names.abi(on).flatMap((e) => (e.type === 'function' ? [`${on}.${e.name}`] : [])),
  )
  const note = (arg: CallArg): void => {
    if (typeof arg !== 'object' || !('callback' in arg)) return
    for (const item of arg.callback as readonly Call[]) if ('call' in item) add(item)
  }
  const add = ({ on, call, args }: Call): void => {
    called.add(`${on}.${bare(call)}`)
    args.forEach(note)
  }
  const left = (name: string): boolean => name in deployment.left
  return {
    calls(op) {
      const calls = deployment.calls(op)
      calls.forEach(add)
      return calls
    },
    read: (on, get) => void compared.add(`${on}.${bare(get)}`),
    missing: () =>
      [...new Set(functions)].filter((f) => !(compared.has(f) || called.has(f) || left(f))),
    counts: () => ({
      compared: functions.filter((f) => compared.has(f)).length,
      called: functions.filter((f) => called.has(f)).length,
      left: functions.filter(left).length,
    }),
  }
}

function bare(call: string): string {
  return call.split('(')[0]!
}
