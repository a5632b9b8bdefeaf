import { expect, test } from 'vitest'
import { countMeasures } from './scenarios.ts'

test('measures are counted in lists and in records', () => {
  expect(countMeasures('{"measures":{"badDebt":{"value":1,"unit":"USD"},"cliff":0.2}}')).toBe(2)
  expect(countMeasures('{"measures":[{"name":"badDebt","mean":0,"unit":"USD"}]}')).toBe(1)
})

test.each([
  'no document',
  '[]',
  '{"measures":{}}',
  '{"measures":{"badDebt":null}}',
  '{"measures":[{"name":"badDebt","value":null}]}',
  '{"measures":[{"name":"badDebt","value":1,"low":null}]}',
  '{"measures":{"badDebt":{"unit":"USD"}}}',
])('%s is not a document of finite measures', (text) => {
  expect(() => countMeasures(text)).toThrow()
})
