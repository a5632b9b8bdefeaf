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

/**
 * Time several pieces of work in turn, round after round, so that what else the machine does hits
 * all of them alike.
 * @returns per piece, seconds of each round after the warm-up.
 */
export function interleave<K extends string>(
  work: Readonly<Record<K, () => void>>,
  rounds: number,
  warmUp: number,
): Readonly<Record<K, readonly number[]>> {
  const keys = Object.keys(work) as K[]
  const times = Object.fromEntries(keys.map((k) => [k, [] as number[]])) as Record<K, number[]>
  for (let round = -warmUp; round < rounds; round++)
    for (const key of keys) {
      const time = seconds(work[key])
      if (round >= 0) times[key].push(time)
    }
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
