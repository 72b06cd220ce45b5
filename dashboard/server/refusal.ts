import type { problem } from '../../lib/http/problem.ts';

/** A request that is refused: the message says why, and is shown to the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: Parameters<typeof problem>[0];

  constructor(status: Parameters<typeof problem>[0], detail: string) {
    super(detail);
    this.status = status;
  }
}
