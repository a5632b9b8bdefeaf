import { expect, it } from 'vitest'
import { createFiles } from '../sources/index.ts'
import { dataPath } from '../sources/testing.ts'
import { type Calibration, calibrateFiles } from './document.ts'

/** Every number within 1e-4 of the other; everything else the same. */
function expectLike(found: unknown, committed: unknown, place: string): void {
  if (typeof committed === 'number') {
    const scale = Math.max(Math.abs(committed), 1e-6)
    expect(Math.abs((found as number) - committed) / scale, place).toBeLessThan(1e-4)
  } else if (typeof committed === 'object' && committed !== null) {
    expect(Object.keys(found as object), place).toEqual(Object.keys(committed))
    for (const [key, value] of Object.entries(committed))
      expectLike((found as Record<string, unknown>)[key], value, `${place}.${key}`)
  } else expect(found, place).toEqual(committed)
}

// The quick ones; `node scripts/calibrations.ts --check` fits all of them again.
it('the committed calibration of ETH and BTC is what their prices give', async () => {
  const files = createFiles()
  const path = dataPath('calibrations/majors-calm.json')
  const committed = JSON.parse(files.read(path).text) as Calibration
  const found = await calibrateFiles(
    {
      files: ['ETH', 'BTC'].map((asset) => dataPath(`prices/${asset}USDT_1h.csv.gz`)),
      ...{ regime: 'calm', from: '2023-04-01', to: '2023-09-26' },
    },
    ['gbm', 'regimes', 'bootstrap'],
    files,
  )
  const names = found.fits.map((fit) => fit.process)
  const fits = committed.fits.filter((fit) => names.includes(fit.process))
  expectLike({ ...found }, { ...committed, fits }, 'majors-calm')
  // Hourly data see more than any of the families has.
  expect(fits.map((fit) => fit.fits)).toEqual([false, false, false])
})
