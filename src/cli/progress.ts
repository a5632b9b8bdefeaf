import type { Progress } from '../experiments/index.ts'

/** Width of the bar in characters. */
const WIDTH = 24

/** Least time between two looks of the line, ms. */
const EVERY = 100

/** Least time between two lines where there is no terminal, ms. */
const EVERY_LOG = 60_000

/** Shows how far a run is: a bar on a terminal, a line a minute elsewhere. */
export type ProgressLine = {
  readonly show: (progress: Progress) => void
  /** Wipe the line. */
  readonly clear: () => void
}

/** Seconds as a reader takes them in. */
function duration(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

/** Paths per second, or seconds per path. */
function rate(perSecond: number): string {
  if (perSecond >= 10) return `${Math.round(perSecond)} paths/s`
  return perSecond >= 1 ? `${perSecond.toFixed(1)} paths/s` : `${(1 / perSecond).toFixed(1)} s/path`
}

/** Paths that are done, and the share of the one that is being run. */
function doneOf({ path, paths, tick, ticks }: Progress): number {
  return path + (path < paths && ticks > 0 ? tick / ticks : 0)
}

/** What is left to tell: where, how fast, how long still; paths found done at the start do not count. */
function statusOf(progress: Progress, start: number, seconds: number): string {
  const { path, paths, tick, ticks } = progress
  const done = doneOf(progress)
  const where = paths === 1 ? `block ${tick}/${ticks}` : `path ${path}/${paths}`
  const speed = (done - start) / seconds
  if (!(speed > 0)) return where
  const left = `${duration((paths - done) / speed)} left`
  return paths === 1 ? `${where}, ${left}` : `${where}, ${rate(speed)}, ${left}`
}

/**
 * Make the progress line of stderr.
 * @param clock milliseconds from any moment on.
 */
export function progressLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
  clock: () => number = () => performance.now(),
): ProgressLine {
  const isLive = stream.isTTY === true && !process.env.CI
  let first: { readonly done: number; readonly at: number } | null = null
  let before = 0
  let last = isLive ? Number.NEGATIVE_INFINITY : clock()
  return {
    show(progress) {
      const now = clock()
      const done = doneOf(progress)
      // A search asks again and again; what earlier questions took says nothing of this one.
      if (first === null || done < before) first = { done, at: now }
      before = done
      if (now - last < (isLive ? EVERY : EVERY_LOG)) return
      last = now
      const status = statusOf(progress, first.done, (now - first.at) / 1000)
      const full = Math.round((done / progress.paths) * WIDTH)
      const bar = `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}`
      stream.write(isLive ? `\r${bar} ${status}\x1b[K` : `${status}\n`)
    },
    clear() {
      if (isLive && first !== null) stream.write('\r\x1b[K')
    },
  }
}
