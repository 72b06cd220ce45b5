import { UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { describe, expect, test } from 'vitest';
import { setThrottle } from '../../../operations/status/throttle.ts';
import { intercept } from '../../aws/intercept.ts';
import { openStage } from './open-stage.ts';

describe('the throttle', () => {
  test('is set on the event source mapping of the function’s queue', async () => {
    const { pipeline } = openStage();
    const updates = intercept(pipeline.clients.lambda, UpdateEventSourceMappingCommand, async () => ({
      $metadata: {},
    }));
    await setThrottle(pipeline, 'consumer', { maximumConcurrency: 25 });
    await setThrottle(pipeline, 'ingest', { enabled: true });
    for (const maximumConcurrency of [2, 1_000])
      await setThrottle(pipeline, 'consumer', { maximumConcurrency });
    expect(updates).toEqual([
      { UUID: 'consumer-mapping', ScalingConfig: { MaximumConcurrency: 25 } },
      { UUID: 'another', Enabled: true },
      { UUID: 'consumer-mapping', ScalingConfig: { MaximumConcurrency: 2 } },
      { UUID: 'consumer-mapping', ScalingConfig: { MaximumConcurrency: 1_000 } },
    ]);
  });

  test.each([
    [
      'producer',
      { enabled: false },
      'function: must be one that a queue invokes in stage dev (ingest, consumer',
    ],
    [
      'analytics',
      { enabled: false },
      'function: analytics has no event source mapping that could be changed',
    ],
    ['consumer', {}, 'throttle: give maximumConcurrency or enabled, received neither'],
    [
      'consumer',
      { maximumConcurrency: 1 },
      'maximumConcurrency: must be a whole number from 2 to 1,000, received 1',
    ],
    ['consumer', { maximumConcurrency: 2.5 }, 'received 2.5'],
    ['consumer', { maximumConcurrency: 1_001 }, 'received 1001'],
    ['consumer', { enabled: 'no' as unknown as boolean }, 'enabled: must be true or false, received "no"'],
  ])('of %s rejects %o', async (name, change, message) => {
    const { pipeline } = openStage();
    await expect(setThrottle(pipeline, name, change)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining(message),
    });
  });
});
