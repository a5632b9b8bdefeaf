/**
 * Thrown for something that the user gave and can mend: every such error extends this class, says the
 * place, the value and the remedy, and ends the command line with exit code 2.
 */
export class InputError extends Error {
  override readonly name: string = 'InputError'
}
