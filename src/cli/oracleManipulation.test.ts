import { describeExperiments } from './experiments.conformance.ts'

describeExperiments('a manipulated oracle', {
  scenario: 'scenarios/oracle-manipulation.yaml',
  set: { perpPosition: 100_000_000 },
  paths: 1,
  shock: { name: 'priceFactor', low: 1, high: 40 },
  tuned: { name: 'cash', low: 1e6, high: 2e8 },
  objective: '-1*cash',
  budget: 'badDebt <= 2e7',
  compared: { each: 'oracle' },
  moved: [
    { name: 'cash', low: 1e7, high: 1e8 },
    { name: 'threshold', low: 0.4, high: 0.8 },
  ],
})
