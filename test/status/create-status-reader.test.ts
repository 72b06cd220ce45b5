import { readFileSync } from 'node:fs';
import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import {
  ListEventSourceMappingsCommand,
  type ListEventSourceMappingsCommandInput,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { openDeployedPipeline } from '../../lib/pipeline/open-pipeline.ts';
import { createStatusReader } from '../../lib/status/create-status-reader.ts';
import { functionNames } from '../../lib/status/function-names.ts';
import { setThrottle } from '../../lib/status/set-throttle.ts';
import { intercept, sdkError } from '../aws/intercept.ts';

const QUEUES = ['upload', 'order', 'shipping', 'analytics'] as const;
const urlOf = (name: string) =>
  `https://sqs.eu-central-1.amazonaws.com/123456789012/order-pipeline-dev-${name}-queue`;

const OUTPUTS = {
  ...Object.fromEntries(
    QUEUES.flatMap((name) => {
      const key = `${name[0]?.toUpperCase()}${name.slice(1)}Queue`;
      return [
        [`${key}Url`, urlOf(name)],
        [`${key}DLQUrl`, `${urlOf(name)}-dlq`],
      ];
    }),
  ),
  OrderEventsTopicArn: 'arn:aws:sns:eu-central-1:123456789012:order-pipeline-dev-order-events',
  UploadBucketName: 'uploads',
  ResultsBucketName: 'results',
  LedgerTableName: 'ledger',
};

const NOW = Date.UTC(2026, 10, 27, 12, 0, 30);
const minutesAgo = (minutes: number) => new Date(Math.floor(NOW / 60_000) * 60_000 - minutes * 60_000);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A stage on AWS: how many messages its queues hold, and by metric and dimension what CloudWatch has. */
function openStage({
  depths = {},
  metrics = {},
}: {
  depths?: Record<string, [visible: number, inFlight: number, delayed: number]>;
  metrics?: Record<string, [minutesAgo: number, value: number][]>;
} = {}) {
  const place = { region: 'eu-central-1', credentials: { accessKeyId: 'no', secretAccessKey: 'one' } };
  const pipeline = openDeployedPipeline('dev', OUTPUTS, place);
  onTestFinished(() => pipeline.close());
  const { sqs, cloudWatch, lambda } = pipeline.clients;
  intercept(sqs, GetQueueAttributesCommand, async ({ QueueUrl = '' }) => {
    const [visible, inFlight, delayed] = depths[QueueUrl.split('order-pipeline-dev-')[1] ?? ''] ?? [0, 0, 0];
    return {
      $metadata: {},
      Attributes: {
        ApproximateNumberOfMessages: String(visible),
        ApproximateNumberOfMessagesNotVisible: String(inFlight),
        ApproximateNumberOfMessagesDelayed: String(delayed),
      },
    };
  });
  const asked = intercept(cloudWatch, GetMetricDataCommand, async ({ MetricDataQueries = [] }) => ({
    $metadata: {},
    MetricDataResults: MetricDataQueries.map(({ Id, MetricStat }) => {
      const { Namespace, MetricName, Dimensions } = MetricStat?.Metric ?? {};
      const key = `${Namespace}/${MetricName}/${Dimensions?.[0]?.Value}`;
      const points = metrics[key] ?? [];
      return {
        Id,
        Timestamps: points.map(([minutes]) => minutesAgo(minutes)),
        Values: points.map(([, value]) => value),
      };
    }),
  }));
  const listed = intercept(
    lambda,
    ListEventSourceMappingsCommand,
    async ({ FunctionName }: ListEventSourceMappingsCommandInput) => ({
      $metadata: {},
      EventSourceMappings:
        FunctionName === 'order-pipeline-dev-consumer'
          ? [
              {
                UUID: 'consumer-mapping',
                EventSourceArn: 'arn:aws:sqs:eu-central-1:123456789012:order-pipeline-dev-order-queue',
                State: 'Enabled',
                BatchSize: 100,
                ScalingConfig: { MaximumConcurrency: 10 },
              },
            ]
          : [
              {
                UUID: 'another',
                EventSourceArn: `arn:aws:sqs:eu-central-1:123456789012:${FunctionName === 'order-pipeline-dev-ingest' ? 'order-pipeline-dev-upload-queue' : 'of-somebody-else'}`,
                State: 'Disabled',
                BatchSize: 1,
              },
            ],
    }),
  );
  return { pipeline, asked, listed };
}

describe('a stage on AWS', () => {
  test('is asked for each metric by its name and dimension, over the last hour by the minute', async () => {
    const { pipeline, asked } = openStage();
    await createStatusReader(pipeline).read();
    expect(asked).toHaveLength(1);
    const [{ MetricDataQueries = [], StartTime, EndTime, ScanBy } = {}] = asked as [
      (typeof asked)[number] | undefined,
    ];
    expect({ StartTime, EndTime, ScanBy }).toEqual({
      StartTime: new Date(Date.UTC(2026, 10, 27, 11, 0)),
      EndTime: new Date(NOW),
      ScanBy: 'TimestampAscending',
    });
    const shown = MetricDataQueries.map(({ MetricStat }) => {
      const { Namespace, MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      expect(MetricStat?.Period).toBe(60);
      const [{ Name, Value } = {}, ...others] = Dimensions as [{ Name?: string; Value?: string } | undefined];
      expect(others).toEqual([]);
      return `${Namespace} ${MetricName} ${Name}=${Value} ${MetricStat?.Stat}`;
    });
    const queue = (name: string) => [
      `AWS/SQS ApproximateAgeOfOldestMessage QueueName=order-pipeline-dev-${name}-queue Maximum`,
      `AWS/SQS NumberOfMessagesSent QueueName=order-pipeline-dev-${name}-queue Sum`,
      `AWS/SQS NumberOfMessagesDeleted QueueName=order-pipeline-dev-${name}-queue Sum`,
    ];
    const lambda = (name: string) => [
      `AWS/Lambda Invocations FunctionName=order-pipeline-dev-${name} Sum`,
      `AWS/Lambda Errors FunctionName=order-pipeline-dev-${name} Sum`,
      `AWS/Lambda Duration FunctionName=order-pipeline-dev-${name} Sum`,
      `AWS/Lambda ConcurrentExecutions FunctionName=order-pipeline-dev-${name} Maximum`,
    ];
    expect(shown).toEqual([
      ...QUEUES.flatMap(queue),
      ...functionNames(pipeline).flatMap(lambda),
      'AWS/SNS NumberOfMessagesPublished TopicName=order-pipeline-dev-order-events Sum',
    ]);
  });

  test('has totals of the hour, rates of the last whole minute, and the time until a queue is empty', async () => {
    const { pipeline } = openStage({
      depths: {
        'order-queue': [900, 90, 10],
        'order-queue-dlq': [2, 1, 0],
        'shipping-queue': [5, 0, 0],
      },
      metrics: {
        'AWS/SQS/ApproximateAgeOfOldestMessage/order-pipeline-dev-order-queue': [[1, 42]],
        // The minute that is under way is not whole yet.
        'AWS/SQS/NumberOfMessagesSent/order-pipeline-dev-order-queue': [
          [50, 6_000],
          [1, 600],
          [0, 5],
        ],
        'AWS/SQS/NumberOfMessagesDeleted/order-pipeline-dev-order-queue': [[1, 1_800]],
        'AWS/SQS/ApproximateAgeOfOldestMessage/order-pipeline-dev-upload-queue': [[1, 9]],
        // Too old to say anything of now.
        'AWS/SQS/NumberOfMessagesSent/order-pipeline-dev-shipping-queue': [[20, 60]],
        'AWS/SQS/NumberOfMessagesDeleted/order-pipeline-dev-shipping-queue': [[20, 60]],
        'AWS/Lambda/Invocations/order-pipeline-dev-consumer': [
          [2, 10],
          [1, 30],
        ],
        'AWS/Lambda/Errors/order-pipeline-dev-consumer': [[2, 1]],
        'AWS/Lambda/Duration/order-pipeline-dev-consumer': [
          [2, 3_000],
          [1, 5_000],
        ],
        'AWS/Lambda/ConcurrentExecutions/order-pipeline-dev-consumer': [
          [2, 3],
          [1, 7],
        ],
        'AWS/SNS/NumberOfMessagesPublished/order-pipeline-dev-order-events': [
          [30, 100],
          [1, 11],
        ],
      },
    });
    const status = await createStatusReader(pipeline).read();
    expect(status).toMatchObject({
      at: '2026-11-27T12:00:30.000Z',
      stage: 'dev',
      since: '2026-11-27T11:00:00.000Z',
      confirmed: 111,
    });
    expect(status.queues.map(({ name }) => name)).toEqual([...QUEUES]);
    expect(status.queues[1]).toEqual({
      name: 'order',
      visible: 900,
      inFlight: 90,
      delayed: 10,
      oldestSeconds: 42,
      taken: 6_605,
      inPerSecond: 10,
      outPerSecond: 30,
      drainSeconds: 50,
      deadLetters: 3,
    });
    // An empty queue has no oldest message, whatever the last minute had.
    expect(status.queues[0]).toMatchObject({ oldestSeconds: null, drainSeconds: 0 });
    expect(status.queues[2]).toMatchObject({ taken: 60, inPerSecond: null, drainSeconds: null });
    const consumer = status.functions.find(({ name }) => name === 'consumer');
    expect(consumer).toEqual({
      name: 'consumer',
      invocations: 40,
      errors: 1,
      averageMs: 200,
      running: 7,
      mapping: { queue: 'order', enabled: true, maximumConcurrency: 10, batchSize: 100 },
    });
    const mappingOf = (wanted: string) => status.functions.find(({ name }) => name === wanted)?.mapping;
    expect(mappingOf('ingest')).toEqual({
      queue: 'upload',
      enabled: false,
      maximumConcurrency: null,
      batchSize: 1,
    });
    expect(mappingOf('analytics')).toBeNull();
    expect(mappingOf('producer')).toBeNull();
  });

  test('is asked for metrics twice a minute at most, and for mappings every five seconds', async () => {
    const { pipeline, asked, listed } = openStage();
    const reader = createStatusReader(pipeline);
    await Promise.all([reader.read(), reader.read()]);
    expect([asked.length, listed.length]).toEqual([1, 4]);
    vi.setSystemTime(NOW + 29_000);
    await reader.read();
    expect([asked.length, listed.length]).toEqual([1, 8]);
    vi.setSystemTime(NOW + 30_000);
    await reader.read();
    expect([asked.length, listed.length]).toEqual([2, 8]);
  });

  test('that does not answer for metrics is asked again the next time', async () => {
    const { pipeline } = openStage();
    const reader = createStatusReader(pipeline);
    let refusals = 0;
    intercept(pipeline.clients.cloudWatch, GetMetricDataCommand, async (input, pass) => {
      refusals += 1;
      if (refusals === 1) throw sdkError('AccessDenied');
      return pass(input);
    });
    await expect(reader.read()).rejects.toMatchObject({ name: 'ServiceError', code: 'AccessDenied' });
    expect(await reader.read()).toMatchObject({ stage: 'dev' });
  });
});

describe('the throttle', () => {
  test('is set at the mapping of the function’s own queue', async () => {
    const { pipeline } = openStage();
    const updates = intercept(pipeline.clients.lambda, UpdateEventSourceMappingCommand, async () => ({
      $metadata: {},
    }));
    await setThrottle(pipeline, 'consumer', { maximumConcurrency: 25 });
    await setThrottle(pipeline, 'ingest', { enabled: true });
    expect(updates).toEqual([
      { UUID: 'consumer-mapping', ScalingConfig: { MaximumConcurrency: 25 } },
      { UUID: 'another', Enabled: true },
    ]);
  });

  test.each([
    [
      'producer',
      { enabled: false },
      'function: must be one that a queue invokes in stage dev (ingest, consumer',
    ],
    ['analytics', { enabled: false }, 'function: must have an event source mapping, analytics has none'],
    ['consumer', {}, 'throttle: must name maximumConcurrency or enabled, received neither'],
    [
      'consumer',
      { maximumConcurrency: 1 },
      'maximumConcurrency: must be a whole number from 2 to 1,000, received 1',
    ],
    ['consumer', { maximumConcurrency: 2.5 }, 'received 2.5'],
    ['consumer', { maximumConcurrency: 1_001 }, 'received 1001'],
    ['consumer', { enabled: 'no' as unknown as boolean }, 'enabled: must be true or false, received "no"'],
  ])('of %s does not take %o', async (name, change, message) => {
    const { pipeline } = openStage();
    await expect(setThrottle(pipeline, name, change)).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: expect.stringContaining(message),
    });
  });
});

test('the functions are those of serverless.yml', () => {
  const own = readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8');
  const parts = ['shipping', 'sales'].map((part) =>
    readFileSync(new URL(`../../functions/${part}.yml`, import.meta.url), 'utf8'),
  );
  const handlers = [own, ...parts].flatMap((text) =>
    [...text.matchAll(/handler: handlers\/(\w+)\.handler/g)].map(([, name = '']) => name),
  );
  const all = QUEUES.map((name) => ({ name, url: '', deadLetterUrl: '', consumer: '' }));
  expect(functionNames({ queues: all }).toSorted()).toEqual(handlers.toSorted());
  expect(functionNames({ queues: all.slice(0, 2) })).not.toContain('report');
});
