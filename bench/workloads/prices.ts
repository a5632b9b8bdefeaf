/**
 * Price moves of the crash workload, from integer operations, + - * / and square roots only, so that
 * they are the same bits everywhere and depend on nothing in src/.
 */

/** What the moves are made of. */
export type MoveRules = {
  readonly blocks: number
  readonly blockSeconds: number
  readonly seed: number
  /** Log move of the falling asset at the last block. */
  readonly logDrop: number
  /** Annualised volatility of the noise, which is back at zero at the last block. */
  readonly vol: number
}

/** Uniform numbers of 32 bits: the mulberry32 sequence. */
function uniforms(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** e^x for |x| < 4 by squaring a short Taylor series ten times; good to about 1e-13. */
function exponential(x: number): number {
  const r = x / 1024
  let value = 1 + r * (1 + (r / 2) * (1 + (r / 3) * (1 + (r / 4) * (1 + r / 5))))
  for (let i = 0; i < 10; i++) value *= value
  return value
}

/**
 * Make relative prices: 1 at block 0, noise around a straight line in log, pinned at the last block.
 * Noise is a Brownian bridge per volatile asset, normal numbers being sums of twelve uniforms.
 * @param kinds per asset: 'falls' moves by `logDrop` in all, 'noise' by nothing, 'still' stays at 1.
 * @returns per asset, blocks + 1 relative prices.
 */
export function relativePrices(
  kinds: readonly ('falls' | 'noise' | 'still')[],
  rules: MoveRules,
): readonly Float64Array[] {
  const { blocks, seed, logDrop, vol, blockSeconds } = rules
  const step = vol * Math.sqrt(blockSeconds / (365 * 86400))
  return kinds.map((kind, asset) => {
    const next = uniforms(seed + asset * 7919)
    const out = new Float64Array(blocks + 1).fill(1)
    if (kind === 'still') return out
    let noise = 0
    for (let block = 1; block <= blocks; block++) {
      const left = blocks - block + 1
      let normal = -6
      for (let i = 0; i < 12; i++) normal += next()
      noise += -noise / left + step * Math.sqrt(1 - 1 / left) * normal
      const line = kind === 'falls' ? (logDrop * block) / blocks : 0
      out[block] = exponential(line + noise)
    }
    return out
  })
}
