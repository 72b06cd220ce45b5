import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backoff, type EntryResult, sendInBatches } from '../../lib/batch/send-in-batches.ts';

type Answer = EntryResult<string>;

afterEach(() => {
  vi.restoreAllMocks();
});

const accepted = (entry: string): Answer => ({ ok: true, value: `took ${entry}` });
const rejected = (entry: string, retryable: boolean): Answer => ({
  ok: false,
  error: new Error(`rejected ${entry}`),
  retryable,
});
const isRejected = (entry: string) => ({ ok: false, error: new Error(`rejected ${entry}`) });

/** A service that returns `answer` for each entry and records each request. */
function service(answer: (entry: string, request: number) => Answer) {
  const requests: string[][] = [];
  async function send(entries: readonly string[]): Promise<Answer[]> {
    requests.push([...entries]);
    const request = requests.length;
    return entries.map((entry) => answer(entry, request));
  }
  return { requests, send };
}

describe('sendInBatches', () => {
  test('makes one request per batch if all entries are accepted', async () => {
    const { requests, send } = service(accepted);
    const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c'], { maxEntries: 2, send });
    expect(outcomes).toEqual(['a', 'b', 'c'].map(accepted));
    expect(requests).toEqual([['a', 'b'], ['c']]);
    expect(made).toBe(2);
  });

  test('makes no request for no entries', async () => {
    const { requests, send } = service(accepted);
    expect(await sendInBatches([], { maxEntries: 2, send })).toEqual({ outcomes: [], requests: 0 });
    expect(requests).toEqual([]);
  });

  test('sends only entries with retryable errors again', async () => {
    const { requests, send } = service((entry, request) =>
      request < 3 && 'bd'.includes(entry) ? rejected(entry, true) : accepted(entry),
    );
    const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c', 'd'], { maxEntries: 10, send });
    expect(requests).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
      ['b', 'd'],
    ]);
    expect(made).toBe(3);
    expect(outcomes).toEqual(['a', 'b', 'c', 'd'].map(accepted));
  });

  test('does not send entries again that failed permanently', async () => {
    const { requests, send } = service((entry) => (entry === 'b' ? rejected(entry, false) : accepted(entry)));
    const { outcomes } = await sendInBatches(['a', 'b', 'c'], { maxEntries: 10, send });
    expect(requests).toEqual([['a', 'b', 'c']]);
    expect(outcomes).toEqual([accepted('a'), isRejected('b'), accepted('c')]);
  });

  test('fails entries after the given number of attempts', async () => {
    const { requests, send } = service((entry) => rejected(entry, true));
    const { outcomes } = await sendInBatches(['a'], { maxEntries: 10, attempts: 3, send });
    expect(requests).toEqual([['a'], ['a'], ['a']]);
    expect(outcomes).toEqual([isRejected('a')]);
  });

  test('delays a retry with jitter, without delaying other batches', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const options = { maxEntries: 1, concurrency: 1 };
    const start = performance.now();
    // Each would wait 90 ms.
    const done = Array.from({ length: 20 }, (_, index) => String(index));
    await sendInBatches(done, { ...options, send: service(accepted).send });
    const doneAfter = performance.now() - start;
    expect(doneAfter).toBeLessThan(1_000);

    const { send } = service((entry, request) => (request === 1 ? rejected(entry, true) : accepted(entry)));
    await sendInBatches(['a'], { ...options, send });
    expect(performance.now() - start - doneAfter).toBeGreaterThan(85);
  });

  test('sends entries without a result again', async () => {
    const requests: string[][] = [];
    async function send(entries: readonly string[]): Promise<Answer[]> {
      requests.push([...entries]);
      return entries.slice(0, 1).map(accepted);
    }
    const { outcomes } = await sendInBatches(['a', 'b'], { maxEntries: 10, send });
    expect(requests).toEqual([['a', 'b'], ['b']]);
    expect(outcomes).toEqual(['a', 'b'].map(accepted));
  });

  test('fails entries that never get a result', async () => {
    const { outcomes } = await sendInBatches(['a'], { maxEntries: 10, attempts: 2, send: async () => [] });
    const message = 'batch request: response must list every entry, received no result for this one';
    expect(outcomes).toMatchObject([
      { ok: false, error: { name: 'NoResultError', code: 'no_answer', message } },
    ]);
  });
});

test('fails only the entries of a request that throws, without a retry', async () => {
  const requests: string[][] = [];
  async function send(entries: readonly string[]): Promise<Answer[]> {
    requests.push([...entries]);
    if (entries.includes('c')) throw new Error('request lost');
    return entries.map(accepted);
  }
  const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c', 'd', 'e'], {
    maxEntries: 2,
    send,
  });
  const lost = { ok: false, error: new Error('request lost') };
  expect(outcomes).toEqual([accepted('a'), accepted('b'), lost, lost, accepted('e')]);
  expect(requests).toHaveLength(3);
  expect(made).toBe(3);
});

test('stops at the first request that throws if endAtFailure is set, and fails the remaining entries', async () => {
  const requests: string[] = [];
  async function send([entry = '']: readonly string[]): Promise<Answer[]> {
    requests.push(entry);
    if (entry === 'b') throw new Error('unavailable');
    return [accepted(entry)];
  }
  const options = { maxEntries: 1, concurrency: 1, endAtFailure: true, send };
  const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c', 'd'], options);
  const lost = { ok: false, error: new Error('unavailable') };
  expect(outcomes).toEqual([accepted('a'), lost, lost, lost]);
  expect(requests).toEqual(['a', 'b']);
  expect(made).toBe(2);
});

test('returns outcomes in the order of the entries, whichever request ends first', async () => {
  const entries = Array.from({ length: 20 }, (_, index) => String(index));
  let turns = 10;
  async function send(batch: readonly string[]): Promise<Answer[]> {
    for (let left = --turns; left > 0; left--) await turn();
    return batch.map(accepted);
  }
  const { outcomes } = await sendInBatches(entries, { maxEntries: 2, concurrency: 10, send });
  expect(outcomes).toEqual(entries.map(accepted));
});

test('makes exactly the given number of concurrent requests', async () => {
  let underWay = 0;
  let most = 0;
  async function send(batch: readonly string[]): Promise<Answer[]> {
    most = Math.max(most, ++underWay);
    await turn();
    underWay--;
    return batch.map(accepted);
  }
  const entries = Array.from({ length: 30 }, (_, index) => String(index));
  await sendInBatches(entries, { maxEntries: 1, concurrency: 3, send });
  expect(most).toBe(3);
});

/** Fixed random number: a tenth of the longest delay. */
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.1);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** In milliseconds. Timers may fire a millisecond early. */
async function waitFor(attempt: number): Promise<number> {
  const start = performance.now();
  await backoff(attempt);
  return performance.now() - start + 1;
}

test('doubles the longest delay of backoff with each attempt, from 100 ms', async () => {
  expect(await waitFor(1)).toBeGreaterThanOrEqual(10);
  expect(await waitFor(4)).toBeGreaterThanOrEqual(80);
});

test('limits the delay of backoff to two seconds, after any number of attempts', async () => {
  const waited = await waitFor(20);
  expect(waited).toBeGreaterThanOrEqual(200);
  expect(waited).toBeLessThan(2_000);
});

test('draws each delay of backoff anew, from 0 up', async () => {
  vi.mocked(Math.random).mockReturnValue(0);
  expect(await waitFor(20)).toBeLessThan(1_000);
});
