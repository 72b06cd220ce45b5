import { expect, test } from 'vitest';
import { findQueue } from '../../../operations/pipeline/pipeline.ts';
import { openUnreachablePipeline } from '../../dashboard/unreachable-pipeline.ts';

test('finds a queue by its name, and rejects a queue that the stage lacks with a list of those it has', () => {
  const pipeline = openUnreachablePipeline();
  expect(findQueue(pipeline, 'order')).toMatchObject({ name: 'order', consumer: 'consumer' });
  expect(findQueue(pipeline, 'upload')).toMatchObject({ name: 'upload', consumer: 'ingest' });
  expect(() => findQueue(pipeline, 'shipping')).toThrow(
    expect.objectContaining({
      name: 'InvalidInputError',
      message: "queue: must be one of stage local's (upload, order), received shipping",
    }),
  );
});
