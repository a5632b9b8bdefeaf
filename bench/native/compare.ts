import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, ratio, seconds } from '../measure.ts'
import { KERNELS, type KernelInput, kernelInput, LAYOUTS, type Layout } from './kernels.ts'

/** A loop over typed arrays next to the same loop in C. */
export type KernelResult = {
  readonly layout: Layout
  readonly rows: number
  /** Nanoseconds per row and pass, medians. */
  readonly script: number
  readonly native: number
  /** Median of the rounds' ratios. */
  readonly ratio: number
}

/** All layouts, or why nothing was measured. */
export type KernelResults =
  | { readonly compiler: string; readonly results: readonly KernelResult[] }
  | { readonly missing: string }

const PASS_ROWS = 4e6
/** Passes until the last of V8's compilers has had its turn. */
const WARM_UP = 300

/** Neither is faster everywhere: gathers of wide vectors are slow on some machines. */
const FLAGS = [[], ['-march=native']] as const

/** Compile with strict IEEE arithmetic, once with each of the flags. */
function compile(folder: string): readonly string[] {
  const source = fileURLToPath(new URL('kernels.c', import.meta.url))
  return FLAGS.map((flags, i) => {
    const program = join(folder, `kernels${i}`)
    const all = ['-O3', '-ffp-contract=off', ...flags, '-o', program, source]
    const { status, stderr } = spawnSync('gcc', all, { encoding: 'utf8' })
    if (status !== 0) throw new Error(`gcc could not compile ${source}: ${stderr}`)
    return program
  })
}

function writeInput(folder: string, input: KernelInput): string {
  const file = join(folder, `${input.layout}-${input.rows}.bin`)
  const { prices, amounts, coordinates, start } = input
  const bytes = [prices, amounts, coordinates, start].map((part) => Buffer.from(part.buffer))
  writeFileSync(file, Buffer.concat(bytes))
  return file
}

function runNative(
  program: string,
  file: string,
  { layout, rows }: KernelInput,
  passes: number,
): { readonly below: number; readonly time: number } {
  const { stdout, status } = spawnSync(program, [file, layout, `${rows}`, `${passes}`], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`the C kernel ${layout} failed`)
  const [below, time] = stdout.split(' ').map(Number)
  return { below: below!, time: time! }
}

function measureLayout(
  programs: readonly string[],
  folder: string,
  layout: Layout,
  rows: number,
  rounds: number,
): KernelResult {
  const input = kernelInput(layout, rows)
  const kernel = KERNELS[layout]
  const file = writeInput(folder, input)
  const passes = Math.max(2, Math.round(PASS_ROWS / rows))
  for (const program of programs)
    if (runNative(program, file, input, 1).below !== kernel(input, 1))
      throw new Error(`kernel ${layout}: C counts other rows than the loop over typed arrays`)
  kernel(input, WARM_UP)
  const script: number[] = []
  const native: number[][] = programs.map(() => [])
  for (let round = 0; round < rounds; round++) {
    script.push(seconds(() => kernel(input, passes)))
    programs.forEach((program, i) => {
      native[i]!.push(runNative(program, file, input, passes).time)
    })
  }
  const fastest = native.reduce((a, b) => (median(b) < median(a) ? b : a))
  const unit = 1e9 / (passes * rows)
  return {
    layout,
    rows,
    script: median(script) * unit,
    native: median(fastest) * unit,
    ratio: ratio(script, fastest),
  }
}

/**
 * Time the loops of `kernels.ts` and `kernels.c` in turn, on the same columns.
 * @returns why not, where there is no gcc.
 */
export function compareKernels(sizes: readonly number[], rounds: number): KernelResults {
  const version = spawnSync('gcc', ['--version'], { encoding: 'utf8' })
  if (version.status !== 0) return { missing: 'no gcc' }
  const folder = mkdtempSync(join(tmpdir(), 'breakwater-kernels-'))
  try {
    const programs = compile(folder)
    const results = LAYOUTS.flatMap((layout) =>
      sizes.map((rows) => measureLayout(programs, folder, layout, rows, rounds)),
    )
    return {
      compiler: `${version.stdout.split('\n')[0]}, -O3 with and without -march=native`,
      results,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
