import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { type BatchLimits, chunk } from './chunk.ts';

/** Concurrent requests of one call, by default. */
export const CONCURRENCY = 8;

/** Final outcome of one entry. */
export type EntryOutcome<Value> = { ok: true; value: Value } | { ok: false; error: Error };

/** Result of one entry in one request. A `retryable` entry is sent again. */
export type EntryResult<Value> = { ok: true; value: Value } | { ok: false; error: Error; retryable: boolean };

export interface SendInBatchesOptions<Entry, Value> extends BatchLimits<Entry> {
  /**
   * Sends one request and returns the results of its entries, in the order given. An entry without a result is sent again. A
   * throw fails all entries of the request, without a retry.
   */
  send: (entries: readonly Entry[]) => Promise<readonly (EntryResult<Value> | undefined)[]>;
  /** Concurrent requests. Default: `CONCURRENCY`. */
  concurrency?: number;
  /** Maximum number of times that an entry is sent. Default: 5. */
  attempts?: number;
  /**
   * Whether to stop at the first request that fails as a whole. Entries not sent by then fail with the same error. A caller
   * with a time limit should stop, since the SDK's own attempts take seconds before each such failure. Default: false.
   */
  endAtFailure?: boolean;
}

/**
 * Sends any number of entries through a batch API.
 *
 * A batch API may respond 200 although some entries failed. Those entries are sent again, with jitter, if they are
 * retryable. An entry that still fails has a failed outcome, so that it does not affect the others. A request that fails as
 * a whole is not repeated, because the SDK has retried it already.
 *
 * @returns One outcome per entry, in the order given, and the number of requests made (without the SDK's retries).
 */
export async function sendInBatches<Entry, Value>(
  entries: readonly Entry[],
  options: SendInBatchesOptions<Entry, Value>,
): Promise<{ outcomes: EntryOutcome<Value>[]; requests: number }> {
  const { send, concurrency = CONCURRENCY, attempts = 5, endAtFailure = false } = options;
  let requests = 0;
  let failure: Error | undefined;

  async function sendOnce(batch: readonly Entry[]): Promise<readonly (EntryResult<Value> | undefined)[]> {
    const failAll = (error: Error) => batch.map(() => ({ ok: false, error, retryable: false }) as const);
    if (endAtFailure && failure) return failAll(failure);
    requests++;
    return send(batch).catch((error: Error) => {
      failure ??= error;
      return failAll(error);
    });
  }

  async function sendChunk(batch: readonly Entry[]): Promise<EntryOutcome<Value>[]> {
    const outcomes: EntryOutcome<Value>[] = [];
    let waiting = batch.map((entry, index) => ({ entry, index }));
    for (let attempt = 1; waiting.length > 0; attempt++) {
      const results = await sendOnce(waiting.map(({ entry }) => entry));
      const failed: typeof waiting = [];
      for (const [position, item] of waiting.entries()) {
        const result = results[position] ?? { ok: false, error: new NoResultError(), retryable: true };
        if (!result.ok && result.retryable && attempt < attempts) failed.push(item);
        else outcomes[item.index] = result.ok ? result : { ok: false, error: result.error };
      }
      waiting = failed;
      if (waiting.length > 0) await backoff(attempt);
    }
    return outcomes;
  }

  const settled = await pMap(chunk(entries, options), sendChunk, { concurrency });
  return { outcomes: settled.flat(), requests };
}

class NoResultError extends Error {
  override readonly name = 'NoResultError';
  readonly code = 'no_answer';

  constructor() {
    super('batch request: response must list every entry, received no result for this one');
  }
}

/** Base of the delay's upper bound, in ms, which doubles with each attempt. */
const BASE_MS = 50;
/** Longest delay, in ms. */
const LIMIT_MS = 2_000;

/**
 * Waits before the next attempt: exponential backoff with full jitter, so that callers that were throttled together do not
 * retry together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param attempt Number of attempts made, from 1.
 */
export async function backoff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LIMIT_MS, BASE_MS * 2 ** attempt));
}
