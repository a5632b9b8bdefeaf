import { describeExperiments } from './experiments.conformance.ts'

describeExperiments('a crash of two protocols', {
  scenario: 'scenarios/coupled-eth-crash.yaml',
  // Blocks of five minutes: what every block costs is what a path costs.
  set: { hours: 0.5, blockSeconds: 300 },
  paths: 2,
  shock: { name: 'ethDrop', low: 0.2, high: 0.4 },
  tuned: { name: 'liquidatorCapital', low: 1e6, high: 1e8 },
  objective: 'loss',
  budget: 'badDebt <= 2e5',
  compared: { defences: 'pause' },
  moved: [],
})
