import { expect, test } from 'vitest';
import { findQueue } from '../../../operations/pipeline/pipeline.ts';
import { openUnreachablePipeline } from '../../dashboard/unreachable-pipeline.ts';
import { PERMANENT_QUEUES } from '../../pipeline/queue-outputs.ts';

test('finds a queue by its name, and rejects any other name with a list of the queues that the stage has', () => {
  const pipeline = openUnreachablePipeline();
  expect(findQueue(pipeline, 'order')).toMatchObject({ name: 'order', consumer: 'consumer' });
  expect(findQueue(pipeline, 'upload')).toMatchObject({ name: 'upload', consumer: 'ingest' });
  const names = PERMANENT_QUEUES.map(({ name }) => name).join(', ');
  expect(() => findQueue(pipeline, 'shipping')).toThrow(
    expect.objectContaining({
      name: 'InvalidInputError',
      message: `queue: must be one of ${names} in stage local, received shipping`,
    }),
  );
});
