import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type EntryAnswer,
  type SendInBatchesOptions,
  sendInBatches,
} from '../../lib/batch/send-in-batches.ts';
import { propertyRuns } from '../property-runs.ts';

/** What a service does with an entry, each time that it is sent; with the last one for ever after. */
type Turn = 'takes' | 'throttles' | 'refuses' | 'keepsSilent';

interface Entry {
  id: number;
  /** Bytes. */
  size: number;
  turns: Turn[];
}

const turnOfService = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Turn>('takes') },
  { weight: 3, arbitrary: fc.constant<Turn>('throttles') },
  { weight: 1, arbitrary: fc.constant<Turn>('keepsSilent') },
  { weight: 1, arbitrary: fc.constant<Turn>('refuses') },
);

const cases = fc.record({
  entries: fc
    .array(
      fc.record({
        size: fc.integer({ min: 1, max: 12 }),
        turns: fc.array(turnOfService, { minLength: 1, maxLength: 6 }),
      }),
      { maxLength: 30 },
    )
    .map((entries) => entries.map((entry, id): Entry => ({ ...entry, id }))),
  maxEntries: fc.integer({ min: 1, max: 10 }),
  maxBytes: fc.integer({ min: 1, max: 60 }),
  attempts: fc.integer({ min: 1, max: 5 }),
  concurrency: fc.integer({ min: 1, max: 4 }),
  endAtFailure: fc.boolean(),
  /** Requests, by their number, that fail as a whole. */
  lost: fc.uniqueArray(fc.nat(12), { maxLength: 2 }),
  /** How long each request takes. */
  pauses: fc.array(fc.nat(3), { maxLength: 6 }),
});

const LOST = new Error('request lost');

/** A service that notes each request, and what it took. */
function modelService(pauses: readonly number[], lost: readonly number[]) {
  const requests: { entries: readonly Entry[]; underWay: number }[] = [];
  const timesSent = new Map<number, number>();
  const taken: number[] = [];
  const sentWhenSettled: number[] = [];
  const settled = new Set<number>();
  let underWay = 0;

  function answer({ id, turns }: Entry): EntryAnswer<string> | undefined {
    const sentBefore = timesSent.get(id) ?? 0;
    timesSent.set(id, sentBefore + 1);
    if (settled.has(id)) sentWhenSettled.push(id);
    const doing = turns[Math.min(sentBefore, turns.length - 1)];
    if (doing === 'keepsSilent') return undefined;
    if (doing === 'throttles') return { ok: false, error: new Error(`throttled ${id}`), retryable: true };
    settled.add(id);
    if (doing === 'refuses') return { ok: false, error: new Error(`refused ${id}`), retryable: false };
    taken.push(id);
    return { ok: true, value: `took ${id}` };
  }

  async function send(entries: readonly Entry[]) {
    const number = requests.push({ entries, underWay: ++underWay }) - 1;
    for (let left = pauses[number % (pauses.length || 1)] ?? 0; left > 0; left--) await turn();
    underWay--;
    if (!lost.includes(number)) return entries.map(answer);
    for (const { id } of entries) {
      timesSent.set(id, (timesSent.get(id) ?? 0) + 1);
      settled.add(id);
    }
    throw LOST;
  }

  return { send, requests, timesSent, taken, sentWhenSettled };
}

// Jitter is drawn from this: no pause between attempts is longer than a millisecond.
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

test('each entry has one outcome, which is the truth, and is not sent again after it nor oftener than allowed', async () => {
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
      const { timesSent, taken, sentWhenSettled } = service;

      expect(requests).toBe(service.requests.length);
      for (const { entries: batch, underWay } of service.requests) {
        expect(underWay).toBeLessThanOrEqual(concurrency);
        expect(batch.length).toBeLessThanOrEqual(maxEntries);
        const bytes = batch.reduce((sum, { size }) => sum + size, 0);
        if (batch.length > 1) expect(bytes).toBeLessThanOrEqual(maxBytes);
        const ids = batch.map(({ id }) => id);
        expect(ids).toEqual(ids.toSorted((one, other) => one - other));
      }

      expect(sentWhenSettled).toEqual([]);
      expect(outcomes).toHaveLength(entries.length);
      expect(new Set(taken).size).toBe(taken.length);
      for (const { id, turns } of entries) {
        const outcome = outcomes[id];
        const sent = timesSent.get(id) ?? 0;
        expect(sent).toBeLessThanOrEqual(attempts);
        if (taken.includes(id)) expect(outcome).toEqual({ ok: true, value: `took ${id}` });
        else if (outcome?.ok !== false) expect.fail(`entry ${id} was not taken, and its outcome says it was`);
        else if (outcome.error === LOST) expect(sent > 0 || endAtFailure).toBe(true);
        else {
          const last = turns[Math.min(sent, turns.length) - 1];
          const refusal = last === 'refuses' ? `refused ${id}` : `throttled ${id}`;
          const silence = 'batch request: must answer for each entry, received nothing for this one';
          expect(outcome.error.message).toBe(last === 'keepsSilent' ? silence : refusal);
          if (last !== 'refuses') expect(sent).toBe(attempts);
        }
      }
      if (service.requests.every((_, number) => !lost.includes(number))) {
        expect([...timesSent.keys()].sort((one, other) => one - other)).toEqual(entries.map(({ id }) => id));
      }
    }),
    propertyRuns(200),
  );
});
