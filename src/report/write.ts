import type { RunOptions, RunOutcome } from '../experiments/index.ts'
import { writeTrace } from '../stores/index.ts'
import { reportOf } from './data.ts'
import { makeFolder, type Output, writeAll } from './files.ts'
import { pageOf } from './page/page.ts'
import { resultFiles } from './results.ts'

/**
 * Write report.json, report.html, trace.parquet, and the numbers of all paths as paths.parquet and
 * measures.parquet into a folder, which is made if need be.
 *
 * Trace, story, charts and accounts are of the last finished path; without one there is no trace.
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
  return writeAll(dir, [
    { name: 'report.json', content: `${JSON.stringify(report, null, 1)}\n` },
    ...trace,
    ...resultFiles(outcome),
    { name: 'report.html', content: pageOf(report) },
  ])
}
