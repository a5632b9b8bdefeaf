import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakwater, breakwaterUntil } from './process.conformance.ts'

const LOOP = 'scenarios/papers/leveraged-loop.yaml'

/** A drift that leads out of the range of numbers. */
const WILD = `
name: wild
title: one asset that rises without end
seed: 5
time: { tick: 12, duration: { minutes: 6 } }
assets: { X: { price: 100 } }
instances:
  noise: { kind: prices/gbm, assets: [X], vol: 2, drift: 1e12 }
  market: { kind: prices/referenceMarket, drivers: [noise], depth: { X: 2000 } }
  feed: { kind: oracles/feed, source: market, assets: [X] }
order: { measure: logDrop, asset: X, source: market }
`

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'breakwater-cli-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('breakwater run', () => {
  it('says what broke and ends with the command that repeats it', () => {
    const { code, stdout, stderr } = breakwater('run', LOOP, '--set', 'jump=0.2')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const lines = stdout.trimEnd().split('\n')
    expect(lines.at(-1)).toBe(`replay: breakwater run ${LOOP} --seed 1 --paths 1 --set jump=0.2`)
    expect(stdout).toContain('bad debt')
    const again = breakwater(...lines.at(-1)!.replace('replay: breakwater ', '').split(' '))
    expect(again.stdout).toBe(stdout)
  })

  it('prints one JSON document with --json', () => {
    const { code, stdout } = breakwater('run', LOOP, '--json')
    expect(code).toBe(0)
    const document = JSON.parse(stdout)
    expect(Object.keys(document)).toEqual([
      'schema',
      'breakwater',
      'engine',
      'command',
      'scenario',
      'data',
      'seed',
      'paths',
      'path',
      'failedPaths',
      'until',
      'ordering',
      'parameters',
      'assumptions',
      'warnings',
      'remarks',
      'measures',
      'risk',
      'channels',
      'replay',
    ])
  })

  it('exits with 1 and names the finding when --fail-if holds', () => {
    const found = breakwater('run', LOOP, '--fail-if', 'badDebt > 1e6')
    expect([found.code, found.stderr]).toEqual([1, 'finding: badDebt > 1e6\n'])
    expect(found.stdout).toContain('replay:')
    expect(breakwater('run', LOOP, '--fail-if', 'badDebt > 1e9').code).toBe(0)
  })

  it.each([
    [['run'], "missing required argument 'scenario'"],
    [['run', LOOP, '--seed', 'x'], 'use a whole number'],
    [['run', LOOP, '--paths', '0'], 'use a whole number from 1 on'],
    [['run', LOOP, '--workers', '0'], 'use a whole number from 1 to'],
    [['run', LOOP, '--path', '-1'], 'use a whole number from 0 on'],
    [['run', LOOP, '--until', 'badDebt within'], 'badDebt'],
    [['run', LOOP, '--path', '2', '--until', 'total rubbish'], 'leave one of both out'],
    [['query', 'scenarios', '--json', '--csv'], "cannot be used with option '--json'"],
    [['query', 'scenarios', 'select 1'], '--out'],
    [['run', LOOP, '--set', 'jump'], 'write name=value'],
    [['run', LOOP, '--set', 'jmup=0.2'], 'jump'],
    [['run', LOOP, '--set', 'jump=1.5'], 'jump=1.5'],
    [['run', LOOP, '--fail-if', 'badDept > 1'], 'badDept'],
    [['run', 'scenarios/papers/leverage-loop.yaml'], 'leveraged-loop.yaml'],
    [['rum', LOOP], 'run'],
    [['models', 'oracles/fed'], 'oracles/feed'],
  ])('refuses %j with 2 and says what to do', (args, part) => {
    const { code, stdout, stderr } = breakwater(...args)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(part)
    expect(stderr).not.toContain('    at ')
  })

  it('shows all problems of a scenario at once with their places', () => {
    const file = join(folder, 'bad.yaml')
    writeFileSync(
      file,
      'name: bad\ntitle: bad\ntime: { tick: 12, duration: 60 }\nassets: { X: { prize: 1 } }\ninstances:\n  a: { kind: oracles/fead }\n',
    )
    const { code, stderr } = breakwater('run', file)
    expect(code).toBe(2)
    expect(stderr).toMatch(/bad\.yaml:4:\d+: .*prize/)
    expect(stderr).toMatch(/bad\.yaml:6:\d+: .*oracles\/fead/)
    expect(stderr).toContain('did you mean')
  })

  it('refuses an output folder that is a file, and writes nothing', () => {
    const file = join(folder, 'taken')
    writeFileSync(file, 'mine')
    const { code, stderr } = breakwater('run', LOOP, '--out', file)
    expect(code).toBe(2)
    expect(stderr).toContain('taken')
    expect(readdirSync(folder).filter((name) => name.startsWith('taken'))).toEqual(['taken'])
  })

  it('makes no output folder when the run is refused', () => {
    for (const wrong of [
      ['--paths', '0'],
      ['--set', 'jmup=1'],
      ['--until', 'rubbish'],
    ]) {
      const out = join(folder, 'unmade', 'deep')
      expect(breakwater('run', LOOP, ...wrong, '--out', out).code).toBe(2)
      expect(existsSync(join(folder, 'unmade'))).toBe(false)
    }
  })

  it('says with 2 why a path failed, and keeps its trace', () => {
    const file = join(folder, 'wild.yaml')
    writeFileSync(file, WILD)
    const out = join(folder, 'failed')
    const { code, stderr } = breakwater('run', file, '--path', '9', '--checked', '--out', out)
    expect(code).toBe(2)
    expect(stderr).toMatch(/path 9 failed at tick \d+ of 30 .*Infinity/)
    expect(stderr).not.toContain('    at ')
    expect(readdirSync(out).sort()).toEqual(['paths.parquet', 'trace.parquet'])
    const { stdout } = breakwater('query', out, 'select path, failed from paths', '--csv')
    expect(stdout).toBe('path,failed\n9,true\n')
  })

  it('stops on Ctrl-C with 130 and keeps the finished paths', async () => {
    const args = ['run', LOOP, '--paths', '1000000', '--json'] as const
    const { code, stdout } = await breakwaterUntil('SIGINT', join(folder, 'endless'), 2000, ...args)
    expect(code).toBe(130)
    const { paths, warnings } = JSON.parse(stdout)
    expect(paths).toBeGreaterThan(0)
    expect(warnings.join()).toContain(`interrupted after ${paths} of 1000000 paths`)
  })
})

describe('breakwater models', () => {
  it('lists a kind with its parameters, units and defaults', () => {
    const { code, stdout } = breakwater('models', 'oracles/feed')
    expect(code).toBe(0)
    expect(stdout).toMatch(/deviation .*\[fraction; default 0\.005\]/)
    expect(stdout).toMatch(/heartbeat .*\[s; default 3600\]/)
  })

  it('lists every kind as JSON', () => {
    const kinds = JSON.parse(breakwater('models', '--json').stdout).map(
      (m: { kind: string }) => m.kind,
    )
    expect(kinds).toContain('lending/compoundV2')
    expect(kinds).toContain('liquidity/concentrated')
  })
})

describe('breakwater', () => {
  it('shows help with exit code 0 and an example', () => {
    const { code, stdout } = breakwater('--help')
    expect(code).toBe(0)
    expect(stdout).toContain('Example:')
    expect(breakwater('run', '--help').stdout).toContain('--fail-if "badDebt > 1e6"')
  })

  it('finds itself in order', () => {
    const { code, stdout } = breakwater('doctor')
    expect(code).toBe(0)
    expect(stdout).not.toContain('FAIL')
  })
})
