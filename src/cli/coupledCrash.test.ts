import { describeExperiments } from './experiments.conformance.ts'

describeExperiments('a crash of two protocols', {
  scenario: 'scenarios/coupled-eth-crash.yaml',
  accounts: 20,
  // Blocks of ten minutes and a fall that liquidates few: what they cost is what a path costs.
  set: { hours: 0.5, blockSeconds: 600, ethDrop: 0.2 },
  paths: 2,
  shock: { name: 'ethDrop', low: 0.05, high: 0.25 },
  tuned: { name: 'liquidatorCapital', low: 1e6, high: 1e8 },
  objective: 'loss',
  budget: 'badDebt <= 2e5',
  compared: { defences: 'pause' },
  moved: [],
})
