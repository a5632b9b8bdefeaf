import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PathFailedError, RunOptions, RunOutcome } from '../experiments/index.ts'
import { writePaths, writeTrace } from '../stores/index.ts'
import { reportOf } from './data.ts'
import { makeFolder, type Output, writeAll } from './files.ts'
import { pageOf } from './page/page.ts'
import { resultFiles } from './results.ts'

function remove(dir: string, names: readonly string[]): void {
  for (const name of names) rmSync(join(dir, name), { force: true })
}

/**
 * Write report.json, report.html, trace.parquet, and the numbers of all paths as paths.parquet and
 * measures.parquet into a folder, which is made if need be.
 *
 * Trace, story, charts and accounts are of the last finished path; without one there is no trace, and
 * that of an earlier run is removed.
 * Runs that path once more to sample it, and every assumption twice, on worker threads; when
 * `options.signal` is aborted meanwhile, the effects that are missing say so.
 * @returns the paths of the files.
 * @throws {OutputError} when the path is a file or cannot be written.
 */
export async function writeReportFiles(
  outcome: RunOutcome,
  dir: string,
  options: RunOptions = {},
): Promise<readonly string[]> {
  makeFolder(dir)
  const report = await reportOf(outcome, options)
  const { view } = outcome
  const trace: Output[] =
    view === null
      ? []
      : [{ name: 'trace.parquet', content: (path) => writeTrace(view.world, path) }]
  const written = await writeAll(dir, [
    { name: 'report.json', content: `${JSON.stringify(report, null, 1)}\n` },
    ...trace,
    ...resultFiles(outcome),
    { name: 'report.html', content: pageOf(report) },
  ])
  // The trace of an earlier run must not stand beside the paths of this one.
  if (view === null) remove(dir, ['trace.parquet'])
  return written
}

/**
 * Write what is known of a path that failed: trace.parquet up to the failure, and its reason as the only
 * row of paths.parquet. What an earlier run has left in the folder is removed, its journal excepted.
 * @returns the paths of the files; none when the failure lies in a world that the path is compared with.
 * @throws {OutputError} when the path is a file or cannot be written.
 */
export async function writeFailedPath(
  { path, seed, reason, world }: PathFailedError,
  dir: string,
): Promise<readonly string[]> {
  if (world === null) return []
  makeFolder(dir)
  const stored = { seed, first: path, paths: 1, columns: [], failures: [{ path, reason }] }
  const written = await writeAll(dir, [
    { name: 'trace.parquet', content: (file) => writeTrace(world, file) },
    { name: 'paths.parquet', content: (file) => writePaths(stored, file) },
  ])
  remove(dir, ['report.json', 'report.html', 'measures.parquet'])
  return written
}
