import { spawn, spawnSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { vi } from 'vitest'
import { main } from './main.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Two minutes in which a price falls; no assumptions, so that a report needs no other runs. */
export const FALL = `
name: fall
title: one falling asset
seed: 5
parameters:
  drop: { value: 0.3, unit: fraction, doc: fall of the price, range: [0, 0.9] }
time: { tick: 12, duration: { minutes: 2 } }
assets: { X: { price: 100, count: 4 } }
sources:
  book: { kind: identicalPositions, n: 4, group: X, collateral: 10, debtAsset: USD, debt: 700 }
instances:
  fall: { kind: prices/schedule, shocks: [{ assets: [X], drop: $drop, over: 60 }] }
  noise: { kind: prices/gbm, assets: [X], vol: 3 }
  market: { kind: prices/referenceMarket, drivers: [fall, noise], depth: { X: 10000 } }
  lender:
    kind: lending/compoundV2
    oracle: market
    positions: '@book.positions'
    markets: { X: { collateralFactor: 0.8, cash: 100 }, USD: { collateralFactor: 0 } }
  liquidator: { kind: agents/liquidator, lenders: [lender], venue: market, capital: 5000, minProfit: 0, gas: 0 }
order: { measure: loss, shock: drop, asset: X.0, source: market }
`

/** What a process said. */
export type Said = {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Run the command line in a process of its own. */
export function breakwater(...args: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/breakwater.js', ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return { code: status, stdout, stderr }
}

/** Run the command line in this process, which is faster, and hold back what it prints. */
export async function breakwaterHere(...args: readonly string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' }
  const streams = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += text
      return true
    }),
  )
  try {
    const code = await main(args)
    return { code, ...said }
  } finally {
    for (const stream of streams) stream.mockRestore()
  }
}

/** Bytes of all journals in a folder. */
function journaled(dir: string): number {
  if (!existsSync(dir)) return 0
  const files = globSync('**/journal', { cwd: dir })
  return files.reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
}

/**
 * Run the command line in a process of its own, and send it a signal when the journals in a folder have grown.
 * @param bytes by how much.
 */
export async function breakwaterUntil(
  signal: NodeJS.Signals,
  out: string,
  bytes: number,
  ...args: readonly string[]
): Promise<Said> {
  const words = ['bin/breakwater.js', ...args, '--out', out]
  const child = spawn(process.execPath, words, { cwd: ROOT })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text
    })
  const before = journaled(out)
  const look = setInterval(() => {
    if (journaled(out) < before + bytes) return
    clearInterval(look)
    child.kill(signal)
  }, 5)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(look)
  return { code, ...said }
}
