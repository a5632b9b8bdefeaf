import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { PACKAGE_VERSION } from '../experiments/version.ts'
import { InputError } from '../world/errors.ts'

/** Exit codes, stable for scripts. */
export const EXIT = { ok: 0, finding: 1, usage: 2, internal: 3, interrupted: 130 } as const

function wholeNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value))
    throw new InvalidArgumentError('use a whole number, for example 42.')
  return value
}

function assignment(
  text: string,
  before: Readonly<Record<string, string | number>> = {},
): Record<string, string | number> {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('write name=value, for example ethDrop=0.5.')
  const value = text.slice(at + 1).trim()
  const number = Number(value)
  return {
    ...before,
    [text.slice(0, at).trim()]: value === '' || Number.isNaN(number) ? value : number,
  }
}

/** Commands load what they need when they are called, so that --help stays light. */
function programOf(finish: (code: number) => void): Command {
  const program = new Command('breakwater')
    .description(
      'Systemic-risk engine for decentralised finance: what breaks, in which order, and who pays.',
    )
    .version(PACKAGE_VERSION)
    .showHelpAfterError('run with --help for usage')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExit codes: 0 ok, 1 finding (--fail-if holds), 2 usage or data error, 3 internal error, 130 interrupted.\n\nExample:\n  breakwater run scenarios/compound-v2-eth-crash.yaml --set ethDrop=0.5 --out report',
    )
  program
    .command('run')
    .description('run a scenario and say what broke, in which order, and who lost how much')
    .argument('<scenario>', 'scenario file (YAML)')
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option(
      '--paths <n>',
      "number of paths; with --until the most of them (default: the scenario's, 64000 with --until)",
      wholeNumber,
    )
    .option('--path <k>', 'run only path k of the run, counted from 0, with its trace', wholeNumber)
    .option(
      '--until <rule>',
      'stop at 1000, 2000, 4000 ... paths when it holds, for example "badDebt.p99 within 5%"',
    )
    .option(
      '--workers <n>',
      'worker threads; the results are the same (default: as many as are worth their start)',
      wholeNumber,
    )
    .option('--short', "use the scenario's short form, a quick look")
    .option('--json', 'print one JSON document on stdout')
    .option(
      '--out <dir>',
      'write report.html, report.json, paths.parquet, measures.parquet and trace.parquet; keep finished paths, and take up again what was interrupted',
    )
    .option('--fail-if <condition>', 'exit with 1 when it holds, for example "badDebt > 1e6"')
    .option(
      '--cut <channel>',
      'run every path again with a channel of contagion cut; repeat for more, or all',
      (name: string, before: readonly string[] = []) => [...before, name],
    )
    .option(
      '--tail <condition>',
      'probability that one path meets a rare condition, for example "badDebt > 5e6"',
    )
    .option('--tail-paths <n>', 'paths that the tail may take (default: 2000)', wholeNumber)
    .option('--checked', 'check conservation and finiteness after every block (slower)')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater run scenarios/compound-v2-eth-crash.yaml --set ethDrop=0.5 --set hours=3 --fail-if "badDebt > 1e6"\n\nA condition is: [number *] measure[.statistic] joined by + or -, a comparison, a number.\nStatistics over paths: mean (default), sd, min, max, pNN, varNN, esNN.\n\nChannels: sharedVenue, sharedCollateral, feedLag, priceImpact. A cut tells the loss that goes with it.\n\nMany paths, to be taken up again after Ctrl-C or a crash by the same command:\n  breakwater run scenarios/coupled-eth-crash.yaml --short --paths 4000 --until "loss within 5%" --out many\n  breakwater query many "select path, loss from paths order by loss desc limit 5"\n  breakwater run scenarios/coupled-eth-crash.yaml --short --path 17 --out path17\n\nHow likely a rare path is, by importance sampling, with its interval:\n  breakwater run scenarios/coupled-eth-crash.yaml --short --tail "badDebt > 5e6" --tail-paths 4000',
    )
    .action(async (scenario: string, options) => {
      const { runCommand } = await import('./run.ts')
      finish(await runCommand(scenario, options))
    })
  program
    .command('cliff')
    .description('find the point along one parameter where loss turns from small to systemic')
    .argument('<scenario>', 'scenario file (YAML)')
    .requiredOption('--vary <name=low..high>', 'parameter that is varied, and between which values')
    .option(
      '--measure <name>',
      "order parameter: measure or measure.statistic (default: that of the scenario's order: block)",
    )
    .option('--shock <name>', "parameter that is the shock (default: the scenario's)")
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option('--paths <n>', 'paths at every place (default: 8, or 1 without chance)', wholeNumber)
    .option('--cells <n>', 'cells of the first grid (default: 16)', wholeNumber)
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--json', 'print one JSON document on stdout')
    .option(
      '--out <dir>',
      'write report.html and report.json; keep finished paths, and take up again what was interrupted',
    )
    .addHelpText(
      'after',
      '\nExample:\n  breakwater cliff scenarios/papers/constant-product-cascade.yaml --vary r=0.2..0.9 --set positions=20000\n\nA jump is found by halving, a continuous cliff by the peak of the response to a small extra shock\non the same draws, carried to a vanishing shock; both are carried to a system without end where the scenario names its\nsize. "None" is an answer. Statistics: mean (default), sd, min, max, pNN, varNN, esNN.',
    )
    .action(async (scenario: string, options) => {
      const { cliffCommand } = await import('./cliff.ts')
      finish(await cliffCommand(scenario, options))
    })
  program
    .command('sweep')
    .description('run a scenario over a grid of one or two parameters, finer near the cliff')
    .argument('<scenario>', 'scenario file (YAML)')
    .requiredOption(
      '--vary <name=low..high[:n]>',
      'parameter, between which values, and how many of them (default: 9); give one or two, the cliff is looked for along the first',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--measure <name>',
      "measure or measure.statistic (default: that of the scenario's order: block)",
    )
    .option('--shock <name>', "parameter that is the shock (default: the scenario's)")
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option('--paths <n>', 'paths at every point (default: 8, or 1 without chance)', wholeNumber)
    .option('--rounds <n>', 'how often a cell may be halved (default: 2)', wholeNumber)
    .option('--no-line', 'do not look for the cliff in every row')
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--json', 'print one JSON document on stdout')
    .option(
      '--out <dir>',
      'write report.html, report.json, points.parquet and line.parquet; keep finished paths, and take up again what was interrupted',
    )
    .addHelpText(
      'after',
      '\nExample:\n  breakwater sweep scenarios/papers/constant-product-cascade.yaml --vary r=0.3..0.7:9 --vary shock=0.01..0.05:5 --set positions=1000\n\nA cell is halved where the measure changes by a tenth of its whole range and more than chance makes.',
    )
    .action(async (scenario: string, options) => {
      const { sweepCommand } = await import('./sweep.ts')
      finish(await sweepCommand(scenario, options))
    })
  program
    .command('compare')
    .description('compare defences or alternatives on the same paths: loss avoided, cost, who pays')
    .argument('<scenario>', 'scenario file (YAML)')
    .option(
      '--defences <names>',
      'defences alone, in pairs and together: all, or names with commas between (default: all)',
    )
    .option(
      '--each <name[=values]>',
      'every option of a parameter, or the values given: oracle, or closeFactor=0.25,1',
    )
    .option('--with <scenario>', 'another scenario, on the same draws')
    .option(
      '--set <name=value>',
      'alone: the alternative; beside the others: a value in all worlds; repeat for more',
      assignment,
    )
    .option('--measure <name>', 'measure[.statistic], such as badDebt.es95 (default: loss)')
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option(
      '--paths <n>',
      "paths in every world (default: the scenario's, at least 8 where they differ)",
      wholeNumber,
    )
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--short', "use the scenario's short form in all worlds")
    .option('--json', 'print one JSON document on stdout')
    .option(
      '--out <dir>',
      'write report.html, report.json and differences.parquet; keep finished paths, and take up again what was interrupted',
    )
    .addHelpText(
      'after',
      '\nExample:\n  breakwater compare scenarios/frozen-too-late.yaml --defences all\n  breakwater compare scenarios/oracle-manipulation.yaml --each oracle\n  breakwater compare scenarios/compound-v2-eth-crash.yaml --short --set closeFactor=1\n\nEvery path meets the same draws in every world. Costs are those of calm weather: the section `calm:` of\nthe scenario, or its shock at 0. Where intervals do not settle it, the answer is "cannot tell".',
    )
    .action(async (scenario: string, options) => {
      const { compareCommand } = await import('./compare.ts')
      finish(await compareCommand(scenario, options))
    })
  program
    .command('warn')
    .description('what was to be seen before the trouble, and how far the cliff is from here')
    .argument('<scenario>', 'scenario file (YAML)')
    .option(
      '--vary <name=low..high>',
      'shock whose cliff is looked for, and between which values (default: from none on)',
    )
    .option(
      '--measure <name>',
      "measure or measure.statistic of the cliff (default: that of the scenario's order: block)",
    )
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option('--paths <n>', 'paths (default: 8, or 1 without chance)', wholeNumber)
    .option('--no-distance', 'do not look for the cliff')
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--json', 'print one JSON document on stdout')
    .option(
      '--out <dir>',
      'write report.html and report.json; keep finished paths, and take up again what was interrupted',
    )
    .addHelpText(
      'after',
      '\nExample:\n  breakwater warn scenarios/flash-crash.yaml --no-distance\n\nA warning is a rise of variance and lag-1 autocorrelation together, in rolling windows before the event, beyond\n95 % of surrogates without a trend. Abrupt cascades give none: it says so.',
    )
    .action(async (scenario: string, options) => {
      const { warnCommand } = await import('./warn.ts')
      finish(await warnCommand(scenario, options))
    })
  program
    .command('check')
    .description('compare scenarios with a baseline: exit with 1 when a measure worsens')
    .argument('<scenarios...>', 'scenario files (YAML)')
    .requiredOption('--baseline <file>', 'numbers to compare with (JSON)')
    .option('--update', 'write the baseline of these scenarios instead, and exit with 0')
    .option('--measures <names>', 'measures with commas between (default: those of the baseline)')
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option(
      '--paths <n>',
      "paths of a new baseline (default: the scenario's, at least 16 with chance)",
      wholeNumber,
    )
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--json', 'print one JSON document on stdout')
    .option('--out <dir>', 'keep finished paths there, and take up again what was interrupted')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater check risk/*.yaml --baseline risk/baseline.json --update\n  breakwater check risk/*.yaml --baseline risk/baseline.json\n\nPaths that met the same draws are compared one by one, each measure in its own direction. A worsening counts\nwhen chance would make it in fewer than one of twenty checks, all comparisons taken together (Holm).',
    )
    .action(async (scenarios: readonly string[], options) => {
      const { checkCommand } = await import('./check.ts')
      finish(await checkCommand(scenarios, options))
    })
  program
    .command('explain')
    .description(
      'say what a loss is made of, what happened on the way, and which parameters move it',
    )
    .argument('<scenario>', 'scenario file (YAML)')
    .option(
      '--measure <name>',
      "measure or measure.statistic (default: the lenders' loss; without lenders that of dealers)",
    )
    .option(
      '--vary <name=low..high>',
      'parameter or knob of the sensitivity; repeat for more (default: what the scenario assumes)',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--paths <n>',
      'paths of the attribution (default: 8, or 2 without chance)',
      wholeNumber,
    )
    .option('--samples <n>', 'base samples of the sensitivity (default: 16)', wholeNumber)
    .option('--no-sensitivity', 'leave out which parameters move it')
    .option('--no-attribution', 'leave out what it is made of, and the stories')
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--json', 'print one JSON document on stdout')
    .option('--out <dir>', 'keep finished paths there, and take up again what was interrupted')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater explain scenarios/coupled-eth-crash.yaml --short --measure badDebt --no-sensitivity\n\nThe same paths are run with every set of channels of contagion cut; Shapley shares of what goes add up to the\nwhole less what is left with all of them cut. The median and the worst path are told in words, with the events of\ntheir traces behind #. "Cannot tell" is an answer.',
    )
    .action(async (scenario: string, options) => {
      const { explainCommand } = await import('./explain.ts')
      finish(await explainCommand(scenario, options))
    })
  program
    .command('tune')
    .description(
      'tune parameters: a small objective subject to constraints, or a cap for a loss budget',
    )
    .argument('<scenario>', 'scenario file (YAML)')
    .requiredOption(
      '--vary <name=low..high>',
      'parameter or knob, and between which values; repeat for more',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--objective <expression>',
      'what is made small, for example "badDebt.es99 + 0.1*capitalCost"; varied parameters may be terms',
    )
    .option(
      '--subject-to <condition>',
      'what must hold, for example "badDebt.p95 < 4e5"; repeat for more',
      (text: string, before: readonly string[] = []) => [...before, text],
    )
    .option(
      '--budget <condition>',
      'instead of an objective: the largest value of one parameter up to which it holds',
    )
    .option(
      '--efficiency <expression>',
      'draw the frontier of it against the loss, more of it being better; its points forget the constraints',
    )
    .option(
      '--loss <expression>',
      'loss of the frontier and of small steps (default: the first measure of the objective)',
    )
    .option('--points <n>', 'points of the search (default: 25 for each parameter)', wholeNumber)
    .option('--paths <n>', 'paths at every point (default: 16; 64 with statistics)', wholeNumber)
    .option('--fresh-paths <n>', 'paths that test the result (default: 4 x paths)', wholeNumber)
    .option('--no-cliffs', 'do not look for cliffs around the result')
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
    .option('--workers <n>', 'worker threads; the results are the same', wholeNumber)
    .option('--json', 'print one JSON document on stdout')
    .option('--out <dir>', 'keep finished paths there, and take up again what was interrupted')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater tune scenarios/papers/leveraged-loop.yaml --objective "-1*threshold" --subject-to "badDebt <= 1" --vary threshold=0.5..0.95 --vary bonus=0.005..0.1\n  breakwater tune scenarios/papers/leveraged-loop.yaml --budget "badDebt <= 1" --vary jump=0..0.3\n\nAll points meet the same draws. What is found is estimated again on paths that the search has not seen, beside\nthe scenario as it is and the best of as many points at random. "None" is an answer.',
    )
    .action(async (scenario: string, options) => {
      const { tuneCommand } = await import('./tune.ts')
      finish(await tuneCommand(scenario, options))
    })
  program
    .command('query')
    .description(
      'ask the results in a folder by SQL: tables paths, measures and trace (of the last path)',
    )
    .argument('<dir>', 'folder that "breakwater run ... --out <dir>" wrote')
    .argument('[sql]', 'a query in the SQL of DuckDB; without it the columns of every table')
    .option('--json', 'print an array of objects')
    .addOption(new Option('--csv', 'print comma-separated values').conflicts('json'))
    .addHelpText(
      'after',
      '\nExample:\n  breakwater query report "select path, badDebt from paths order by badDebt desc limit 10"\n  breakwater query report "select quantile_cont(badDebt, [0.5, 0.99]) from paths where not failed"\n  breakwater query report \'select path, "badDebt[compound]" from paths\' --csv\n\nThe tables are copies: no query changes the results or reaches a file.',
    )
    .action(async (dir: string, sql: string | undefined, options) => {
      const { queryCommand } = await import('./query.ts')
      finish(await queryCommand(dir, sql, options))
    })
  program
    .command('models')
    .description('list every kind of model with its parameters and units')
    .argument('[kind]', 'only this kind or family')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText('after', '\nExample:\n  breakwater models oracles/feed')
    .action(async (kind: string | undefined, options) => {
      const { modelsCommand } = await import('./models.ts')
      finish(modelsCommand(kind, options))
    })
  program
    .command('calibrate')
    .description('fit price processes to price files, with standard errors and a check of the fit')
    .argument(
      '<files...>',
      'CSV files (.gz too): t,open,high,low,close (and symbol for several assets), or t and a column per asset; t may be named time, timestamp, datetime or date, in Unix seconds, milliseconds or ISO',
    )
    .option(
      '--process <name>',
      'gbm, jumpDiffusion, regimes, ou, bootstrap, heston or all (default; ou only for pegged assets)',
    )
    .option('--assets <names>', 'assets to keep, with commas between (default: all)')
    .option('--from <date>', 'first moment, ISO date (UTC) or Unix seconds')
    .option('--to <date>', 'last moment')
    .option('--regime <name>', 'calm or stress: only outside, or only within, the known crises')
    .option(
      '--step <seconds>',
      'length of a return, a multiple of the usual distance of rows (default: that distance)',
      wholeNumber,
    )
    .option(
      '--spikes <what>',
      'drop (default) or keep prices off by a factor 1.49 for one bar only',
    )
    .option('--out <file>', 'write the calibration, for sources of kind calibration')
    .option('--json', 'print one JSON document on stdout')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater calibrate data/prices/ETHUSDT_1h.csv.gz data/prices/BTCUSDT_1h.csv.gz --process regimes --from 2023-01-01 --to 2023-06-30',
    )
    .action(async (files: readonly string[], options) => {
      const { calibrateCommand } = await import('./calibrate.ts')
      finish(await calibrateCommand(files, options))
    })
  program
    .command('doctor')
    .description('check that this installation can run')
    .addHelpText('after', '\nExample:\n  breakwater doctor')
    .action(async () => {
      const { doctorCommand } = await import('./doctor.ts')
      finish(await doctorCommand())
    })
  return program
}

function codeOf(error: unknown): number {
  if (!(error instanceof Error)) return EXIT.internal
  if (error.name === 'InterruptedError') return EXIT.interrupted
  return error instanceof InputError ? EXIT.usage : EXIT.internal
}

/**
 * Run the command line.
 * @param args without node and script.
 * @returns the exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = EXIT.ok
  try {
    await programOf((finished) => {
      code = finished
    }).parseAsync(args, { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    code = codeOf(error)
    const text = error instanceof Error ? error.message : String(error)
    if (code === EXIT.internal) {
      process.stderr.write(
        `breakwater: internal error: ${error instanceof Error ? error.stack : text}\n`,
      )
      process.stderr.write('This is a defect of breakwater; please report it with the command.\n')
    } else process.stderr.write(`breakwater: ${text}\n`)
    return code
  }
}
