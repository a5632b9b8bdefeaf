import { median } from '../measure.ts'

/** One side of the benchmark: a pass over its positions, repeated until its time can be read. */
export type Pass = {
  readonly name: string
  /** Positions that a pass looks at, or liquidations that it does. */
  readonly positions: number
  /** Passes in one reading. */
  readonly repeats: number
  /** CPU seconds so far of whoever does the work. */
  readonly cpu: () => number
  readonly run: () => unknown
  /** Put things back after a reading, untimed. */
  readonly after?: () => Promise<void>
}

/** Seconds per position of each round; CPU is NaN where the system does not tell. */
export type Timing = {
  readonly name: string
  readonly cpu: readonly number[]
  readonly wall: readonly number[]
}

/** Time all passes in turn, round after round, so that what else the machine does hits all alike. */
export async function timeRounds(
  passes: readonly Pass[],
  rounds: number,
  warmUp: number,
): Promise<readonly Timing[]> {
  const timings = passes.map(({ name }) => ({ name, cpu: [] as number[], wall: [] as number[] }))
  for (let round = -warmUp; round < rounds; round++)
    for (const [i, pass] of passes.entries()) {
      const { cpu, wall } = await read(pass)
      if (round < 0) continue
      timings[i]!.cpu.push(cpu)
      timings[i]!.wall.push(wall)
    }
  return timings
}

async function read(pass: Pass): Promise<{ readonly cpu: number; readonly wall: number }> {
  const { repeats, positions, run, after } = pass
  const [cpu, start] = [pass.cpu(), performance.now()]
  for (let k = 0; k < repeats; k++) {
    const done = run()
    if (done instanceof Promise) await done
  }
  const units = repeats * positions
  const found = {
    cpu: (pass.cpu() - cpu) / units,
    wall: (performance.now() - start) / 1000 / units,
  }
  await after?.()
  return found
}

/** A ratio of two sides: median and quartiles over the rounds. */
export type Ratio = { readonly median: number; readonly low: number; readonly high: number }

/** Divide the readings of one side by those of another, round by round. */
export function ratioOf(over: readonly number[], under: readonly number[]): Ratio {
  const all = over.map((time, round) => time / under[round]!).sort((a, b) => a - b)
  const at = (share: number): number => all[Math.round(share * (all.length - 1))]!
  return { median: median(all), low: at(0.25), high: at(0.75) }
}
