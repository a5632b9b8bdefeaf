import type { Reader } from './plan.ts'

/** A getter of a deployed contract, with arguments as viem takes them. */
export type Question = {
  readonly on: string
  readonly get: string
  readonly args: readonly (bigint | number | string)[]
}

const BYTES_PER_CALL = 200_000

/** Ask getters at the reader's block, many in one call. @returns their answers as viem decodes them. */
export async function ask(
  { client, names, blockNumber }: Reader,
  questions: readonly Question[],
): Promise<unknown[]> {
  return await client.multicall({
    allowFailure: false,
    deployless: true,
    blockNumber,
    batchSize: BYTES_PER_CALL,
    contracts: questions.map(({ on, get, args }) => ({
      address: names.address(on),
      abi: names.abi(on),
      functionName: get,
      args: [...args],
    })),
  })
}
