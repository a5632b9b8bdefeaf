/** Pages of experiments for `look.ts`: run small ones, and lay out documents with what is rare in them. */
import { cliffDocument, findCliff } from '../src/experiments/index.ts'
import {
  CHECKED,
  COMPARED,
  FOUND_CLIFF,
  NO_CLIFF,
  SWEEP,
  SWEEP_OF_ONE,
  sampleAbout,
  TUNED,
  WARNED,
} from '../src/report/experiment/documents.conformance.ts'
import {
  checkPage,
  cliffPage,
  comparePage,
  sweepPage,
  tunePage,
  warnPage,
} from '../src/report/experiment/index.ts'
import { loadScenario } from '../src/scenario/index.ts'

/** A page with the charts that it must have at least; each is drawn twice. */
export type LookedPage = { readonly name: string; readonly page: string; readonly charts: number }

/** Make every page of an experiment that is looked at. */
export async function experimentPages(): Promise<readonly LookedPage[]> {
  const about = sampleAbout()
  const path = 'scenarios/papers/constant-product-cascade.yaml'
  const set = { positions: 100 }
  const found = await findCliff(path, { vary: { name: 'r', low: 0.3, high: 0.8 }, set, paths: 2 })
  const own = { scenario: loadScenario(path), command: 'breakwater cliff', set }
  return [
    { name: 'cliff that was run', page: cliffPage(cliffDocument(found), own), charts: 2 },
    { name: 'cliff', page: cliffPage(FOUND_CLIFF, about), charts: 2 },
    { name: 'no cliff', page: cliffPage(NO_CLIFF, about), charts: 2 },
    { name: 'sweep', page: sweepPage(SWEEP, about), charts: 2 },
    { name: 'sweep of one parameter', page: sweepPage(SWEEP_OF_ONE, about), charts: 2 },
    { name: 'comparison', page: comparePage(COMPARED, about), charts: 2 },
    { name: 'tuning', page: tunePage(TUNED, about), charts: 2 },
    { name: 'warning', page: warnPage(WARNED, about), charts: 4 },
    { name: 'check', page: checkPage(CHECKED, 'breakwater check'), charts: 2 },
  ]
}
