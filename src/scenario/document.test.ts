import { describe, expect, test } from 'vitest'
import { placeOf, readDocument } from './document.ts'

const problems = (text: string): string[] =>
  readDocument(text, 'f').problems.map((p) => `${p.line}:${p.col}: ${p.message}`)

describe('a document', () => {
  test('becomes a plain tree with the place of every value and key', () => {
    const { tree, lines } = readDocument('a:\n  b: [1, x]\nc:\n', 'f')
    expect(tree).toEqual({ a: { b: [1, 'x'] }, c: null })
    expect(placeOf(lines, ['a', 'b'])).toEqual([2, 6, 2, 3])
    expect(placeOf(lines, ['a', 'b', 1])).toEqual([2, 10, 2, 10])
    expect(placeOf(lines, ['a', 'b', 1, 'deeper'])).toEqual([2, 10, 2, 10])
    expect(placeOf(lines, ['c'])).toEqual([3, 1, 3, 1])
  })

  test('has the same places with Windows line ends and a byte order mark', () => {
    const text = 'a:\n  b: [1, $x]\nc: 2\n'
    const unix = readDocument(text, 'f')
    const windows = readDocument(text.replaceAll('\n', '\r\n'), 'f')
    expect(windows).toEqual(unix)
    expect(readDocument(`\uFEFF${text}`, 'f').tree).toEqual(unix.tree)
  })

  test('keeps a key named __proto__ as data', () => {
    const { tree } = readDocument('__proto__: { x: 1 }\n', 'f')
    expect(Object.keys(tree as object)).toEqual(['__proto__'])
    expect((tree as { x?: number }).x).toBeUndefined()
  })
})

describe('what is refused', () => {
  test('tabs, with a remedy', () => {
    const [problem] = readDocument('a:\n\tb: 1\n', 'f').problems
    expect(problem).toMatchObject({ line: 2, col: 1, remedy: 'indent with spaces' })
    expect(problem?.frame).toContain('> 2 |')
  })

  test('references without quotes', () => {
    const [problem] = readDocument('a: 1\nb: @x.y\n', 'f').problems
    expect(problem).toMatchObject({ line: 2, col: 4 })
    expect(problem?.remedy).toContain("'@source.path'")
  })

  test('duplicate keys, all of them', () => {
    expect(problems('a: 1\nb: { c: 1, c: 2 }\na: 3\n')).toEqual([
      '2:12: key "c" is given twice',
      '3:1: key "a" is given twice',
    ])
  })

  test('empty files, comments only, lists and scalars', () => {
    for (const text of ['', '\n', '# only a comment\n', '---\n', '~']) {
      expect(problems(text)[0]).toMatch(/^1:1: the scenario is empty/)
    }
    expect(problems('- 1\n')[0]).toMatch(/a scenario is a map/)
    expect(problems('text')[0]).toMatch(/a scenario is a map/)
  })

  test('broken syntax, several documents, tags, aliases and maps as keys', () => {
    expect(problems('a: [1,\n')[0]).toMatch(/^2:1: YAML: /)
    expect(problems('a: "x\n')[0]).toMatch(/Missing closing/)
    expect(problems('a: 1\n---\nb: 2\n')).toEqual([
      '2:1: YAML: the file holds more than one document',
    ])
    expect(problems('a: !foo 1\n')[0]).toMatch(/Unresolved tag/)
    expect(problems('a: &x 1\nb: *x\n')[0]).toMatch(/^2:4: YAML aliases \("\*x"\)/)
    expect(problems('a: {{ x }}\n')[0]).toMatch(/a key is not a plain name/)
  })
})
