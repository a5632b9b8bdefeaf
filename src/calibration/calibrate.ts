import { fitBootstrap } from './bootstrap.ts'
import { type Fit, type Fitted, judge, type ProcessName } from './fit.ts'
import { fitGbm } from './gbm.ts'
import { fitHeston } from './heston.ts'
import { fitJumpDiffusion } from './jumpDiffusion.ts'
import { fitPegs } from './peg.ts'
import { fitRegimes } from './regimes.ts'
import { type Sample, single } from './sample.ts'

/**
 * Fit one process to a sample and check it.
 *
 * @param singles samples of the assets apart, where they are longer than the joint one.
 * @param onProgress told in words what is being done.
 * @throws {CalibrationError} when the sample is too short for the process.
 */
export function calibrate(
  sample: Sample,
  process: ProcessName,
  onProgress: (text: string) => void = () => {},
  singles: readonly Sample[] = sample.assets.map((_, i) => single(sample, i)),
): Fit {
  const fitters: Readonly<Record<ProcessName, () => Fitted>> = {
    gbm: () => fitGbm(sample),
    jumpDiffusion: () => fitJumpDiffusion(sample),
    regimes: () => fitRegimes(sample, onProgress),
    ou: () => fitPegs(singles),
    bootstrap: () => fitBootstrap(sample),
    heston: () => fitHeston(sample, singles),
  }
  onProgress(`${process}: ${sample.assets.join(', ')}, ${sample.rows} returns`)
  return judge(fitters[process]())
}
