/** What of a run its command names. */
export type Replayed = {
  /** Path of the scenario file. */
  readonly scenario: string
  readonly seed: number
  readonly set: Readonly<Record<string, number | string>>
  readonly cuts?: readonly string[]
  readonly paths?: number
  /** Number of the only path, from 0. */
  readonly path?: number
  readonly until?: string
  readonly checked?: boolean
}

/** Quote what a shell would split. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** The command that repeats a run, or one path of it, exactly. */
export function replayCommand(run: Replayed): string {
  const { scenario, seed, set, cuts = [], paths, path, until, checked } = run
  return [
    `breakwater run ${shellWord(scenario)} --seed ${seed}`,
    ...(paths === undefined ? [] : [`--paths ${paths}`]),
    ...(path === undefined ? [] : [`--path ${path}`]),
    ...(until === undefined ? [] : [`--until ${shellWord(until)}`]),
    ...Object.entries(set).map(([k, v]) => `--set ${shellWord(`${k}=${v}`)}`),
    ...cuts.map((name) => `--cut ${name}`),
    ...(checked ? ['--checked'] : []),
  ].join(' ')
}
