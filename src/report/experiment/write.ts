import { makeFolder, type Output, writeAll } from '../files.ts'

/**
 * Write the results of an experiment into a folder, which is made if need be: report.json, report.html,
 * and what else there is. Numbers that are not known are null in JSON.
 * @param files beside them, such as tables in Parquet.
 * @returns the paths of the files.
 * @throws {OutputError} when the path is a file or cannot be written.
 */
export async function writeExperiment(
  document: object,
  page: string,
  dir: string,
  files: readonly Output[] = [],
): Promise<readonly string[]> {
  makeFolder(dir)
  return writeAll(dir, [
    { name: 'report.json', content: `${JSON.stringify(document, null, 1)}\n` },
    ...files,
    { name: 'report.html', content: page },
  ])
}
