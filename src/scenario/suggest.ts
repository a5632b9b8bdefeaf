/** Edits (insert, delete, replace, swap of neighbours) between two words. */
export function editDistance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = last[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, before[j - 2]! + 1)
      }
      row.push(cost)
    }
    before = last
    last = row
  }
  return last[b.length]!
}

function score(name: string, candidate: string): number {
  const a = name.toLowerCase()
  const b = candidate.toLowerCase()
  // `compoundV2` means `lending/compoundV2`.
  const tail = b.slice(b.lastIndexOf('/') + 1)
  const own = a.slice(a.lastIndexOf('/') + 1)
  const whole = editDistance(a, b) / Math.max(a.length, b.length, 1)
  return Math.min(whole, 0.05 + editDistance(own, tail) / Math.max(own.length, tail.length, 1))
}

/** The up to three candidates that are closest to a mistyped name, best first. */
export function closest(name: string, candidates: Iterable<string>): readonly string[] {
  const scored = [...new Set(candidates)]
    .map((candidate) => ({ candidate, score: score(name, candidate) }))
    .sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1))
  // Far worse than the best one is only noise.
  const limit = Math.min(0.41, (scored[0]?.score ?? 0) + 0.15)
  const close = scored.filter((c) => c.score <= limit).slice(0, 3)
  return close.map((c) => c.candidate)
}

/** Say what a mistyped name may have meant, or else list what is known. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const known = [...new Set(candidates)]
  const close = closest(name, known).map((c) => `"${c}"`)
  if (close.length > 0) return `did you mean ${close.join(' or ')}?`
  if (known.length === 0) return 'there are none'
  const shown = known.slice(0, 12).join(', ')
  return `known: ${shown}${known.length > 12 ? `, ... (${known.length} in all)` : ''}`
}
