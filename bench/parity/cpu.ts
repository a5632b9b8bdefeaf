import { readdirSync, readFileSync } from 'node:fs'

// USER_HZ of Linux on all its platforms that Node runs on.
const TICKS_PER_SECOND = 100

/** Fields of /proc/PID/stat after the name, which may hold spaces. */
function stat(pid: string): { readonly name: string; readonly fields: readonly string[] } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const end = text.lastIndexOf(')')
    return { name: text.slice(text.indexOf('(') + 1, end), fields: text.slice(end + 2).split(' ') }
  } catch {
    return null
  }
}

/**
 * Find a child of this process by its name.
 * @returns a function that tells its CPU seconds, user and system, in steps of 0.01 s; NaN where the
 *   system has no /proc.
 */
export function childCpu(name: string): () => number {
  let pids: string[] = []
  try {
    pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))
  } catch {
    return () => NaN
  }
  const pid = pids.find((entry) => {
    const found = stat(entry)
    return found?.name === name && found.fields[1] === `${process.pid}`
  })
  if (pid === undefined) return () => NaN
  return () => {
    const fields = stat(pid)?.fields
    return fields ? (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND : NaN
  }
}

/** CPU seconds of this process, all threads, user and system. */
export function ownCpu(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
