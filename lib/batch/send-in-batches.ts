import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { type BatchLimits, chunk } from './chunk.ts';

/** Requests under way at once, of one call. */
export const CONCURRENCY = 8;

/** What became of one entry. */
export type EntryOutcome<Value> = { ok: true; value: Value } | { ok: false; error: Error };

/** What one request said of one entry; `retryable` entries are sent again. */
export type EntryAnswer<Value> = { ok: true; value: Value } | { ok: false; error: Error; retryable: boolean };

export interface SendInBatchesOptions<Entry, Value> extends BatchLimits<Entry> {
  /**
   * Sends one request; answers for its entries, in the order given. An entry without an answer has not been taken, as
   * far as anyone knows, and is sent again. A throw fails the whole request, for good.
   */
  send: (entries: readonly Entry[]) => Promise<readonly (EntryAnswer<Value> | undefined)[]>;
  /** Requests under way at once; `CONCURRENCY` where it is left out. */
  concurrency?: number;
  /** How often an entry is sent before its failure stands; 5 where it is left out. */
  attempts?: number;
  /**
   * Whether a request that fails as a whole ends the sending: what has not been sent by then fails with the same error.
   * For callers with a time limit: behind each such failure are seconds of the SDK's own attempts.
   */
  endAtFailure?: boolean;
}

/**
 * Sends any number of entries through a batch API and says what became of each, in the order given.
 *
 * Batch APIs answer 200 with some entries failed: those are sent again, with jitter, while they are retryable. What
 * still fails is an outcome, never dropped and never thrown, so that one bad entry cannot take its neighbours along.
 * Requests that fail as a whole are not repeated here: the SDK's own retries are behind them.
 *
 * @returns one outcome per entry, and how many requests were made (the SDK's retries not counted)
 */
export async function sendInBatches<Entry, Value>(
  entries: readonly Entry[],
  options: SendInBatchesOptions<Entry, Value>,
): Promise<{ outcomes: EntryOutcome<Value>[]; requests: number }> {
  const { send, concurrency = CONCURRENCY, attempts = 5, endAtFailure = false } = options;
  let requests = 0;
  let failure: Error | undefined;

  async function sendOnce(batch: readonly Entry[]): Promise<readonly (EntryAnswer<Value> | undefined)[]> {
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
      const answers = await sendOnce(waiting.map(({ entry }) => entry));
      const failed: typeof waiting = [];
      for (const [position, item] of waiting.entries()) {
        const answer = answers[position] ?? { ok: false, error: new NoAnswerError(), retryable: true };
        if (!answer.ok && answer.retryable && attempt < attempts) failed.push(item);
        else outcomes[item.index] = answer.ok ? answer : { ok: false, error: answer.error };
      }
      waiting = failed;
      if (waiting.length > 0) await backoff(attempt);
    }
    return outcomes;
  }

  const settled = await pMap(chunk(entries, options), sendChunk, { concurrency });
  return { outcomes: settled.flat(), requests };
}

class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
  readonly code = 'no_answer';

  constructor() {
    super('batch request: must answer for each entry, received nothing for this one');
  }
}

/** First delay's upper bound, in ms; doubled with each attempt. */
const BASE_MS = 50;
/** No delay is longer than this, in ms. */
const LIMIT_MS = 2_000;

/**
 * Waits before the next attempt: exponential with full jitter, so that callers throttled together do not come back
 * together (AWS Architecture Blog, "Exponential Backoff And Jitter").
 *
 * @param attempt how many attempts were made, from 1
 */
export async function backoff(attempt: number): Promise<void> {
  await sleep(Math.random() * Math.min(LIMIT_MS, BASE_MS * 2 ** attempt));
}
