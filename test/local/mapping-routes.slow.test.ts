import {
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from '@aws-sdk/client-lambda';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createMappings, type Mappings } from '../../local/lambda/mappings.ts';
import { guardThreads } from './guard-threads.ts';
import { startTestServices } from './start-test-services.ts';

guardThreads();

/** Starts a mapping from the queue `orders` to the function `shop-local-consumer`, and one from another queue. */
async function start() {
  let mappings: Mappings | undefined;
  const cloud = await startTestServices({
    functions: {
      listMappings: async () => mappings?.list() ?? [],
      updateMapping: async (uuid, change) => mappings?.update(uuid, change),
    },
  });
  const invoke = vi.fn(async () => ({ payload: 'null' }));
  const onConcurrency = vi.fn<(concurrency: number) => void>();
  mappings = createMappings();
  for (const [queue, functionName] of [
    ['orders', 'shop-local-consumer'],
    ['uploads', 'shop-local-ingest'],
  ] as const) {
    await cloud.createQueue(queue);
    mappings.add({
      functionName,
      enabled: true,
      maximumConcurrency: queue === 'orders' ? 3 : undefined,
      reader: cloud.services.readQueue(queue),
      queueArn: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
      batchSize: 10,
      batchingWindow: 0,
      reportsItemFailures: true,
      invoke,
      onError: () => undefined,
      onConcurrency,
    });
  }
  mappings.start();
  const { stop } = mappings;
  onTestFinished(() => stop());
  const lambda = new LambdaClient({
    endpoint: cloud.services.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
    maxAttempts: 1,
  });
  const list = async (input: { FunctionName?: string; EventSourceArn?: string } = {}) =>
    (await lambda.send(new ListEventSourceMappingsCommand(input))).EventSourceMappings ?? [];
  const [consumer] = await list({ FunctionName: 'shop-local-consumer' });
  const update = (input: Omit<UpdateEventSourceMappingCommandInput, 'UUID'>) =>
    lambda.send(new UpdateEventSourceMappingCommand({ UUID: consumer?.UUID, ...input }));
  return { ...cloud, lambda, list, consumer, update, invoke, onConcurrency };
}

test("event source mappings are listed in Lambda's format, by function or queue", async () => {
  const { list, consumer, lambda } = await start();
  expect(consumer).toEqual({
    UUID: expect.stringMatching(/^[0-9a-f-]{36}$/),
    EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:orders',
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:shop-local-consumer',
    State: 'Enabled',
    StateTransitionReason: 'USER_INITIATED',
    BatchSize: 10,
    MaximumBatchingWindowInSeconds: 0,
    FunctionResponseTypes: ['ReportBatchItemFailures'],
    LastModified: expect.any(Date),
    ScalingConfig: { MaximumConcurrency: 3 },
  });
  expect(await list()).toHaveLength(2);
  expect(await list({ FunctionName: consumer?.FunctionArn ?? '' })).toEqual([consumer]);
  expect(await list({ EventSourceArn: consumer?.EventSourceArn ?? '' })).toEqual([consumer]);
  expect(await list({ FunctionName: 'unknown' })).toEqual([]);
  const command = new GetEventSourceMappingCommand({ UUID: consumer?.UUID });
  expect(await lambda.send(command)).toMatchObject({ ...consumer });
});

test('a changed concurrency is returned and takes effect', async () => {
  const { update, list, onConcurrency } = await start();
  expect(await update({ ScalingConfig: { MaximumConcurrency: 20 } })).toMatchObject({
    State: 'Enabled',
    ScalingConfig: { MaximumConcurrency: 20 },
  });
  expect(onConcurrency).toHaveBeenLastCalledWith(20);
  await update({ ScalingConfig: {} });
  expect(onConcurrency).toHaveBeenLastCalledWith(10);
  const [consumer] = await list({ FunctionName: 'shop-local-consumer' });
  expect(consumer?.ScalingConfig).toBeUndefined();
});

test('a disabled mapping leaves messages in the queue until it is enabled again', async () => {
  const { update, sqs, createQueue, countVisible, invoke } = await start();
  const queueUrl = await createQueue('orders');
  expect(await update({ Enabled: false })).toMatchObject({
    State: 'Disabled',
    ScalingConfig: { MaximumConcurrency: 3 },
  });
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: 'waits' }));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(await countVisible(queueUrl)).toBe(1);
  expect(await update({ Enabled: true })).toMatchObject({ State: 'Enabled' });
  await vi.waitFor(() => expect(invoke).toHaveBeenCalledOnce(), { timeout: 15_000, interval: 20 });
});

test.each([
  [{ ScalingConfig: { MaximumConcurrency: 1 } }, 'ValidationException', "Value '1'"],
  [{ ScalingConfig: { MaximumConcurrency: 1_001 } }, 'ValidationException', 'less than or equal to 1000'],
  [{ ScalingConfig: { MaximumConcurrency: 2.5 } }, 'InvalidParameterValueException', 'MaximumConcurrency'],
  [{ BatchSize: 5 }, 'InvalidParameterValueException', 'BatchSize'],
  [{ FunctionName: 'shop-local-ingest' }, 'InvalidParameterValueException', 'shop-local-consumer'],
  [{ UUID: 'unknown', Enabled: false }, 'ResourceNotFoundException', 'does not exist'],
])('the update %o is refused with %s and changes nothing', async (input, name, message) => {
  const { update, list, consumer } = await start();
  await expect(update(input)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  expect(await list({ FunctionName: 'shop-local-consumer' })).toEqual([consumer]);
});
