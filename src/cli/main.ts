import { Command, CommanderError } from 'commander'
import { PACKAGE_VERSION } from '../experiments/version.ts'
import { InputError } from '../world/errors.ts'
import { addExperiments } from './experimentCommands.ts'
import type { Finish } from './options.ts'
import { addRuns } from './runCommands.ts'

/** Exit codes, stable for scripts. */
export const EXIT = { ok: 0, finding: 1, usage: 2, internal: 3, interrupted: 130 } as const

function programOf(finish: Finish): Command {
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
  addRuns(program, finish)
  addExperiments(program, finish)
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
    // Each command says itself what was kept.
    if (code === EXIT.interrupted) return code
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
