import type { ScenarioCliff } from '../experiments/index.ts'

/**
 * Say what loop gains beside a cliff tell of it: only where sales begin to feed themselves, at 1, are they its
 * reason.
 */
export function gainVerdict({ below, above }: ScenarioCliff['loopGain']): string | null {
  if (below === null || above === null) return null
  if (below < 1 !== above < 1) return 'it crosses 1, from where on sales feed themselves'
  const side = below < 1 ? 'below' : 'above'
  return `${side} 1 on both sides: it does not say why the cliff is here`
}
