import { describe, expect, test } from 'vitest'
import { codeFrame, formatProblem, quote, ScenarioError } from './errors.ts'

const problem = { file: 'a.yaml', line: 2, col: 3, message: 'm', remedy: '', frame: '' }

describe('a code frame', () => {
  test('shows the line with a caret between its neighbours', () => {
    expect(codeFrame('one\ntwo\nthree\nfour', 2, 2)).toBe(
      '  1 | one\n> 2 | two\n    |  ^\n  3 | three',
    )
  })

  test('ignores Windows line ends and keeps the caret right after tabs', () => {
    expect(codeFrame('a\r\n\tb: 1\r\nc', 2, 2)).toBe('  1 | a\n> 2 |  b: 1\n    |  ^\n  3 | c')
  })

  test('stays within the text and follows a caret far to the right', () => {
    expect(codeFrame('a', 9, 1)).toBe('> 1 | a\n    | ^')
    const [line, caret] = codeFrame(`${'x'.repeat(200)}!`, 1, 201).split('\n')
    expect(line?.[caret?.indexOf('^') ?? 0]).toBe('!')
    expect(line?.length).toBeLessThan(120)
  })
})

describe('a scenario error', () => {
  test('prints all problems by place, each once', () => {
    const later = { ...problem, line: 5, message: 'later', remedy: 'do it', frame: '> 5 | x' }
    const error = new ScenarioError([later, problem, later])
    expect(error.problems).toHaveLength(2)
    expect(error.message).toBe('a.yaml:2:3: m\n\na.yaml:5:3: later\n> 5 | x\n  do it')
    expect(error.name).toBe('ScenarioError')
  })

  test('prints no place where there is none', () => {
    expect(formatProblem({ ...problem, line: 0 })).toBe('a.yaml: m')
  })

  test('keeps its cause', () => {
    const cause = new Error('x')
    expect(new ScenarioError([problem], { cause }).cause).toBe(cause)
  })
})

test('values are quoted by what they are', () => {
  expect([1, 'a', null, [1], { a: 1 }, true].map(quote)).toEqual([
    '1',
    '"a"',
    'nothing',
    'a list of 1',
    'a map',
    'true',
  ])
  expect(quote('x'.repeat(99))).toHaveLength(62)
})
