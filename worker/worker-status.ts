import type { BatchCounts } from './batch-runner.ts';
import { workerLog } from './worker-log.ts';

/** What `GET /health` answers. */
export interface Health {
  status: 'ok' | 'out_of_reach' | 'stopping';
  function: string;
  /** Messages in hand. */
  in_hand: number;
  /** Messages dealt with and deleted, since the start. */
  handled: number;
  /** Messages that were left in the queue, to come back. */
  failed: number;
  /** When the queue last answered a poll, in ISO 8601; null before that. */
  last_poll_at: string | null;
}

/** Ms of failing polls, with no answer between them, after which the queue counts as out of reach. */
const OUT_OF_REACH_MS = 60_000;
/** Ms between log lines about failing polls. */
const LOG_INTERVAL_MS = 60_000;

/**
 * How a worker is doing: ok ⇄ out of reach, and from either one to stopping. A poller that is busy with a long batch does
 * not poll, so it is the polls that fail which count, not the time since the last one.
 */
export class WorkerStatus {
  readonly #functionName: string;
  #inHand = 0;
  #handled = 0;
  #failed = 0;
  #lastPollAt: number | undefined;
  #failingSince: number | undefined;
  #failedPolls = 0;
  #loggedAt = 0;
  #stopping = false;

  constructor(functionName: string) {
    this.#functionName = functionName;
  }

  pollAnswered(): void {
    this.#lastPollAt = Date.now();
    this.#failingSince = undefined;
  }

  pollFailed(error: Error): void {
    const now = Date.now();
    this.#failingSince ??= now;
    this.#failedPolls += 1;
    if (now - this.#loggedAt < LOG_INTERVAL_MS) return;
    workerLog.warn('polls fail, they go on', { polls: this.#failedPolls, error });
    this.#loggedAt = now;
    this.#failedPolls = 0;
  }

  batchBegun(messages: number): void {
    this.#inHand += messages;
  }

  batchEnded({ handled, failed }: BatchCounts): void {
    this.#inHand -= handled + failed;
    this.#handled += handled;
    this.#failed += failed;
  }

  stopping(): void {
    this.#stopping = true;
  }

  health(): Health {
    const { counts } = this;
    const outOfReach = this.#failingSince !== undefined && Date.now() - this.#failingSince >= OUT_OF_REACH_MS;
    return {
      status: this.#stopping ? 'stopping' : outOfReach ? 'out_of_reach' : 'ok',
      function: this.#functionName,
      ...counts,
      last_poll_at: this.#lastPollAt === undefined ? null : new Date(this.#lastPollAt).toISOString(),
    };
  }

  get counts(): Pick<Health, 'in_hand' | 'handled' | 'failed'> {
    return { in_hand: this.#inHand, handled: this.#handled, failed: this.#failed };
  }
}
