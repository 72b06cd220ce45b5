/** A request that cannot be answered for now: the message says what is out of reach, and may be shown to the caller. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly code = 'unavailable';
}
