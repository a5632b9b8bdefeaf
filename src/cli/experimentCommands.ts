import type { Command } from 'commander'
import { assignment, type Finish, several, wholeFrom, wholeNumber } from './options.ts'

/** Options of everything that runs paths. @param files what `--out` writes beside finished paths. */
function withRun(command: Command, files: string): Command {
  return command
    .option('--seed <n>', "seed of all random draws (default: the scenario's)", wholeNumber)
    .option('--workers <n>', 'worker threads; the results are the same', wholeFrom(1))
    .option('--json', 'print one JSON document on stdout')
    .option(
      '--out <dir>',
      `write ${files}; keep finished paths, and take up again what was interrupted`,
    )
}

/** The same, and those that say which form of the scenario is run. */
function withScenario(command: Command, files: string): Command {
  return withRun(command, files)
    .option('--set <name=value>', 'override a parameter; repeat for more', assignment)
    .option('--short', "use the scenario's short form, a quick look")
    .option(
      '--defences <names>',
      'defences of the scenario that are switched on: all, none, or names with commas between',
    )
}

function addCliff(program: Command, finish: Finish): void {
  const command = program
    .command('cliff')
    .description('find the point along one parameter where loss turns from small to systemic')
    .argument('<scenario>', 'scenario file (YAML)')
    .option(
      '--vary <name=low..high>',
      'parameter that is varied, and between which values (default: the shock, from calm weather to twice as far as the scenario goes)',
    )
    .option(
      '--measure <name>',
      "order parameter: measure or measure.statistic (default: that of the scenario's order: block)",
    )
    .option('--shock <name>', "parameter that is the shock (default: the scenario's)")
    .option('--paths <n>', 'paths at every place (default: 8, or 1 without chance)', wholeFrom(1))
    .option('--cells <n>', 'cells of the first grid (default: 16)', wholeFrom(4))
  withScenario(command, 'report.html, report.json, measures.parquet and curve.parquet')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater cliff scenarios/papers/constant-product-cascade.yaml --vary r=0.2..0.9 --set positions=300 --paths 1\n\nA jump is found by halving, a continuous cliff by the peak of the response to a small extra shock\non the same draws, carried to a vanishing shock; both are carried to a system without end where the scenario names its\nsize. "None" is an answer. Statistics: mean (default), sd, min, max, pNN, varNN, esNN.',
    )
    .action(async (scenario: string, options) => {
      const { cliffCommand } = await import('./cliff.ts')
      finish(await cliffCommand(scenario, options))
    })
}

function addSweep(program: Command, finish: Finish): void {
  const command = program
    .command('sweep')
    .description('run a scenario over a grid of one or two parameters, finer along the cliff')
    .argument('<scenario>', 'scenario file (YAML)')
    .requiredOption(
      '--vary <name=low..high[:n]>',
      'parameter, between which values, and how many of them (default: 9); give one or two, the cliff is looked for along the first',
      several,
    )
    .option(
      '--measure <name>',
      "measure or measure.statistic (default: that of the scenario's order: block)",
    )
    .option('--shock <name>', "parameter that is the shock (default: the scenario's)")
    .option('--paths <n>', 'paths at every point (default: 8, or 1 without chance)', wholeFrom(1))
    .option('--rounds <n>', 'how often a cell may be halved (default: 2)', wholeFrom(0))
    .option('--no-line', 'do not look for the cliff in every row')
  withScenario(command, 'report.html, report.json, points.parquet and line.parquet')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater sweep scenarios/papers/constant-product-cascade.yaml --vary r=0.3..0.7:9 --vary shock=0.01..0.05:5 --set positions=1000\n\nCells that the cliff line or its interval reaches are halved first; then, while points last, those in which the measure changes by a tenth of its whole range and more than chance makes.',
    )
    .action(async (scenario: string, options) => {
      const { sweepCommand } = await import('./sweep.ts')
      finish(await sweepCommand(scenario, options))
    })
}

function addCompare(program: Command, finish: Finish): void {
  const command = program
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
    .option(
      '--paths <n>',
      "paths in every world (default: the scenario's, at least 8 where they differ)",
      wholeFrom(1),
    )
    .option('--short', "use the scenario's short form in all worlds")
  withRun(command, 'report.html, report.json, measures.parquet and differences.parquet')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater compare scenarios/frozen-too-late.yaml --defences all\n  breakwater compare scenarios/oracle-manipulation.yaml --each oracle\n  breakwater compare scenarios/compound-v2-eth-crash.yaml --short --set closeFactor=1\n\nEvery path meets the same draws in every world. Costs are those of calm weather: the section `calm:` of\nthe scenario, or its shock at 0. Where intervals do not settle it, the answer is "cannot tell".',
    )
    .action(async (scenario: string, options) => {
      const { compareCommand } = await import('./compare.ts')
      finish(await compareCommand(scenario, options))
    })
}

function addWarn(program: Command, finish: Finish): void {
  const command = program
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
    .option('--paths <n>', 'paths (default: 8, or 1 without chance)', wholeFrom(1))
    .option('--no-distance', 'do not look for the cliff')
  withScenario(command, 'report.html, report.json, indicators.parquet and lines.parquet')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater warn scenarios/flash-crash.yaml --no-distance\n\nA warning is a rise of variance and lag-1 autocorrelation together, in rolling windows before the event, beyond\n95 % of surrogates without a trend. Abrupt cascades give none: it says so.',
    )
    .action(async (scenario: string, options) => {
      const { warnCommand } = await import('./warn.ts')
      finish(await warnCommand(scenario, options))
    })
}

function addCheck(program: Command, finish: Finish): void {
  const command = program
    .command('check')
    .description('compare scenarios with a baseline: exit with 1 when a measure worsens')
    .argument('<scenarios...>', 'scenario files (YAML)')
    .requiredOption('--baseline <file>', 'numbers to compare with (JSON)')
    .option('--update', 'write the baseline of these scenarios instead, and exit with 0')
    .option('--measures <names>', 'measures with commas between (default: those of the baseline)')
    .option(
      '--paths <n>',
      "paths of a new baseline (default: the scenario's, at least 16 with chance)",
      wholeFrom(1),
    )
  withScenario(command, 'report.html, report.json and checks.parquet')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater check risk/*.yaml --baseline risk/baseline.json --update\n  breakwater check risk/*.yaml --baseline risk/baseline.json\n\nPaths that met the same draws are compared one by one, each measure in its own direction. A worsening counts\nwhen chance would make it in fewer than one of twenty checks, all comparisons taken together (Holm).',
    )
    .action(async (scenarios: readonly string[], options) => {
      const { checkCommand } = await import('./check.ts')
      finish(await checkCommand(scenarios, options))
    })
}

function addExplain(program: Command, finish: Finish): void {
  const command = program
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
      several,
    )
    .option(
      '--paths <n>',
      'paths of the attribution (default: 8, or 2 without chance)',
      wholeFrom(1),
    )
    .option(
      '--samples <n>',
      'base samples of the sensitivity (default: 16, whose 95 % intervals are wide and covered 91 to 98 % in trials on smooth functions; more for steps)',
      wholeFrom(4),
    )
    .option('--no-sensitivity', 'leave out which parameters move it')
    .option('--no-attribution', 'leave out what it is made of, and the stories')
  withScenario(command, 'report.html, report.json, channels.parquet and sensitivity.parquet')
    .addHelpText(
      'after',
      '\nExample:\n  breakwater explain scenarios/own-book.yaml\n\nThe same paths are run with every set of channels of contagion cut; Shapley shares of what goes add up to the\nwhole less what is left with all of them cut. The median and the worst path are told in words, with the events of\ntheir traces behind #. "Cannot tell" is an answer.',
    )
    .action(async (scenario: string, options) => {
      const { explainCommand } = await import('./explain.ts')
      finish(await explainCommand(scenario, options))
    })
}

function addTune(program: Command, finish: Finish): void {
  const command = program
    .command('tune')
    .description(
      'tune parameters: a small objective subject to constraints, or a cap for a loss budget',
    )
    .argument('<scenario>', 'scenario file (YAML)')
    .requiredOption(
      '--vary <name=low..high>',
      'parameter or knob, and between which values; repeat for more',
      several,
    )
    .option(
      '--objective <expression>',
      'what is made small, for example "badDebt.es99 + 0.1*capitalCost"; varied parameters may be terms',
    )
    .option(
      '--subject-to <condition>',
      'what must hold, for example "badDebt.p95 < 4e5"; repeat for more',
      several,
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
    .option('--points <n>', 'points of the search (default: 25 for each parameter)', wholeFrom(1))
    .option('--paths <n>', 'paths at every point (default: 16; 64 with statistics)', wholeFrom(1))
    .option('--fresh-paths <n>', 'paths that test the result (default: 4 x paths)', wholeFrom(1))
    .option('--no-cliffs', 'do not look for cliffs around the result')
  withScenario(
    command,
    'report.html, report.json, frontier.parquet and steps.parquet (of a cap: points.parquet)',
  )
    .addHelpText(
      'after',
      '\nExample:\n  breakwater tune scenarios/papers/leveraged-loop.yaml --objective "-1*threshold" --subject-to "badDebt <= 1" --vary threshold=0.5..0.95 --vary bonus=0.005..0.1\n  breakwater tune scenarios/papers/leveraged-loop.yaml --budget "badDebt <= 1" --vary jump=0..0.3\n\nAll points meet the same draws. What is found is estimated again on paths that the search has not seen, beside\nthe scenario as it is and the best of as many points at random. "None" is an answer.',
    )
    .action(async (scenario: string, options) => {
      const { tuneCommand } = await import('./tune.ts')
      finish(await tuneCommand(scenario, options))
    })
}

/** Commands that run a scenario many times to answer a question. They load what they need when they are called, so that --help stays light. */
export function addExperiments(program: Command, finish: Finish): void {
  addCliff(program, finish)
  addSweep(program, finish)
  addCompare(program, finish)
  addWarn(program, finish)
  addCheck(program, finish)
  addExplain(program, finish)
  addTune(program, finish)
}
