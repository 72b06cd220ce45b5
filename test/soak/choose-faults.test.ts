import { expect, it } from 'vitest';
import { chooseFaults } from './choose-faults.ts';

const passing = (action: string) => ({ client: 'cloud', service: 'sqs', action }) as const;
const draw = (seed: number, action: string, count = 5_000) => {
  const choice = chooseFaults(seed);
  return { choice, faults: Array.from({ length: count }, () => choice.decide(passing(action))) };
};

it('chooseFaults is deterministic for a seed, and differs between seeds', () => {
  expect(draw(1, 'PublishBatch').faults).toEqual(draw(1, 'PublishBatch').faults);
  expect(draw(2, 'PublishBatch').faults).not.toEqual(draw(1, 'PublishBatch').faults);
});

it('chooseFaults hits 1 to 5 % of requests, and counts each fault', () => {
  const { choice, faults } = draw(3, 'ReceiveMessage');
  const hits = faults.filter((fault) => fault !== undefined);
  expect(hits.length).toBeGreaterThan(50);
  expect(hits.length).toBeLessThan(250);
  const counted = Object.values(choice.counts).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(hits.length);
});

it('chooseFaults applies redeliver only to receives, and forget only to deletes', () => {
  const kinds = (action: string) => new Set(draw(4, action).faults.map((fault) => fault?.kind));
  expect(kinds('PublishBatch')).not.toContain('redeliver');
  expect(kinds('ReceiveMessage')).toContain('redeliver');
  expect(kinds('ReceiveMessage')).not.toContain('forget');
  expect(kinds('DeleteMessageBatch')).toContain('forget');
});

it('chooseFaults never makes an upload message invisible for its 90 minutes', () => {
  const choice = chooseFaults(1);
  const queue = 'order-pipeline-local-upload-queue';
  for (const action of ['ReceiveMessage', 'DeleteMessageBatch']) {
    const faults = Array.from({ length: 1_000 }, () => choice.decide({ ...passing(action), queue }));
    expect(faults.every((fault) => fault === undefined)).toBe(true);
  }
});

it('chooseFaults injects no fault after end()', () => {
  const choice = chooseFaults(1);
  choice.end();
  const faults = Array.from({ length: 1_000 }, () => choice.decide(passing('ReceiveMessage')));
  expect(faults.every((fault) => fault === undefined)).toBe(true);
});
