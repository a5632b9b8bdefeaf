import { CliffError, type Vary } from '../experiments/index.ts'

/** Read `name=low..high`. @throws {CliffError} when it is none. */
export function readVary(text: string): Vary {
  const match = /^\s*([A-Za-z_]\w*)\s*=\s*(\S+?)\.\.(\S+)\s*$/.exec(text)
  const [low, high] = [Number(match?.[2]), Number(match?.[3])]
  if (!match || !Number.isFinite(low) || !Number.isFinite(high))
    throw new CliffError(`--vary "${text}" is no range; write for example ethDrop=0.2..0.6`)
  return { name: match[1]!, low, high }
}
