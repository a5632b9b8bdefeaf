/**
 * Measure triggers next to the scan on one book and print what was found as JSON, a line per path.
 * Usage: node bench/measureDetection.ts BOOK PATH,PATH ROUNDS
 */
import { measurePath } from './detection/path.ts'
import { type BookName, loadDetection, type PathName } from './workloads/detection.ts'

/** Seconds that the scan of a path may take in one round. */
const MOST = 2.5

const [book, paths, rounds] = process.argv.slice(2)
const workloads = await loadDetection(book as BookName, paths!.split(',') as PathName[])
for (const workload of workloads)
  process.stdout.write(`${JSON.stringify(measurePath(workload, Number(rounds), MOST))}\n`)
