import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Seconds of wall time that `work` takes. */
export function seconds(work: () => void): number {
  const start = performance.now()
  work()
  return (performance.now() - start) / 1000
}

/** Middle value; the upper one of an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

/** Most repeats of a piece in one reading. */
const MOST_REPEATS = 30

/** Seconds of each of `repeats` runs, on average. */
export function secondsEach(work: () => void, repeats: number): number {
  return (
    seconds(() => {
      for (let k = 0; k < repeats; k++) work()
    }) / repeats
  )
}

/** Repeats that make a piece about as long as another one, so that interruptions hit both alike. */
export function repeatsFor(own: number, longest: number): number {
  return Math.min(MOST_REPEATS, Math.max(1, Math.round(longest / own)))
}

/**
 * Time several pieces of work in turn, round after round, so that what else the machine does hits
 * all of them alike; short ones are repeated.
 * @param warmUp rounds before, at least 1.
 * @returns per piece, seconds of one run in each round after the warm-up.
 */
export function interleave<K extends string>(
  work: Readonly<Record<K, () => void>>,
  rounds: number,
  warmUp: number,
): Readonly<Record<K, readonly number[]>> {
  const keys = Object.keys(work) as K[]
  const times = Object.fromEntries(keys.map((k) => [k, [] as number[]])) as Record<K, number[]>
  const last = new Map<K, number>()
  for (let round = 0; round < warmUp; round++)
    for (const key of keys) last.set(key, seconds(work[key]))
  const longest = Math.max(...last.values())
  for (let round = 0; round < rounds; round++)
    for (const key of keys)
      times[key].push(secondsEach(work[key], repeatsFor(last.get(key)!, longest)))
  return times
}

/** Median over rounds of the ratio of two timings of the same round. */
export function ratio(over: readonly number[], under: readonly number[]): number {
  return median(over.map((time, round) => time / under[round]!))
}

const RUNS = 3

/**
 * CPU seconds, user and system, of `breakwater --help`, from the shell's own count of its children.
 * @param env added to the environment.
 * @returns mean of three runs, so that the shell's resolution of 0.01 s does not matter.
 * @throws {Error} when the command fails or the shell's answer cannot be read.
 */
export function helpCpu(env: Readonly<Record<string, string>>): number {
  const help = `"$0" bin/breakwater.js --help >/dev/null || exit 1;`
  const { stdout, status } = spawnSync(
    'sh',
    ['-c', `${help.repeat(RUNS)} times`, process.execPath],
    {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      env: { ...process.env, ...env },
      encoding: 'utf8',
    },
  )
  const children = /(\d+)m([\d.]+)s\s+(\d+)m([\d.]+)s\s*$/.exec(stdout)
  if (status !== 0 || !children) throw new Error(`"breakwater --help" failed: ${stdout}`)
  const [userMinutes, user, systemMinutes, system] = children.slice(1).map(Number)
  return (60 * (userMinutes! + systemMinutes!) + user! + system!) / RUNS
}
