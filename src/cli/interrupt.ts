/** Abort on the first Ctrl-C and keep what is finished; the second one ends the process. */
export function interruptible(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController()
  const onSignal = (): void => {
    process.off('SIGINT', onSignal)
    controller.abort()
  }
  process.on('SIGINT', onSignal)
  return { signal: controller.signal, release: () => process.off('SIGINT', onSignal) }
}
