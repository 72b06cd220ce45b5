import { expect, test } from 'vitest';
import { QUEUES } from '../../topology.ts';
import { FUNCTION_NAMES, queueFunction } from '../../worker/functions.ts';

test('has batches of as many messages as on Lambda, but at most the ten of one receive', () => {
  const onLambda = QUEUES.map(({ batchSize }) => (typeof batchSize === 'number' ? batchSize : batchSize.max));
  const sizes = FUNCTION_NAMES.map((name) => queueFunction(name).batchSize);
  expect(sizes).toEqual(onLambda.map((size) => (size < 10 ? size : 10)));
  // Both cases occur.
  expect(Math.min(...onLambda)).toBeLessThan(10);
  expect(Math.max(...onLambda)).toBeGreaterThan(10);
});

test('rejects a function that no queue invokes', () => {
  expect(() => queueFunction('producer')).toThrow('function producer: no queue of topology.ts invokes it');
});
