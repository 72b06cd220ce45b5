import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BatchCounts, workerLog } from './batch-runner.ts';

/** The answer to `GET /health`. */
export interface Health {
  status: 'ok' | 'out_of_reach' | 'stopping';
  function: string;
  /** Messages in flight. */
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

/**
 * Answers `GET /health`, on 127.0.0.1 only: 200 while all is well, 503 otherwise. It does not keep the process alive.
 *
 * @param port 0 for any free one
 * @returns its URL
 * @throws Error with code `EADDRINUSE` if the port is taken
 */
export async function startHealthServer(port: number, read: () => Health): Promise<string> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/health') {
      response.writeHead(404).end();
      return;
    }
    const health = read();
    response.writeHead(health.status === 'ok' ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(health));
  });
  await once(server.listen(port, '127.0.0.1').unref(), 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/health`;
}
