/** There is more to do than one invocation has time for. */
export class TimeUpError extends Error {
  override readonly name = 'TimeUpError';
  readonly code = 'time_up';

  /** @param rule what has to be done within the time, and how far it came */
  constructor(rule: string) {
    super(`order file: ${rule}`);
  }
}
