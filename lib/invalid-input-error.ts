/** A caller's input that breaks a rule: the message names place, rule and value, and may be shown to the caller. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
  readonly code = 'invalid_input';
}
