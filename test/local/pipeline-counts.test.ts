import { join } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { FunctionLog } from '../../local/lambda/function-log.ts';
import { createClients } from '../../local/stack/clients.ts';
import { isDrained, startCounting } from '../../local/start/pipeline-counts.ts';
import { createTestDirectory } from './create-test-directory.ts';
import { pipelineCounts } from './pipeline-counts.ts';
import { startTestServices } from './start-test-services.ts';

test('counts are of what came since the counting began, and of what waited then', async () => {
  const { services, sqs, createQueue, receive } = await startTestServices();
  const outputs: Record<string, string> = {};
  for (const name of ['OrderQueue', 'OrderQueueDLQ', 'UploadQueue', 'UploadQueueDLQ'])
    outputs[`${name}Url`] = await createQueue(name);
  const send = (output: string, DelaySeconds = 0) =>
    sqs.send(new SendMessageCommand({ QueueUrl: outputs[output], MessageBody: '{}', DelaySeconds }));
  const log = new FunctionLog(join(await createTestDirectory(), 'functions.log'));
  onTestFinished(() => log.close());
  const clients = createClients(services.endpoint, services.endpoint);

  await send('OrderQueueUrl');
  await send('OrderQueueDLQUrl');
  const count = await startCounting({ outputs, clients, log, counts: services.counts });
  expect(await count()).toEqual(pipelineCounts({ carriedOver: 1, received: 1, waiting: 1 }));

  await send('OrderQueueUrl');
  await receive(outputs.OrderQueueUrl ?? '');
  await send('OrderQueueUrl', 60);
  await send('OrderQueueDLQUrl');
  await send('UploadQueueUrl');
  await send('UploadQueueDLQUrl');
  const metrics = { OrdersDuplicate: 3, OrdersRedelivered: 2 };
  const Metrics = Object.keys(metrics).map((Name) => ({ Name }));
  log.write('consumer', JSON.stringify({ _aws: { CloudWatchMetrics: [{ Metrics }] }, ...metrics }));
  log.writeTrouble('consumer', 'queue out of reach');
  expect(await count()).toEqual(
    pipelineCounts({
      carriedOver: 1,
      received: 3,
      waiting: 1,
      inFlight: 2,
      files: 1,
      duplicates: 3,
      // Two, but only one message waited when the counting began.
      redelivered: 1,
      deadLettered: 1,
      deadLetteredFiles: 1,
      troubles: 1,
    }),
  );
});

test('a pipeline is drained when no order and no file is on its way', () => {
  expect(isDrained(pipelineCounts({ received: 5, confirmed: 5, deadLettered: 2 }))).toBe(true);
  for (const place of ['waiting', 'inFlight', 'files'] as const)
    expect(isDrained(pipelineCounts({ [place]: 1 }))).toBe(false);
});
