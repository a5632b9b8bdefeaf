import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const ROOT = new URL('../', import.meta.url)

/** Failures of computations and of the program itself, not of what a user gave. */
const NOT_THE_USERS = [
  'BookError',
  'CarefulMathError',
  'ConservationError',
  'ImpliedVolError',
  'InputError',
  'InterruptedError',
  'LedgerError',
  'NonFiniteError',
  'RefusedError',
  'TriggerError',
  'WorldFileError',
]

describe('errors', () => {
  it('that a user can mend extend InputError, and end with exit code 2', () => {
    const files = globSync(
      '{world,mechanisms,engine,sources,stores,measures,scenario,calibration,experiments,report}/**/*.ts',
      { cwd: ROOT },
    )
    const others = files
      .filter((file) => !/\.(test|conformance)\.ts$/.test(file))
      .flatMap((file) => {
        const text = readFileSync(new URL(file, ROOT), 'utf8')
        return [...text.matchAll(/class (\w+Error) extends (\w+)/g)].flatMap(([, name, base]) =>
          base === 'Error' ? [name] : [],
        )
      })
    expect(others.sort()).toEqual(NOT_THE_USERS)
  })
})
