import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BatchCounts, workerLog } from './batch-runner.ts';

/** Response body of `GET /health`. */
export interface Health {
  status: 'ok' | 'unreachable' | 'stopping';
  function: string;
  /** Messages in flight. */
  in_flight: number;
  /** Messages processed and deleted since the start. */
  handled: number;
  /** Messages left in the queue since the start, to be redelivered. */
  failed: number;
  /** When the queue last answered a poll, in ISO 8601; null before the first answer. */
  last_poll_at: string | null;
}

/** Milliseconds without a successful poll, counted from the first failed one, after which the queue counts as unreachable. */
const UNREACHABLE_AFTER_MS = 60_000;
/** Milliseconds between log lines about failed polls. */
const LOG_INTERVAL_MS = 60_000;

/**
 * The health of a worker. States: ok ⇄ unreachable queue, and from either one to stopping. A poller that processes a long batch
 * does not poll, so failed polls decide, not the time since the last successful one.
 */
export class WorkerStatus {
  readonly #functionName: string;
  #inFlight = 0;
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
    workerLog.warn('polling failed, retrying', { polls: this.#failedPolls, error });
    this.#loggedAt = now;
    this.#failedPolls = 0;
  }

  batchStarted(messages: number): void {
    this.#inFlight += messages;
  }

  batchEnded({ handled, failed }: BatchCounts): void {
    this.#inFlight -= handled + failed;
    this.#handled += handled;
    this.#failed += failed;
  }

  stopping(): void {
    this.#stopping = true;
  }

  health(): Health {
    const { counts } = this;
    const isUnreachable =
      this.#failingSince !== undefined && Date.now() - this.#failingSince >= UNREACHABLE_AFTER_MS;
    return {
      status: this.#stopping ? 'stopping' : isUnreachable ? 'unreachable' : 'ok',
      function: this.#functionName,
      ...counts,
      last_poll_at: this.#lastPollAt === undefined ? null : new Date(this.#lastPollAt).toISOString(),
    };
  }

  get counts(): Pick<Health, 'in_flight' | 'handled' | 'failed'> {
    return { in_flight: this.#inFlight, handled: this.#handled, failed: this.#failed };
  }
}

/**
 * Serves `GET /health` on 127.0.0.1: 200 while the worker is healthy, 503 otherwise. The server does not keep the process alive.
 *
 * @param port Port to listen on; 0 for any free one.
 * @returns URL of the endpoint.
 * @throws Error with code `EADDRINUSE` if the port is in use
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
