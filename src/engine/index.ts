export { type BuildOptions, buildWorld, LinkError } from './build.ts'
export { ConservationError, checkWorld, NonFiniteError } from './checks.ts'
export { hashWorld, rewind, snapshot, startPath } from './snapshot.ts'
export { createStepper } from './step.ts'
