import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Database } from '../../lib/database/database.ts';
import { awaitReplay } from '../../lib/reconcile/await-replay.ts';
import type { Replay } from '../../lib/reconcile/replay.ts';
import { openScriptedPipeline } from '../pipeline/open-scripted-pipeline.ts';
import type { TableRow } from '../pipeline/table-stand-in.ts';

const { pauses } = vi.hoisted(() => ({ pauses: [] as number[] }));
vi.mock('node:timers/promises', () => ({
  async setTimeout(ms: number) {
    pauses.push(ms);
    vi.setSystemTime(Date.now() + ms);
  },
}));

let shown: string[];
beforeEach(() => {
  shown = [];
  pauses.length = 0;
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const show = (label: string) => ({
  update: (done: number, total?: number) => shown.push(`${label}: ${done} of ${total}`),
  done: () => shown.push(`${label}: done`),
});

const row = (order_id: string): TableRow => ({ order_id });
const sentTo = (queue: Replay['sent'][number]['queue'], ...ids: string[]): Replay => ({
  sent: ids.map((order_id) => ({ order_id, queue })),
  unsent: [],
});
const soon = () => Date.now() + 60_000;

test('it is over at once where nothing was sent, or where those who would have it are off', async () => {
  const { pipeline } = openScriptedPipeline({});
  expect(await awaitReplay(pipeline, sentTo('order', 'a'), soon(), show)).toBe(true);
  const on = openScriptedPipeline({ shipments: [], sales: [] }).pipeline;
  expect(await awaitReplay(on, sentTo('order'), soon(), show)).toBe(true);
  expect(shown).toEqual([]);
});

test('what went to one side is awaited there only', async () => {
  const { pipeline } = openScriptedPipeline({ shipments: [row('a')], sales: [row('b')] });
  expect(await awaitReplay(pipeline, sentTo('shipping', 'a'), soon(), show)).toBe(true);
  expect(await awaitReplay(pipeline, sentTo('analytics', 'b'), soon(), show)).toBe(true);
  expect(shown).toEqual([
    'waiting for shipments: 1 of 1',
    'waiting for shipments: done',
    'waiting for sales: 1 of 1',
    'waiting for sales: done',
  ]);
});

test('what went to the order queue is awaited on both sides', async () => {
  const both = openScriptedPipeline({ shipments: [row('a')], sales: [row('a')] }).pipeline;
  expect(await awaitReplay(both, sentTo('order', 'a'), soon(), show)).toBe(true);
  const unsold = openScriptedPipeline({ shipments: [row('a')], sales: [] }).pipeline;
  expect(await awaitReplay(unsold, sentTo('order', 'a'), Date.now(), show)).toBe(false);
  const unshipped = openScriptedPipeline({ shipments: [], sales: [row('a')] }).pipeline;
  expect(await awaitReplay(unshipped, sentTo('order', 'a'), Date.now(), show)).toBe(false);
});

test('looks come after pauses of a fifth of a second, then longer ones, of five seconds at most', async () => {
  const { pipeline } = openScriptedPipeline({ sales: [] });
  const deadline = Date.now() + 30_000;
  expect(await awaitReplay(pipeline, sentTo('analytics', 'a'), deadline, show)).toBe(false);
  expect(pauses.slice(0, 3)).toEqual([200, 300, 450]);
  expect(pauses.slice(-2)).toEqual([5_000, 5_000]);
  // What another pause would take past the deadline.
  expect(deadline - Date.now()).toBeLessThan(5_000);
  expect(deadline - Date.now()).toBeGreaterThanOrEqual(0);
});

test('a pause that ends at the deadline is taken, for what may have come by then', async () => {
  const { pipeline } = openScriptedPipeline({ sales: [] });
  expect(await awaitReplay(pipeline, sentTo('analytics', 'a'), Date.now() + 200, show)).toBe(false);
  expect(pauses).toEqual([200]);
});

test('five hundred are looked for at once, and the next without a pause as soon as some are there', async () => {
  const ids = Array.from({ length: 501 }, (_, n) => `o-${n}`);
  const sales = ids.slice(0, 2).map(row);
  const { pipeline } = openScriptedPipeline({ sales });
  const database = pipeline.salesDatabase as Database;
  const asked: number[] = [];
  const salesDatabase: Database = {
    ...database,
    async query(sql, parameters = {}) {
      asked.push(Object.keys(parameters).length);
      if (pauses.length > 0) sales.push(...ids.slice(2).map(row));
      return database.query(sql, parameters);
    },
  };
  expect(await awaitReplay({ ...pipeline, salesDatabase }, sentTo('analytics', ...ids), soon(), show)).toBe(
    true,
  );
  // Two are there; then 499 remain, of which none is; after the pause all are.
  expect(asked).toEqual([500, 499, 499]);
  expect(pauses).toEqual([200]);
  expect(shown).toEqual([
    'waiting for sales: 2 of 501',
    'waiting for sales: 2 of 501',
    'waiting for sales: 501 of 501',
    'waiting for sales: done',
  ]);
});

test('progress ends though the database fails', async () => {
  const { pipeline } = openScriptedPipeline({});
  const refuse = async () => {
    throw new Error('down');
  };
  const salesDatabase = { query: refuse, transaction: refuse };
  await expect(
    awaitReplay({ ...pipeline, salesDatabase }, sentTo('order', 'a'), soon(), show),
  ).rejects.toThrow('down');
  expect(shown).toEqual(['waiting for sales: done']);
});
