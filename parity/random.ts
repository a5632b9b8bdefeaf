/** A seeded source of random decisions. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, n). */
  int(n: number): number
  /** True with a probability. */
  chance(p: number): boolean
  /** One of a list, all alike. */
  pick<T>(list: readonly T[]): T
  /** One of the keys, in proportion to its weight. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K
  /** Uniform integer in [0, max]. */
  big(max: bigint): bigint
  /** An amount from 0 to max + 1: mostly of any order of magnitude, often a boundary. */
  amount(max: bigint): bigint
}

/** Start a source from a text: sfc32 (Doty-Humphrey), seeded by hashing the text (FNV-1a). */
export function randomOf(seed: string): Random {
  const word = generator(seed)
  const next = (): number => word() / 4294967296
  const int = (n: number): number => Math.floor(next() * n)
  const big = (max: bigint): bigint => {
    if (max <= 0n) return 0n
    const bits = max.toString(2).length
    for (;;) {
      let value = 0n
      for (let k = 0; k < bits; k += 32) value = (value << 32n) | BigInt(word())
      value = BigInt.asUintN(bits, value)
      if (value <= max) return value
    }
  }
  return {
    next,
    int,
    big,
    chance: (p) => next() < p,
    pick: (list) => list[int(list.length)]!,
    weighted: (weights) => {
      const entries = Object.entries<number>(weights) as [keyof typeof weights, number][]
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0)
      for (const [key, weight] of entries) {
        left -= weight
        if (left < 0) return key
      }
      return entries.at(-1)![0]
    },
    amount: (max) => {
      const kind = int(40)
      if (kind === 0) return 0n
      if (kind === 1) return 1n
      if (kind === 2) return max + 1n
      if (kind <= 4 || max <= 1n) return max
      const scale = int(max.toString(2).length)
      return 1n + big((max - 1n) >> BigInt(scale))
    },
  }
}

function generator(seed: string): () => number {
  let hash = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193)
  let a = hash | 0
  let b = Math.imul(hash, 0x9e3779b1) | 0
  let c = ~hash
  let count = 1
  const word = (): number => {
    const t = (((a + b) | 0) + count) | 0
    count = (count + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + t) | 0
    return t >>> 0
  }
  for (let i = 0; i < 15; i++) word()
  return word
}
