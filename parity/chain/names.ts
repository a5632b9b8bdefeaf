import { type Abi, type AbiFunction, encodeFunctionData, keccak256, toBytes, toHex } from 'viem'
import type { Arg } from '../protocol.ts'
import type { Hex } from './backend.ts'
import type { Call, CallArg, Callback, Pay } from './side.ts'

/** Thrown when a step or a check names an account, contract or function that does not exist. */
export class UnknownNameError extends Error {
  override name = 'UnknownNameError'
}

/** The contracts and accounts of a deployment, by name. */
export type Names = {
  add(name: string, address: Hex, abi?: Abi): void
  has(name: string): boolean
  /** @throws {UnknownNameError} */
  address(name: string): Hex
  /** @throws {UnknownNameError} */
  abi(name: string): Abi
  abis(): readonly Abi[]
  /** Encode a call. @throws {UnknownNameError} */
  encode(call: Call): { readonly to: Hex; readonly data: Hex; readonly value: bigint }
  /** Write a returned word as a check does: a name when a name is expected, else a number. */
  read(word: bigint, expected: Arg | null): Arg
  /** The word that a check expects. @throws {UnknownNameError} */
  word(expected: Arg): bigint
}

const MAGIC = keccak256(toBytes('breakwater.parity.program'))
const ZERO = '0x0000000000000000000000000000000000000000'

/** Start a table with the name `zero`. */
export function createNames(): Names {
  const addresses = new Map<string, Hex>([['zero', ZERO]])
  const abis = new Map<string, Abi>()
  const byWord = new Map<bigint, string>([[0n, 'zero']])
  const address = (name: string): Hex => {
    const found = addresses.get(name)
    if (found) return found
    const known = [...addresses.keys()].join(', ')
    throw new UnknownNameError(`no account or contract '${name}'; there are ${known}`)
  }
  const abi = (name: string): Abi => {
    const found = abis.get(name)
    if (!found) throw new UnknownNameError(`'${name}' is no contract with an ABI`)
    return found
  }
  const encode = encoder(address, abi)
  return {
    add(name, at, contractAbi) {
      addresses.set(name, at)
      if (contractAbi) abis.set(name, contractAbi)
      if (BigInt(at) !== 0n) byWord.set(BigInt(at), name)
    },
    has: (name) => addresses.has(name),
    address,
    abi,
    abis: () => [...abis.values()],
    encode,
    read: (word, expected) => {
      if (typeof expected === 'string') return byWord.get(word) ?? toHex(word)
      return typeof expected === 'bigint' && expected < 0n ? BigInt.asIntN(256, word) : word
    },
    word: (expected) => {
      if (typeof expected === 'bigint') return BigInt.asUintN(256, expected)
      return BigInt(expected.startsWith('0x') ? expected : address(expected))
    },
  }
}

/** Encode calls with the addresses and ABIs of names. */
function encoder(address: Names['address'], abi: Names['abi']): Names['encode'] {
  const resolve = (arg: CallArg, type: string): unknown => {
    if (typeof arg === 'string')
      return /^(0x|$)/.test(arg) || type === 'string' ? arg : address(arg)
    if (typeof arg !== 'object') return arg
    if (Array.isArray(arg)) return arg.map((a) => resolve(a, type))
    if (isCallback(arg)) return `${MAGIC}${framed(program(arg.callback, { encode, address }))}`
    return Object.fromEntries(Object.entries(arg).map(([key, a]) => [key, resolve(a, '')]))
  }
  const encode: Names['encode'] = ({ on, call, args, value }) => {
    const entry = functionOf(abi(on), on, call)
    const resolved = args.map((arg, i) => resolve(arg, entry.inputs[i]?.type ?? ''))
    const data = encodeFunctionData({ abi: [entry], functionName: entry.name, args: resolved })
    return { to: address(on), data, value: value ?? 0n }
  }
  return encode
}

function isCallback(arg: object): arg is Callback {
  return 'callback' in arg
}

function functionOf(abi: Abi, on: string, call: string): AbiFunction {
  const found = abi.filter(
    (e): e is AbiFunction => e.type === 'function' && (e.name === call || signature(e) === call),
  )
  if (found.length === 1) return found[0]!
  const what = found.length === 0 ? 'no function' : 'several functions'
  throw new UnknownNameError(
    `${what} '${call}' on '${on}'${found.length > 1 ? `; write ${found.map(signature).join(' or ')}` : ''}`,
  )
}

/** Write a function as `name(type,type)`. */
export function signature({ name, inputs }: AbiFunction): string {
  return `${name}(${inputs.map((i) => i.type).join(',')})`
}

/** Pack calls into a program of the Actor contract, hexadecimal without 0x. */
export function program(
  calls: readonly (Call | Pay)[],
  names: Pick<Names, 'encode' | 'address'>,
): string {
  return calls
    .map((item) => {
      if ('pay' in item)
        return `01${names.address(item.pay).slice(2)}${fixed(item.word, 16)}${fixed(0, 4)}`
      const { to, data, value } = names.encode(item)
      return `00${to.slice(2)}${fixed(value, 16)}${fixed((data.length - 2) / 2, 4)}${data.slice(2)}`
    })
    .join('')
}

function framed(text: string): string {
  return fixed(text.length / 2, 32) + text
}

/** Write a number in a fixed count of bytes, hexadecimal without 0x. */
export function fixed(value: bigint | number, bytes: number): string {
  return value.toString(16).padStart(bytes * 2, '0')
}
