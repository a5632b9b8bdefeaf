import { expect, test } from 'vitest'
import { countMeasures } from './scenarios.ts'

test('measures with a value are counted, those without are none', () => {
  const measures = [
    { name: 'badDebt', value: 0, low: null },
    { name: 'overshoot', value: null },
  ]
  expect(countMeasures(JSON.stringify({ failedPaths: 0, measures }))).toBe(1)
})

test.each([
  'no document',
  '[]',
  '{"failedPaths":0,"measures":[]}',
  '{"failedPaths":0,"measures":[{"name":"badDebt","value":null}]}',
  '{"failedPaths":0,"measures":[{"name":"badDebt","value":"1"}]}',
  '{"failedPaths":1,"measures":[{"name":"badDebt","value":1}]}',
])('%s is not a document of finite measures', (text) => {
  expect(() => countMeasures(text)).toThrow()
})
