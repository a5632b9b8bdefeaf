import { type Command, Option } from 'commander'
import { assignment, type Finish, several, wholeNumber } from './options.ts'

function addRun(program: Command, finish: Finish): void {
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
      several,
    )
    .option(
      '--tail <condition>',
      'probability that one path meets a rare condition, for example "badDebt > 5e6"',
    )
    .option('--tail-paths <n>', 'paths that the tail may take (default: 2000)', wholeNumber)
    .option('--checked', 'check conservation and finiteness after every block (slower)')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater run scenarios/compound-v2-eth-crash.yaml --set ethDrop=0.5 --set hours=3 --fail-if "badDebt > 1e6"\n\nA condition is: [number *] measure[.statistic] joined by + or -, a comparison, a number.\nStatistics over paths: mean (default), sd, min, max, pNN, varNN, esNN.\n\nChannels: sharedVenue, sharedCollateral, mispricing, feedLag, priceImpact, hedging, lending, adversary, lenderRun;\na+b cuts both at once. A cut tells the loss that goes with it.\n\nMany paths, to be taken up again after Ctrl-C or a crash by the same command:\n  breakwater run scenarios/coupled-eth-crash.yaml --short --paths 4000 --until "loss within 5%" --out many\n  breakwater query many "select path, loss from paths order by loss desc limit 5"\n  breakwater run scenarios/coupled-eth-crash.yaml --short --path 17 --out path17\n\nHow likely a rare path is, by importance sampling, with its interval:\n  breakwater run scenarios/coupled-eth-crash.yaml --short --tail "badDebt > 5e6" --tail-paths 4000',
    )
    .action(async (scenario: string, options) => {
      const { runCommand } = await import('./run.ts')
      finish(await runCommand(scenario, options))
    })
}

function addQuery(program: Command, finish: Finish): void {
  program
    .command('query')
    .description(
      'ask the results in a folder by SQL: its tables are the .parquet files that --out wrote',
    )
    .argument('<dir>', 'folder that a command wrote with --out <dir>')
    .argument('[sql]', 'a query in the SQL of DuckDB; without it the columns of every table')
    .option('--json', 'print an array of objects')
    .addOption(new Option('--csv', 'print comma-separated values').conflicts('json'))
    .addHelpText(
      'after',
      '\nExample:\n  breakwater query report "select path, badDebt from paths order by badDebt desc limit 10"\n  breakwater query report "select quantile_cont(badDebt, [0.5, 0.99]) from paths where not failed"\n  breakwater query report \'select path, "badDebt[compound]" from paths\' --csv\n  breakwater query compared "select arm, avg(difference) from differences where weather = \'stress\' and measure = \'loss\' group by arm"\n\nTables of run: paths, measures, trace (of the last path); cliff: measures, curve; sweep: points, line; compare:\ndifferences (path by path), measures; explain: channels, sensitivity; tune: frontier, steps (a cap: points);\nwarn: indicators, lines; check: checks. Without a query their columns are listed. The tables are copies: no query changes the results or reaches a file.',
    )
    .action(async (dir: string, sql: string | undefined, options) => {
      const { queryCommand } = await import('./query.ts')
      finish(await queryCommand(dir, sql, options))
    })
}

function addModels(program: Command, finish: Finish): void {
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
}

function addCalibrate(program: Command, finish: Finish): void {
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
}

function addDoctor(program: Command, finish: Finish): void {
  program
    .command('doctor')
    .description('check that this installation can run')
    .addHelpText('after', '\nExample:\n  breakwater doctor')
    .action(async () => {
      const { doctorCommand } = await import('./doctor.ts')
      finish(await doctorCommand())
    })
}

/** Commands that run a scenario, look at results, models and data. They load what they need when they are called, so that --help stays light. */
export function addRuns(program: Command, finish: Finish): void {
  addRun(program, finish)
  addQuery(program, finish)
  addModels(program, finish)
  addCalibrate(program, finish)
  addDoctor(program, finish)
}
