import { describe, expect, test } from 'vitest'
import { checkFloors } from './floors.ts'
import { importSites, tokenize } from './tokens.ts'

const check = (files: Record<string, string>): string[] =>
  checkFloors(new Map(Object.entries(files))).problems.map(
    ({ file, line, message }) => `${file}:${line}: ${message}`,
  )

const specifiers = (source: string): (string | null)[] =>
  importSites(tokenize(source)).map((site) => site.specifier)

describe('imports of a file', () => {
  test('are found in every form', () => {
    const source = [
      "import 'a'",
      "import b from 'b'",
      "import type { C } from 'c'",
      "import d, { type e as f, 'g-h' as i } from 'd'",
      "import * as j from 'j'",
      "export * from 'k'",
      "export * as l from 'l'",
      "export type { M } from 'm'",
      "export { n,\n  type o\n} from 'n'",
      "const p = await import('p')",
      "type Q = import('q').Q<string>",
      "import r from 'r' with { type: 'json' }",
    ].join('\n')
    expect(specifiers(source)).toEqual('abcdjklmnpqr'.split(''))
  })

  test('are not invented from comments, strings, templates and regular expressions', () => {
    const source = [
      "// import 'a'",
      "/* export * from 'b' */",
      'const c = "import \'c\'"',
      "const d = `import 'd' ${`export * from 'e'`} from 'f'`",
      "const g = /import 'g'/",
      'const h = object.import',
      "export type I = { from: 'i' }",
      "export { g }\nconst from = 'j'",
      "export const k = 'k'",
      "export { c }\nimport 'found'",
    ].join('\n')
    expect(specifiers(source)).toEqual(['found'])
  })

  test('inside template expressions are found, and computed ones are null', () => {
    expect(specifiers("const a = `${await import('a')} ${{}} ${await import(`b`)}`")).toEqual([
      'a',
      'b',
    ])
    expect(specifiers('await import(name); await import(`./${name}.ts`)')).toEqual([null, null])
  })

  test('survive divisions that look like regular expressions', () => {
    const source = "const x = a[0]! / b + c / d; const y = i++ / 2 + ')'.length / 2\nimport 'e'"
    expect(specifiers(source)).toEqual(['e'])
    expect(specifiers("const a = !/['\"]/.test(b)\nimport 'c'")).toEqual(['c'])
    expect(specifiers("const a = [/[/'\"]/, /\\/'/g]\nimport 'c'")).toEqual(['c'])
  })

  test('carry the line of the statement', () => {
    const sites = importSites(tokenize("/*\n*/ `\n`\nimport {\n a\n} from 'a'\nimport 'b'"))
    expect(sites.map((site) => site.line)).toEqual([4, 7])
  })
})

describe('direction', () => {
  const files = {
    'src/index.ts': "export * from './cli/main.ts'\nexport * from './world/index.ts'",
    'src/cli/main.ts': "import '../report/index.ts'",
    'src/report/index.ts': "import '../experiments/index.ts'\nimport 'zod'",
    'src/experiments/index.ts': "import '../engine/index.ts'\nimport '../mechanisms/index.ts'",
    'src/engine/index.ts': "import 'breakwater/math'",
    'src/stores/index.ts': "import 'node:fs'\nimport pkg from '../../package.json'",
    'src/mechanisms/index.ts':
      "export * from './lending/index.ts'\nexport * from './perps/index.ts'",
    'src/mechanisms/lending/index.ts': "import '../../world/index.ts'\nimport './aave/kernel.ts'",
    'src/mechanisms/lending/aave/kernel.ts': 'export {}',
    'src/mechanisms/perps/index.ts': 'export {}',
    'src/world/index.ts': "export * from '../math/index.ts'",
    'src/math/index.ts': 'export {}',
  }
  const adding = (file: string, source: string): string[] => check({ ...files, [file]: source })

  test('downwards is fine', () => {
    expect(check(files)).toEqual([])
  })

  test.each([
    [
      'upwards',
      'src/world/a.ts',
      "\nimport '../engine/index.ts'",
      'src/world/a.ts:2: imports .*upwards',
    ],
    ['upwards by name', 'src/world/a.ts', "import 'breakwater/engine'", 'upwards'],
    [
      'upwards for a type',
      'src/math/a.ts',
      "import type { A } from '../world/index.ts'",
      'upwards',
    ],
    ['from the top', 'src/cli/a.ts', "import '../index.ts'", 'upwards'],
    ['sideways', 'src/engine/a.ts', "import '../stores/index.ts'", 'sideways'],
    ['between families', 'src/mechanisms/perps/a.ts', "import '../lending/index.ts'", 'siblings'],
    ['of the families index', 'src/mechanisms/perps/a.ts', "import '../index.ts'", 'index of all'],
    [
      'of families by a helper',
      'src/mechanisms/a.ts',
      "import './perps/index.ts'",
      'only index.ts',
    ],
    ['of a package', 'src/measures/a.ts', "export * from 'zod'", "package 'zod'"],
    ['of a Node module', 'src/engine/a.ts', "import type { X } from 'fs'", "Node module 'fs'"],
    ['of a computed name', 'src/world/a.ts', 'await import(name)', 'computed'],
    ['of code outside src', 'src/cli/a.ts', "import '../../scripts/floors.ts'", 'outside src'],
    ['of data in a pure floor', 'src/engine/a.ts', "import '../../package.json'", 'outside src'],
    ['of a missing file', 'src/cli/a.ts', "import './b.ts'", 'does not exist'],
    ['in an unknown folder', 'src/utils/a.ts', "import '../math/index.ts'", 'on no floor'],
  ])('%s fails', (_, file, source, message) => {
    const found = adding(file, source)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(new RegExp(message))
  })

  test('tests may import up to floor 3, their own floor and packages, but not higher', () => {
    const source = "import '../engine/index.ts'\nimport '../stores/index.ts'\nimport 'vitest'"
    expect(adding('src/math/a.test.ts', source)).toEqual([])
    expect(adding('src/world/conformance.ts', source)).toEqual([])
    expect(adding('src/math/a.test.ts', "import '../experiments/index.ts'")).toHaveLength(1)
  })

  test('code that is not a test never imports tests', () => {
    const found = check({
      'src/world/conformance.ts': "import 'vitest'",
      'src/world/a.ts': "import './conformance.ts'",
    })
    expect(found).toEqual([
      "src/world/a.ts:1: imports test file './conformance.ts' from code that is not a test",
    ])
  })

  test('a cycle fails, type-only ones included', () => {
    const found = check({
      'src/world/a.ts': "import type { B } from './b.ts'",
      'src/world/b.ts': "export * from './c.ts'",
      'src/world/c.ts': "\ntype A = import('./a.ts').A",
    })
    expect(found).toEqual([
      'src/world/c.ts:2: closes the cycle src/world/a.ts -> src/world/b.ts -> src/world/c.ts -> src/world/a.ts',
    ])
  })
})

describe('what the lower floors may use', () => {
  test.each([
    'const a = Date.now()',
    'const a = performance.now()',
    'const a = Math.random()',
    'const a = process.env',
    'const a = { ...process }',
    'globalThis.fetch(a)',
    "fetch('a')",
    'setTimeout(a)',
    'crypto.subtle',
    'const a = import.meta.env',
    "eval('1')",
    'const a = `${Date.now()}`',
    'const a = b ? Date : c',
    'const a = Math.exp(1)',
    'const a = Math.hypot(1, 2)',
    'const { pow } = Math',
    'const a = b ** 2',
  ])('%s fails in mechanisms/', (source) => {
    expect(check({ 'src/mechanisms/lending/a.ts': `\n${source}` })).toHaveLength(1)
    expect(check({ 'src/mechanisms/lending/a.test.ts': source })).toEqual([])
  })

  test.each([
    '// Date.now()',
    "const a = 'Math.random()'",
    'const a = block.process + this.fetch',
    'const a = { process: 1, fetch: 2 }; type B = { Date?: number }',
    'const a = Math.sqrt(2) + Math.PI + Math.max(1, 2)',
    'const a = 10n ** digits * b',
    'const dates = a! / b! + c! / d!',
  ])('%s is fine', (source) => {
    expect(check({ 'src/mechanisms/lending/a.ts': source })).toEqual([])
  })

  test('clocks are allowed from floor 3 and all of Math from floor 4', () => {
    expect(check({ 'src/stores/a.ts': 'Date.now()', 'src/measures/a.ts': 'Math.exp(1)' })).toEqual(
      [],
    )
    expect(check({ 'src/engine/a.ts': 'Math.exp(1)' })).toHaveLength(1)
  })

  test('exact code may use ** on bigint variables', () => {
    expect(check({ 'src/mechanisms/lending/exact.ts': 'const a = base ** digits' })).toEqual([])
  })
})

describe('budgets', () => {
  const lines = (n: number): string => 'const a = 1\n'.repeat(n)

  test('the engine has 400 lines, tests aside', () => {
    const tests = { 'src/engine/a.test.ts': lines(300) }
    expect(
      check({ 'src/engine/a.ts': lines(200), 'src/engine/b.ts': lines(200), ...tests }),
    ).toEqual([])
    expect(check({ 'src/engine/a.ts': lines(200), 'src/engine/b.ts': lines(201) })).toEqual([
      'src/engine:401: holds 401 lines without tests; the budget is 400',
    ])
  })

  test('a long file is a warning', () => {
    const report = checkFloors(new Map([['src/cli/a.ts', lines(401)]]))
    expect(report.problems).toEqual([])
    expect(report.warnings.map((warning) => warning.message)).toEqual(['has 401 lines (aim: 400)'])
  })
})
