import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { createStatusReader } from '../../../operations/status/create-status-reader.ts';
import { functionNames } from '../../../operations/status/function-names.ts';
import type { Inspection } from '../../../operations/status/inspection.ts';
import { QUEUE_NAMES } from '../../../topology.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { minutesAgo, NOW, openStage } from './open-stage.ts';

/** Each queue has one event source mapping. */
const mappings = QUEUE_NAMES.length;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a stage on AWS', () => {
  test('reads each metric by name and dimension, over the last hour in steps of a minute', async () => {
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
      ...QUEUE_NAMES.flatMap(queue),
      ...functionNames(pipeline).flatMap(lambda),
      'AWS/SNS NumberOfMessagesPublished TopicName=order-pipeline-dev-order-events Sum',
    ]);
  });

  test('has totals of the last hour, rates of the last whole minute, and the time until a queue is empty', async () => {
    const { pipeline } = openStage({
      depths: {
        'order-queue': [900, 90, 10],
        'order-queue-dlq': [2, 1, 0],
        'shipping-queue': [5, 0, 0],
      },
      metrics: {
        'AWS/SQS/ApproximateAgeOfOldestMessage/order-pipeline-dev-order-queue': [[1, 42]],
        // The current minute is not complete.
        'AWS/SQS/NumberOfMessagesSent/order-pipeline-dev-order-queue': [
          [50, 6_000],
          [1, 600],
          [0, 5],
        ],
        'AWS/SQS/NumberOfMessagesDeleted/order-pipeline-dev-order-queue': [[1, 1_800]],
        'AWS/SQS/ApproximateAgeOfOldestMessage/order-pipeline-dev-upload-queue': [[1, 9]],
        // This datapoint is too old for a current rate.
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
      denials: null,
    });
    expect(status.queues.map(({ name }) => name)).toEqual(QUEUE_NAMES);
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
    // An empty queue has no oldest message, even if the metric of the last minute has one.
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

  test('reports zeros for functions without invocations', async () => {
    const { pipeline } = openStage();
    const { functions } = await createStatusReader(pipeline).read();
    expect(functions[0]).toEqual({
      name: 'producer',
      invocations: 0,
      errors: 0,
      averageMs: null,
      running: 0,
      mapping: null,
    });
  });

  test.each([
    // Minutes ago and messages per minute, sent and deleted; seconds until a queue of 60 messages is empty.
    [[1, 60], [1, 120], 60],
    [[1, 60], [1, 60], null],
    [[1, 120], [1, 60], null],
    [[7, 60], [1, 120], null],
    [[1, 60], [7, 120], null],
    [[4, 0], [5, 90], 40],
  ] as [[number, number], [number, number], number | null][])(
    'with %j sent and %j deleted (minutes ago, messages), expects a queue of 60 to be empty in %j s',
    async (sent, deleted, seconds) => {
      const { pipeline } = openStage({
        depths: { 'order-queue': [60, 0, 0] },
        metrics: {
          'AWS/SQS/NumberOfMessagesSent/order-pipeline-dev-order-queue': [sent],
          'AWS/SQS/NumberOfMessagesDeleted/order-pipeline-dev-order-queue': [deleted],
        },
      });
      const { queues } = await createStatusReader(pipeline).read();
      expect(queues[1]?.drainSeconds).toBe(seconds);
    },
  );

  test('uses rates of a minute that has just ended, and of one that ended five minutes ago', async () => {
    vi.setSystemTime(minutesAgo(0));
    const { pipeline } = openStage({
      metrics: {
        'AWS/SQS/NumberOfMessagesSent/order-pipeline-dev-order-queue': [
          [2, 60],
          [1, 120],
        ],
        'AWS/SQS/NumberOfMessagesDeleted/order-pipeline-dev-order-queue': [[6, 180]],
      },
    });
    const { queues } = await createStatusReader(pipeline).read();
    expect(queues[1]).toMatchObject({ inPerSecond: 2, outPerSecond: 3 });
  });

  test('reads metrics at most twice a minute and mappings every five seconds', async () => {
    const { pipeline, asked, listed } = openStage();
    const reader = createStatusReader(pipeline);
    await Promise.all([reader.read(), reader.read()]);
    expect([asked.length, listed.length]).toEqual([1, mappings]);
    vi.setSystemTime(NOW + 29_000);
    await reader.read();
    expect([asked.length, listed.length]).toEqual([1, 2 * mappings]);
    vi.setSystemTime(NOW + 30_000);
    await reader.read();
    expect([asked.length, listed.length]).toEqual([2, 2 * mappings]);
  });

  test('reads metrics again after a failed request', async () => {
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

test('reads metrics of the embedded cloud from its inspection endpoint, and mappings every second', async () => {
  const { pipeline, asked, listed } = openStage();
  const inspection: Inspection = {
    since: '2026-11-27T11:30:00.000Z',
    queues: { 'order-pipeline-dev-order-queue': { taken: 9, deleted: 4, oldestSeconds: 2 } },
    functions: {},
    confirmed: 5,
    denials: [],
  };
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(inspection));
  onTestFinished(() => void vi.restoreAllMocks());
  const reader = createStatusReader({ ...pipeline, inspectionUrl: 'http://127.0.0.1:1/inspection' });
  const { since, confirmed, queues } = await reader.read();
  expect({ since, confirmed }).toEqual({ since: inspection.since, confirmed: 5 });
  expect(queues[1]).toMatchObject({ taken: 9, oldestSeconds: null, inPerSecond: null, drainSeconds: 0 });
  // There is no data for this queue yet.
  expect(queues[0]).toMatchObject({ taken: 0, oldestSeconds: null, inPerSecond: null, outPerSecond: null });
  vi.setSystemTime(NOW + 999);
  await reader.read();
  expect([asked.length, fetched.mock.calls.length, listed.length]).toEqual([0, 2, mappings]);
  vi.setSystemTime(NOW + 1_000);
  await reader.read();
  expect(listed.length).toBe(2 * mappings);
});
