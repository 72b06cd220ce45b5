import { expect, it } from 'vitest';
import { chooseFaults } from './choose-faults.ts';

const passing = (action: string) => ({ client: 'cloud', service: 'sqs', action }) as const;
const draw = (seed: number, action: string, count = 5_000) => {
  const choice = chooseFaults(seed);
  return { choice, faults: Array.from({ length: count }, () => choice.decide(passing(action))) };
};

it('the same seed has the same faults, another one others', () => {
  expect(draw(1, 'PublishBatch').faults).toEqual(draw(1, 'PublishBatch').faults);
  expect(draw(2, 'PublishBatch').faults).not.toEqual(draw(1, 'PublishBatch').faults);
});

it('between one and five requests of a hundred meet with a fault, and each is counted', () => {
  const { choice, faults } = draw(3, 'ReceiveMessage');
  const met = faults.filter((fault) => fault !== undefined);
  expect(met.length).toBeGreaterThan(50);
  expect(met.length).toBeLessThan(250);
  const counted = Object.values(choice.counts).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(met.length);
});

it('only receives are redelivered, and only deletions forgotten', () => {
  const kinds = (action: string) => new Set(draw(4, action).faults.map((fault) => fault?.kind));
  expect(kinds('PublishBatch')).not.toContain('redeliver');
  expect(kinds('ReceiveMessage')).toContain('redeliver');
  expect(kinds('ReceiveMessage')).not.toContain('forget');
  expect(kinds('DeleteMessageBatch')).toContain('forget');
});

it('no message of the upload queue is hidden for the 90 minutes that nobody can wait', () => {
  const choice = chooseFaults(1);
  const queue = 'order-pipeline-local-upload-queue';
  for (const action of ['ReceiveMessage', 'DeleteMessageBatch']) {
    const faults = Array.from({ length: 1_000 }, () => choice.decide({ ...passing(action), queue }));
    expect(faults.every((fault) => fault === undefined)).toBe(true);
  }
});

it('once they have ended, all goes well', () => {
  const choice = chooseFaults(1);
  choice.end();
  const faults = Array.from({ length: 1_000 }, () => choice.decide(passing('ReceiveMessage')));
  expect(faults.every((fault) => fault === undefined)).toBe(true);
});
