import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { backoff, type EntryResult, sendInBatches } from '../../lib/batch/send-in-batches.ts';
import { skipPauses } from '../skip-pauses.ts';

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

  test('pauses before a retry, and not between batches', async () => {
    const pauses = skipPauses();
    vi.spyOn(Math, 'random').mockReturnValue(0.9);
    const options = { maxEntries: 1, concurrency: 1 };
    await sendInBatches(['a', 'b', 'c'], { ...options, send: service(accepted).send });
    expect(pauses).toEqual([]);

    const { send } = service((entry, request) => (request === 1 ? rejected(entry, true) : accepted(entry)));
    await sendInBatches(['a', 'b', 'c'], { ...options, send });
    expect(pauses).toEqual([90]);
  });

  test('sends an entry five times by default, after longer and longer pauses', async () => {
    const pauses = skipPauses();
    vi.spyOn(Math, 'random').mockReturnValue(0.5);
    const { requests, send } = service((entry) => rejected(entry, true));
    await sendInBatches(['a'], { maxEntries: 10, send });
    expect(requests).toHaveLength(5);
    expect(pauses).toEqual([50, 100, 200, 400]);
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

test('returns outcomes in the order of the entries, not of the responses', async () => {
  const entries = Array.from({ length: 20 }, (_, index) => String(index));
  let turns = 10;
  async function send(batch: readonly string[]): Promise<Answer[]> {
    for (let left = --turns; left > 0; left--) await turn();
    return batch.map(accepted);
  }
  const { outcomes } = await sendInBatches(entries, { maxEntries: 2, concurrency: 10, send });
  expect(outcomes).toEqual(entries.map(accepted));
});

test.each([
  ['the given number of', { concurrency: 3 }, 3],
  ['eight', {}, 8],
])('makes exactly %s concurrent requests', async (_name, options, limit) => {
  let underWay = 0;
  let most = 0;
  async function send(batch: readonly string[]): Promise<Answer[]> {
    most = Math.max(most, ++underWay);
    await turn();
    underWay--;
    return batch.map(accepted);
  }
  const entries = Array.from({ length: 30 }, (_, index) => String(index));
  await sendInBatches(entries, { maxEntries: 1, ...options, send });
  expect(most).toBe(limit);
});

test.each([
  [1, 100],
  [2, 200],
  [5, 1_600],
  [6, 2_000],
  [100, 2_000],
])('draws each delay of backoff anew: after attempt %i from 0 to %i ms', async (attempt, limit) => {
  const pauses = skipPauses();
  const random = vi.spyOn(Math, 'random');
  for (const share of [0, 0.5, 0.999]) {
    random.mockReturnValueOnce(share);
    await backoff(attempt);
  }
  expect(pauses).toEqual([0, 0.5 * limit, 0.999 * limit]);
});
