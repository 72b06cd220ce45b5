import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { QUEUES } from '../../topology.ts';

const require = createRequire(import.meta.url);
const createReader = require('../../plugins/parameters/create-reader.cjs');
const deriveQueues = require('../../plugins/parameters/derive-queues.cjs');

it('createReader names a parameter that serverless.yml does not declare', async () => {
  const resolveVariable = async () => {
    throw Object.assign(new Error('Value not found'), { code: 'MISSING_VARIABLE_RESULT' });
  };
  await expect(createReader({ resolveVariable }).readChoice('loyaltyProgram', ['on', 'off'])).rejects.toThrow(
    'parameter loyaltyProgram: must have a default under params.default in serverless.yml, received nothing',
  );
});

it('deriveQueues rejects a batch of more than 10 messages without a batching window', async () => {
  const values: Record<string, number> = { salesBatchSize: 11, salesBatchingWindow: 0 };
  const reader = {
    readChoice: async () => 'on',
    readWholeNumber: async (name: string) => values[name] ?? 2,
  };
  const isPolledByFleet = () => false;
  await expect(deriveQueues(reader, isPolledByFleet)).rejects.toThrow(
    'topology.ts, row "analytics": batchingWindow must be at least 1 when batchSize is more than 10, received 0',
  );
  values.salesBatchSize = 10;
  expect(await deriveQueues(reader, isPolledByFleet)).toHaveLength(QUEUES.length);
});
