import { type Abi, decodeErrorResult } from 'viem'
import type { Check, Op } from '../protocol.ts'
import type { Backend, Hex } from './backend.ts'
import { fixed, type Names, program } from './names.ts'
import type { Call } from './side.ts'

type AbiError = Extract<Abi[number], { type: 'error' }>

/** What one call answered: its words, or the reason with which it reverted. */
export type Answer =
  | { readonly ok: true; readonly words: readonly bigint[] }
  | { readonly ok: false; readonly reason: string }

/** A step with what is to be read after it. */
export type Step = { readonly op: Op; readonly checks: readonly Check[] }

/** What the chain did with a step. */
export type StepAnswer = { readonly result: Answer; readonly reads: readonly Answer[] }

/** Thrown when a block of steps could not be mined. */
export class BlockFailedError extends Error {
  override name = 'BlockFailedError'
}

// Enough for any step; old compilers' assert burns all of it, which costs nothing here.
const STEP_GAS = 30_000_000n

const MOST_PACKED = 100_000

/** Executes steps on a chain through the Driver contract. */
export type Session = {
  /** Do steps in one block at a timestamp, reading after each. @throws {BlockFailedError} */
  block(steps: readonly Step[], time: bigint): Promise<StepAnswer[]>
  /** Read on the last block. */
  read(checks: readonly Check[]): Promise<Answer[]>
}

/** @param calls the calls of a step, as the protocol's deployment says. */
export function createSession(
  backend: Backend,
  names: Names,
  calls: (op: Op) => readonly Call[],
): Session {
  const owner = names.address('owner')
  const driver = names.address('driver')
  const errors = names.abis().flatMap((abi) => abi.filter((e): e is AbiError => e.type === 'error'))

  const readCode = packer(names)
  const stepCode = (actor: string, text: string, checks: readonly Check[]): string => {
    const reads = checks.map(readCode).join('')
    const head = names.address(actor).slice(2) + fixed(STEP_GAS, 8)
    return `${head}${fixed(text.length / 2, 4)}${text}${fixed(reads.length / 2, 4)}${reads}`
  }

  return {
    async block(steps, time) {
      const data: Hex = `0x${steps
        .map(({ op, checks }) => stepCode(op.by, program(calls(op), names), checks))
        .join('')}`
      const receipt = await backend.tx({ from: owner, to: driver, data }, time)
      const logs = receipt.logs.filter((log) => BigInt(log.address) === BigInt(driver))
      if (!receipt.ok || logs.length !== steps.length) {
        const first = steps[0]?.op.kind
        throw new BlockFailedError(
          `a block of ${steps.length} steps from '${first}' at ${time} failed; more gas than anvil gives?`,
        )
      }
      return logs.map(({ data: log }, i) => {
        const [result, ...reads] = answers(log, errors)
        if (!result || reads.length !== steps[i]!.checks.length)
          throw new BlockFailedError(
            `step ${i} of the block at ${time} answered ${reads.length} reads`,
          )
        return { result, reads }
      })
    },
    async read(checks) {
      const found: Answer[] = []
      for (let from = 0; from < checks.length; from += 500) {
        const part = checks.slice(from, from + 500)
        const data: Hex = `0x${part.map(readCode).join('')}`
        const to = names.address('reader')
        found.push(...answers(await backend.call({ from: owner, to, data }), errors))
      }
      return found
    },
  }
}

/** Pack getters for the Reader; what was packed is kept, since the same are asked all the time. */
function packer(names: Names): (check: Check) => string {
  const packed = new Map<string, string>()
  return ({ on, get, args }) => {
    const key = `${on} ${get} ${args.join(' ')}`
    const known = packed.get(key)
    if (known) return known
    const { to, data } = names.encode({ on, call: get, args })
    const code = `${to.slice(2)}${fixed((data.length - 2) / 2, 4)}${data.slice(2)}`
    if (packed.size < MOST_PACKED) packed.set(key, code)
    return code
  }
}

/** Take apart what the Driver packed: success (1), length (4), bytes, and so on. */
function answers(log: Hex, errors: readonly AbiError[]): Answer[] {
  const found: Answer[] = []
  let at = 2
  while (at < log.length) {
    const ok = log.slice(at, at + 2) === '01'
    const end = at + 10 + 2 * Number.parseInt(log.slice(at + 2, at + 10), 16)
    const data = log.slice(at + 10, end)
    found.push(ok ? { ok, words: words(data) } : { ok, reason: reasonOf(`0x${data}`, errors) })
    at = end
  }
  return found
}

function words(data: string): bigint[] {
  const found: bigint[] = []
  for (let i = 0; i < data.length; i += 64) found.push(BigInt(`0x${data.slice(i, i + 64)}`))
  return found
}

/**
 * Name what a call reverted with: the text of Error(string), `Panic(17)`, `CustomError(args)`,
 * `empty` when there is nothing, else the bytes.
 */
export function reasonOf(data: Hex, errors: readonly AbiError[]): string {
  if (data === '0x') return 'empty'
  try {
    const { errorName, args } = decodeErrorResult({ abi: [...errors], data })
    if (errorName === 'Error') return String(args?.[0])
    return args && args.length > 0 ? `${errorName}(${args.join(',')})` : `${errorName}`
  } catch {
    return data
  }
}
