import { describeExperiments } from './experiments.conformance.ts'

describeExperiments('a venue that prints a wrong price', {
  scenario: 'scenarios/two-venue-median.yaml',
  accounts: 50,
  // Blocks of a minute: what every block costs is what a path costs.
  set: { minutes: 15, blockSeconds: 60 },
  paths: 2,
  shock: { name: 'misprint', low: 0.2, high: 0.3 },
  tuned: { name: 'guard', low: 0.1, high: 0.5 },
  objective: 'liquidatedDebt',
  budget: 'liquidatedDebt <= 6e7',
  compared: { each: 'oracle' },
  moved: [
    { name: 'misprint', low: 0.1, high: 0.5 },
    { name: 'depth', low: 5e6, high: 2e7 },
  ],
})
