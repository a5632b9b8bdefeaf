import { describeExperiments } from './experiments.conformance.ts'

describeExperiments('a crash with dealers in options', {
  scenario: 'scenarios/dealer-gamma.yaml',
  accounts: 20,
  // Blocks of five minutes: what every block costs is what a path costs.
  set: { hours: 0.5, blockSeconds: 300 },
  paths: 2,
  shock: { name: 'ethDrop', low: 0.1, high: 0.3 },
  tuned: { name: 'gammaNotional', low: 1e6, high: 1e7 },
  objective: 'dealerLoss',
  budget: 'dealerLoss <= 2e6',
  compared: { defences: 'pause' },
  moved: [],
})
