import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type EntryResult,
  type SendInBatchesOptions,
  sendInBatches,
} from '../../lib/batch/send-in-batches.ts';
import { propertyRuns } from '../property-runs.ts';

/** The service’s result for an entry in one request. */
type Turn = 'accepts' | 'throttles' | 'rejects' | 'omits';

interface Entry {
  id: number;
  /** In bytes. */
  size: number;
  /** The results by attempt. The last one is repeated. */
  turns: Turn[];
}

const serviceResult = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Turn>('accepts') },
  { weight: 3, arbitrary: fc.constant<Turn>('throttles') },
  { weight: 1, arbitrary: fc.constant<Turn>('omits') },
  { weight: 1, arbitrary: fc.constant<Turn>('rejects') },
);

const cases = fc.record({
  entries: fc
    .array(
      fc.record({
        size: fc.integer({ min: 1, max: 12 }),
        turns: fc.array(serviceResult, { minLength: 1, maxLength: 6 }),
      }),
      { maxLength: 30 },
    )
    .map((entries) => entries.map((entry, id): Entry => ({ ...entry, id }))),
  maxEntries: fc.integer({ min: 1, max: 10 }),
  maxBytes: fc.integer({ min: 1, max: 60 }),
  attempts: fc.integer({ min: 1, max: 5 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  endAtFailure: fc.boolean(),
  /** Numbers of the requests that fail as a whole. */
  lost: fc.uniqueArray(fc.nat(12), { maxLength: 2 }),
  /** Duration of each request. */
  pauses: fc.array(fc.nat(3), { maxLength: 6 }),
});

const LOST = new Error('request lost');

/** A service that records each request and the entries it accepted. */
function modelService(pauses: readonly number[], lost: readonly number[]) {
  const requests: { entries: readonly Entry[]; inFlight: number }[] = [];
  const timesSent = new Map<number, number>();
  const accepted: number[] = [];
  const sentWhenSettled: number[] = [];
  const settled = new Set<number>();
  let inFlight = 0;

  function answer({ id, turns }: Entry): EntryResult<string> | undefined {
    const sentBefore = timesSent.get(id) ?? 0;
    timesSent.set(id, sentBefore + 1);
    if (settled.has(id)) sentWhenSettled.push(id);
    const doing = turns[Math.min(sentBefore, turns.length - 1)];
    if (doing === 'omits') return undefined;
    if (doing === 'throttles') return { ok: false, error: new Error(`throttled ${id}`), retryable: true };
    settled.add(id);
    if (doing === 'rejects') return { ok: false, error: new Error(`rejected ${id}`), retryable: false };
    accepted.push(id);
    return { ok: true, value: `took ${id}` };
  }

  async function send(entries: readonly Entry[]) {
    const number = requests.push({ entries, inFlight: ++inFlight }) - 1;
    for (let left = pauses[number % (pauses.length || 1)] ?? 0; left > 0; left--) await turn();
    inFlight--;
    if (!lost.includes(number)) return entries.map(answer);
    for (const { id } of entries) {
      timesSent.set(id, (timesSent.get(id) ?? 0) + 1);
      settled.add(id);
    }
    throw LOST;
  }

  return { send, requests, timesSent, accepted, sentWhenSettled };
}

// Limits the jitter, so that no delay between attempts exceeds a millisecond.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('sendInBatches returns one correct outcome per entry, and sends no entry after its outcome or more often than allowed', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ entries, lost, pauses, ...settings }) => {
      const { maxEntries, maxBytes, attempts, concurrency, endAtFailure } = settings;
      const service = modelService(pauses, lost);
      const options: SendInBatchesOptions<Entry, string> = {
        ...settings,
        sizeOf: ({ size }) => size,
        send: service.send,
      };
      const { outcomes, requests } = await sendInBatches(entries, options);
      const { timesSent, accepted, sentWhenSettled } = service;

      expect(requests).toBe(service.requests.length);
      for (const { entries: batch, inFlight } of service.requests) {
        expect(inFlight).toBeLessThanOrEqual(concurrency);
        expect(batch.length).toBeLessThanOrEqual(maxEntries);
        const bytes = batch.reduce((sum, { size }) => sum + size, 0);
        if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
        const ids = batch.map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      }

      expect(sentWhenSettled).toEqual([]);
      expect(outcomes).toHaveLength(entries.length);
      expect(new Set(accepted).size).toBe(accepted.length);
      for (const { id, turns } of entries) {
        const outcome = outcomes[id];
        const sent = timesSent.get(id) ?? 0;
        expect(sent).toBeLessThanOrEqual(attempts);
        if (accepted.includes(id)) expect(outcome).toEqual({ ok: true, value: `took ${id}` });
        else if (outcome?.ok !== false)
          expect.fail(`entry ${id} was not accepted, and its outcome says it was`);
        else if (outcome.error === LOST) expect(sent > 0 || endAtFailure).toBe(true);
        else {
          const last = turns[Math.min(sent, turns.length) - 1];
          const refusal = last === 'rejects' ? `rejected ${id}` : `throttled ${id}`;
          const silence = 'batch request: response must list every entry, received no result for this one';
          expect(outcome.error.message).toBe(last === 'omits' ? silence : refusal);
          if (last !== 'rejects') expect(sent).toBe(attempts);
        }
      }
      if (service.requests.every((_, number) => !lost.includes(number))) {
        expect([...timesSent.keys()].sort((one, other) => one - other)).toEqual(entries.map(({ id }) => id));
      }
    }),
    propertyRuns(200),
  );
});
