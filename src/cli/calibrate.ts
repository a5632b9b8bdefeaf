import { writeFileSync } from 'node:fs'
import {
  type Calibration,
  CalibrationError,
  calibrateFiles,
  criteria,
  type Fit,
  PROCESSES,
  type ProcessName,
} from '../calibration/index.ts'
import { createFiles } from '../sources/index.ts'

/** Options of `breakwater calibrate` as the command line gives them. */
export type CalibrateArguments = {
  readonly process?: string
  readonly assets?: string
  readonly from?: string
  readonly to?: string
  readonly regime?: string
  readonly step?: number
  readonly spikes?: string
  readonly out?: string
  readonly json?: boolean
}

function processesOf(given: string): readonly ProcessName[] | 'all' {
  if (given === 'all') return given
  const found = PROCESSES.find((process) => process === given)
  if (!found)
    throw new CalibrationError(`--process is "${given}"; use one of ${PROCESSES.join(', ')}, all`)
  return [found]
}

function regimeOf(given: string): 'calm' | 'stress' | 'all' {
  if (given === 'calm' || given === 'stress' || given === 'all') return given
  throw new CalibrationError(`--regime is "${given}"; use calm, stress or all`)
}

function spikesOf(given: string): 'drop' | 'keep' {
  if (given === 'drop' || given === 'keep') return given
  throw new CalibrationError(`--spikes is "${given}"; use drop or keep`)
}

function digits(value: number | null): string {
  return value === null ? '?' : String(Number(value.toPrecision(4)))
}

function fitLines({ process, verdict, parameters, checks, notes }: Fit): readonly string[] {
  const width = Math.max(...parameters.map(({ name }) => name.length), 0)
  return [
    `${process}: ${verdict}`,
    ...parameters.map(
      ({ name, value, error, unit }) =>
        `  ${name.padEnd(width)}  ${digits(value).padStart(10)} +- ${digits(error).padEnd(9)} ${unit}`,
    ),
    ...checks.map(
      ({ asset, name, statistic, degrees, pValue }) =>
        `  check ${`${asset} ${name}`.padEnd(18)} chi-square ${digits(statistic)} (${digits(degrees)} degrees), p = ${pValue.toFixed(4)}`,
    ),
    ...notes.map((note) => `  note: ${note}`),
    '',
  ]
}

function comparison({ fits, rows }: Calibration): readonly string[] {
  const scored = fits.flatMap((fit) => {
    const values = criteria(fit, rows)
    return values ? [{ process: fit.process, fits: fit.fits, ...values }] : []
  })
  if (scored.length < 2) return []
  const line = (s: (typeof scored)[number]): string =>
    `  ${s.process.padEnd(14)} AIC ${s.aic.toFixed(1).padStart(12)}  BIC ${s.bic.toFixed(1).padStart(12)}  ${s.fits ? 'fits' : 'rejected'}`
  return [
    'One-step forecasts of single assets, the best first (less is better):',
    ...scored.toSorted((a, b) => a.bic - b.bic).map(line),
    '',
  ]
}

/** Write a calibration in words and numbers. */
export function calibrationText(calibration: Calibration): string {
  const { assets, step, rows, from, to, spans, dropped, data, fits } = calibration
  return [
    `${assets.join(', ')}: ${rows} joint returns over ${step} s, ${from} to ${to}`,
    ...(spans.length > 1 ? spans.map((s) => `  within ${s.from} to ${s.to}`) : []),
    ...dropped.map((text) => `  left out: ${text}`),
    ...data.map(({ source, sha256 }) => `  ${source} sha256 ${sha256}`),
    '',
    ...fits.flatMap(fitLines),
    ...comparison(calibration),
  ].join('\n')
}

/** Say on a terminal what is being done. */
function progress(): { readonly show: (text: string) => void; readonly clear: () => void } {
  const { stderr } = process
  if (!stderr.isTTY || process.env.CI) return { show: () => undefined, clear: () => undefined }
  return {
    show: (text) => stderr.write(`\r${text.slice(0, 100)}\x1b[K`),
    clear: () => stderr.write('\r\x1b[K'),
  }
}

/**
 * Fit price processes to files for the command line.
 * @returns the exit code: 0, whatever the verdicts are; they are findings, not failures.
 */
export async function calibrateCommand(
  files: readonly string[],
  args: CalibrateArguments,
): Promise<number> {
  const line = progress()
  try {
    const calibration = await calibrateFiles(
      {
        files,
        assets: args.assets?.split(',').map((name) => name.trim()) ?? [],
        ...(args.from === undefined ? {} : { from: args.from }),
        ...(args.to === undefined ? {} : { to: args.to }),
        regime: regimeOf(args.regime ?? 'all'),
        ...(args.step === undefined ? {} : { step: args.step }),
        spikes: spikesOf(args.spikes ?? 'drop'),
      },
      processesOf(args.process ?? 'all'),
      createFiles(),
      line.show,
    )
    line.clear()
    const json = `${JSON.stringify(calibration, null, 2)}\n`
    if (args.out !== undefined) write(args.out, json)
    process.stdout.write(args.json ? json : `${calibrationText(calibration)}\n`)
    return 0
  } finally {
    line.clear()
  }
}

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text)
  } catch (cause) {
    const { message } = cause as Error
    throw new CalibrationError(`${path}: cannot be written (${message}); check the folder`, {
      cause,
    })
  }
  process.stderr.write(`wrote ${path}\n`)
}
