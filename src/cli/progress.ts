import type { Progress } from '../experiments/index.ts'

/** Width of the bar in characters. */
const WIDTH = 24

/** Shows how far a run is: a bar on a terminal, nothing elsewhere. */
export type ProgressLine = {
  readonly show: (progress: Progress) => void
  /** Wipe the line. */
  readonly clear: () => void
}

/** Make the progress line of stderr. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY || process.env.CI) return { show: () => undefined, clear: () => undefined }
  const started = Date.now()
  let shown = false
  return {
    show({ path, paths, tick, ticks }) {
      const done = (path + (path < paths ? tick / ticks : 0)) / paths
      const full = Math.round(done * WIDTH)
      const seconds = (Date.now() - started) / 1000
      const left = done > 0 ? ` ${Math.ceil((seconds / done) * (1 - done))} s left` : ''
      const where = paths === 1 ? `block ${tick}/${ticks}` : `path ${path}/${paths}`
      stream.write(`\r${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${where}${left}\x1b[K`)
      shown = true
    },
    clear() {
      if (shown) stream.write('\r\x1b[K')
    },
  }
}
