import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { QUEUES, queueNamed } from '../../topology.ts';

const require = createRequire(import.meta.url);
const consumers = require('../../resources/consumers.cjs');
const queues = require('../../resources/queues.cjs');

/** Resolves the variables of a stage with one queue and the given definitions. */
const resolving =
  (definitions: Readonly<Record<string, unknown>> | undefined) =>
  async (address: string): Promise<unknown> => {
    const [row] = QUEUES.filter(({ name }) => name === 'shipping');
    if (address === 'self:custom.derived')
      return { queues: [{ ...row, definitions: definitions && 'resources/own.yml', batchingWindow: 1 }] };
    const [, section] = /^file\(resources\/own\.yml\):(\w+), null$/.exec(address) ?? [];
    return section ? (definitions?.[section] ?? null) : address;
  };

it('a row without definitions still gets a function with a handler and its own role', async () => {
  const { fulfillment } = await consumers({ resolveVariable: resolving(undefined) });
  expect(fulfillment).toMatchObject({
    handler: 'handlers/fulfillment.handler',
    iamRoleStatements: [],
    timeout: queueNamed('shipping').timeout,
  });
});

it('a definitions file may contain only functions or only resources', async () => {
  const onlyFunctions = { functions: { fulfillment: { memorySize: 256 } } };
  const { fulfillment } = await consumers({ resolveVariable: resolving(onlyFunctions) });
  expect(fulfillment).toMatchObject({ handler: 'handlers/fulfillment.handler', memorySize: 256 });
  expect(Object.keys((await queues({ resolveVariable: resolving(onlyFunctions) })).Outputs)).toEqual([
    'ShippingQueueUrl',
    'ShippingQueueDLQUrl',
  ]);

  const onlyResources = { resources: { Outputs: { Own: { Value: 'own' } } } };
  expect(Object.keys(await consumers({ resolveVariable: resolving(onlyResources) }))).toEqual([
    'fulfillment',
  ]);
  expect((await queues({ resolveVariable: resolving(onlyResources) })).Outputs).toMatchObject({
    Own: { Value: 'own' },
  });
});
