import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backoff, type EntryAnswer, sendInBatches } from '../../lib/batch/send-in-batches.ts';

type Answer = EntryAnswer<string>;

afterEach(() => {
  vi.restoreAllMocks();
});

const taken = (entry: string): Answer => ({ ok: true, value: `took ${entry}` });
const refused = (entry: string, retryable: boolean): Answer => ({
  ok: false,
  error: new Error(`refused ${entry}`),
  retryable,
});
const isRefused = (entry: string) => ({ ok: false, error: new Error(`refused ${entry}`) });

/** A service that answers each entry by `answer` and notes each request. */
function service(answer: (entry: string, request: number) => Answer) {
  const requests: string[][] = [];
  async function send(entries: readonly string[]): Promise<Answer[]> {
    requests.push([...entries]);
    const request = requests.length;
    return entries.map((entry) => answer(entry, request));
  }
  return { requests, send };
}

describe('entries', () => {
  test('that are all taken need one request per batch', async () => {
    const { requests, send } = service(taken);
    const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c'], { maxEntries: 2, send });
    expect(outcomes).toEqual(['a', 'b', 'c'].map(taken));
    expect(requests).toEqual([['a', 'b'], ['c']]);
    expect(made).toBe(2);
  });

  test('that are none at all need no request', async () => {
    const { requests, send } = service(taken);
    expect(await sendInBatches([], { maxEntries: 2, send })).toEqual({ outcomes: [], requests: 0 });
    expect(requests).toEqual([]);
  });

  test('that failed for a passing reason are sent again, and only those', async () => {
    const { requests, send } = service((entry, request) =>
      request < 3 && 'bd'.includes(entry) ? refused(entry, true) : taken(entry),
    );
    const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c', 'd'], { maxEntries: 10, send });
    expect(requests).toEqual([
      ['a', 'b', 'c', 'd'],
      ['b', 'd'],
      ['b', 'd'],
    ]);
    expect(made).toBe(3);
    expect(outcomes).toEqual(['a', 'b', 'c', 'd'].map(taken));
  });

  test('that failed for good are not sent again', async () => {
    const { requests, send } = service((entry) => (entry === 'b' ? refused(entry, false) : taken(entry)));
    const { outcomes } = await sendInBatches(['a', 'b', 'c'], { maxEntries: 10, send });
    expect(requests).toEqual([['a', 'b', 'c']]);
    expect(outcomes).toEqual([taken('a'), isRefused('b'), taken('c')]);
  });

  test('that never succeed are given up after the attempts asked for', async () => {
    const { requests, send } = service((entry) => refused(entry, true));
    const { outcomes } = await sendInBatches(['a'], { maxEntries: 10, attempts: 3, send });
    expect(requests).toEqual([['a'], ['a'], ['a']]);
    expect(outcomes).toEqual([isRefused('a')]);
  });

  test('that are sent again wait for it, with jitter; what is done waits for nothing', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const options = { maxEntries: 1, concurrency: 1 };
    const start = performance.now();
    // Each would wait 90 ms.
    const done = Array.from({ length: 20 }, (_, index) => String(index));
    await sendInBatches(done, { ...options, send: service(taken).send });
    const doneAfter = performance.now() - start;
    expect(doneAfter).toBeLessThan(1_000);

    const { send } = service((entry, request) => (request === 1 ? refused(entry, true) : taken(entry)));
    await sendInBatches(['a'], { ...options, send });
    expect(performance.now() - start - doneAfter).toBeGreaterThan(85);
  });

  test('that are left without an answer are sent again', async () => {
    const requests: string[][] = [];
    async function send(entries: readonly string[]): Promise<Answer[]> {
      requests.push([...entries]);
      return entries.slice(0, 1).map(taken);
    }
    const { outcomes } = await sendInBatches(['a', 'b'], { maxEntries: 10, send });
    expect(requests).toEqual([['a', 'b'], ['b']]);
    expect(outcomes).toEqual(['a', 'b'].map(taken));
  });

  test('that are never answered fail and say so', async () => {
    const { outcomes } = await sendInBatches(['a'], { maxEntries: 10, attempts: 2, send: async () => [] });
    const message = 'batch request: must answer for each entry, received nothing for this one';
    expect(outcomes).toMatchObject([
      { ok: false, error: { name: 'NoAnswerError', code: 'no_answer', message } },
    ]);
  });
});

test('a request that throws fails its own entries, at once, and nobody else’s', async () => {
  const requests: string[][] = [];
  async function send(entries: readonly string[]): Promise<Answer[]> {
    requests.push([...entries]);
    if (entries.includes('c')) throw new Error('request lost');
    return entries.map(taken);
  }
  const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c', 'd', 'e'], {
    maxEntries: 2,
    send,
  });
  const lost = { ok: false, error: new Error('request lost') };
  expect(outcomes).toEqual([taken('a'), taken('b'), lost, lost, taken('e')]);
  expect(requests).toHaveLength(3);
  expect(made).toBe(3);
});

test('a request that throws ends the sending where that is asked for: what has not been sent fails as well', async () => {
  const requests: string[] = [];
  async function send([entry = '']: readonly string[]): Promise<Answer[]> {
    requests.push(entry);
    if (entry === 'b') throw new Error('out of reach');
    return [taken(entry)];
  }
  const options = { maxEntries: 1, concurrency: 1, endAtFailure: true, send };
  const { outcomes, requests: made } = await sendInBatches(['a', 'b', 'c', 'd'], options);
  const lost = { ok: false, error: new Error('out of reach') };
  expect(outcomes).toEqual([taken('a'), lost, lost, lost]);
  expect(requests).toEqual(['a', 'b']);
  expect(made).toBe(2);
});

test('outcomes keep the order of the entries, whichever request ends first', async () => {
  const entries = Array.from({ length: 20 }, (_, index) => String(index));
  let turns = 10;
  async function send(batch: readonly string[]): Promise<Answer[]> {
    for (let left = --turns; left > 0; left--) await turn();
    return batch.map(taken);
  }
  const { outcomes } = await sendInBatches(entries, { maxEntries: 2, concurrency: 10, send });
  expect(outcomes).toEqual(entries.map(taken));
});

test('as many requests are under way at once as asked for, and no more', async () => {
  let underWay = 0;
  let most = 0;
  async function send(batch: readonly string[]): Promise<Answer[]> {
    most = Math.max(most, ++underWay);
    await turn();
    underWay--;
    return batch.map(taken);
  }
  const entries = Array.from({ length: 30 }, (_, index) => String(index));
  await sendInBatches(entries, { maxEntries: 1, concurrency: 3, send });
  expect(most).toBe(3);
});

/** What the dice show: a tenth of the longest delay. */
beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0.1);
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Milliseconds; timers may be a millisecond early. */
async function waitFor(attempt: number): Promise<number> {
  const start = performance.now();
  await backoff(attempt);
  return performance.now() - start + 1;
}

test('the longest delay is 100 ms after the first attempt and doubles with each', async () => {
  expect(await waitFor(1)).toBeGreaterThanOrEqual(10);
  expect(await waitFor(4)).toBeGreaterThanOrEqual(80);
});

test('no delay is longer than two seconds, however many attempts were made', async () => {
  const waited = await waitFor(20);
  expect(waited).toBeGreaterThanOrEqual(200);
  expect(waited).toBeLessThan(2_000);
});

test('the delay is drawn anew each time, from none at all', async () => {
  vi.mocked(Math.random).mockReturnValue(0);
  expect(await waitFor(20)).toBeLessThan(1_000);
});
