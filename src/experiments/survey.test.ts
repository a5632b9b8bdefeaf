import { afterEach, expect, test } from 'vitest'
import { openSurvey, type Survey, type SurveyOptions } from './survey.ts'

const open: Survey[] = []
afterEach(async () => {
  for (const survey of open.splice(0)) await survey.close()
})

function surveyOf(options: SurveyOptions): Survey {
  const survey = openSurvey('scenarios/own-book.yaml', { ...options, workers: 1 })
  open.push(survey)
  return survey
}

test.each(['badDebt', 'loopGain', 'overshoot'])(
  '%s is the same when nothing else is measured',
  async (measure) => {
    const points = [{ ethDrop: 0.3 }, { ethDrop: 0.5 }]
    const all = await surveyOf({ measures: [measure] }).ask(points, 2)
    const only = await surveyOf({ measures: [measure], only: [measure] }).ask(points, 2)
    for (const [k, sample] of only.entries()) {
      expect(sample.values(measure)).toEqual(all[k]!.values(measure))
      expect(sample.names.length).toBeLessThan(all[k]!.names.length)
    }
  },
)

test('what was not asked for cannot be read', async () => {
  const [sample] = await surveyOf({ only: ['badDebt'] }).ask([{}], 1)
  expect(() => sample!.values('loopGain')).toThrow('"loopGain" was not asked for')
})
