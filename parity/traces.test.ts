import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { foundFiles, readTrace } from './files.ts'
import { formatLedger, readResults } from './ledger.ts'
import { loadExact, loadModel, protocolNames, ROOT } from './load.ts'
import type { MutantVerdict } from './mutate.ts'
import { formatTrace, parseTrace, replay, type Trace, TraceFormatError } from './trace.ts'

const steps = (trace: Trace): number => trace.cases.reduce((sum, c) => sum + c.rows.length, 0)

describe.each(protocolNames())('%s', (name) => {
  it('does what the real contracts did in at least 2,000 recorded operations', async () => {
    const trace = parseTrace(readTrace(name), name)
    const model = await loadModel(name)
    expect(steps(trace)).toBeGreaterThanOrEqual(2000)
    expect(replay(trace, model, await loadExact(model))).toBeNull()
    expect(formatTrace(trace)).toBe(readTrace(name))
  })

  it('would notice every one of at least ten mutants', () => {
    const file = join(import.meta.dirname, 'mutate.ts')
    const verdicts = JSON.parse(
      execFileSync(process.execPath, [file, name], { encoding: 'utf8' }),
    ) as MutantVerdict[]
    expect(verdicts.length).toBeGreaterThanOrEqual(10)
    expect(verdicts.filter(({ caughtAfter }) => caughtAfter === null)).toEqual([])
    expect(verdicts.filter(({ how }) => how.startsWith('crashed'))).toEqual([])
  })

  it('has a ledger entry of the recorded contracts', () => {
    const trace = parseTrace(readTrace(name), name)
    const entry = readResults().find(({ protocol }) => protocol === name)
    expect(entry).toMatchObject({ packages: trace.packages, codeHashes: trace.codeHashes })
  })
})

describe('differences found earlier', () => {
  it.each(foundFiles())('%s', async (file) => {
    const trace = parseTrace(readFileSync(file, 'utf8'), file)
    const model = await loadModel(trace.protocol)
    expect(replay(trace, model, await loadExact(model))).toBeNull()
  })
  // Keeps the group from being empty.
  it('are replayed when there are any', () => expect(Array.isArray(foundFiles())).toBe(true))
})

describe('traces', () => {
  it('refuse another format and say how to get this one', () => {
    const old = JSON.stringify({ format: 'breakwater parity trace 0', protocol: 'uniswapV2' })
    expect(() => parseTrace(old, 'x.json')).toThrow(TraceFormatError)
    expect(() => parseTrace(old, 'x.json')).toThrow('--record')
  })
})

describe('docs/parity.md', () => {
  it('is what the committed results say', () => {
    const page = readFileSync(join(ROOT, 'docs/parity.md'), 'utf8')
    expect(page).toBe(formatLedger(readResults()))
  })
})
