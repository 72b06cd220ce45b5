import { beforeAll, describe, expect, it } from 'vitest';
import { readSettings } from '../../../cli/cost/read-settings.ts';
import type { Resource, Template } from '../../../cli/template/template.ts';
import { packageStack } from '../../run-serverless.ts';
import { TUNED, TUNED_STAGE } from '../../template/parameter-sets.ts';

describe('readSettings', () => {
  let packaged: Template;
  beforeAll(async () => {
    packaged = (await packageStack(TUNED_STAGE, ...TUNED)).template;
  }, 180_000);

  /** Returns the template with another value at a path such as `ConsumerLambdaFunction.MemorySize`. */
  function changed(path: string, value: unknown): Template {
    const template = structuredClone(packaged);
    const keys = path.split('.');
    const last = keys.pop() ?? '';
    const resource = template.Resources[keys.shift() ?? ''] as Resource;
    const owner = keys.reduce((outer, key) => outer[key] as Record<string, unknown>, resource.Properties);
    owner[last] = value;
    return template;
  }

  function withResources(resources: Record<string, Resource>): Template {
    return { ...packaged, Resources: { ...packaged.Resources, ...resources } };
  }

  it('reads the settings that the template was packaged with', () => {
    const { consumers, intake, intakeLimit, accessLogDays, shippingDatabase, salesDatabase } =
      readSettings(packaged);
    const { consumer, ingest, fulfillment, analytics } = consumers;
    expect(consumer).toMatchObject({ batchSize: 100, windowSeconds: 1, maximumConcurrency: 25 });
    expect(consumer).toMatchObject({
      memoryMb: 512,
      logDays: 14,
      pollSeconds: 20,
      retentionSeconds: 345_600,
    });
    expect(ingest).toMatchObject({ batchSize: 1, windowSeconds: 0, maximumConcurrency: 5, memoryMb: 1_024 });
    expect(intake).toMatchObject({ memoryMb: 512, logDays: 14 });
    expect(intakeLimit).toBe(5);
    expect(accessLogDays).toBe(14);
    expect([intake, consumer, fulfillment, analytics]).toMatchObject(Array(4).fill({ traced: true }));
    expect(fulfillment).toMatchObject({ batchSize: 100, windowSeconds: 1, maximumConcurrency: 3 });
    expect(shippingDatabase).toMatchObject({ minCapacity: 0, maxCapacity: 64, pauseSeconds: 300 });
    expect(analytics).toMatchObject({ batchSize: 2_000, windowSeconds: 60, maximumConcurrency: 2 });
    expect(salesDatabase).toMatchObject({ baseCapacity: 8, maxCapacity: 8 });
  });

  it("counts the two passwords and the topics' key", () => {
    expect(readSettings(packaged)).toMatchObject({ keys: 1, secrets: 2, orderEventsEncrypted: true });
  });

  it.each([
    ['ConsumerLambdaFunction.MemorySize', 1_769, { consumers: { consumer: { memoryMb: 1_769 } } }],
    [
      'ConsumerLambdaFunction.TracingConfig',
      { Mode: 'PassThrough' },
      { consumers: { consumer: { traced: false } } },
    ],
    ['ConsumerEventSourceMappingSQSOrderQueue.BatchSize', '7', { consumers: { consumer: { batchSize: 7 } } }],
    ['OrderQueue.ReceiveMessageWaitTimeSeconds', 5, { consumers: { consumer: { pollSeconds: 5 } } }],
    [
      'ShippingDatabase.ServerlessV2ScalingConfiguration.MinCapacity',
      0.5,
      { shippingDatabase: { minCapacity: 0.5, pauseSeconds: undefined } },
    ],
    ['SalesWarehouse.BaseCapacity', 32, { salesDatabase: { baseCapacity: 32 } }],
    ['OrderEventsTopic.KmsMasterKeyId', undefined, { orderEventsEncrypted: false }],
    ['HttpApiStage.AccessLogSettings', undefined, { accessLogDays: undefined }],
    ['HttpApiLogGroup.RetentionInDays', 90, { accessLogDays: 90, intake: { logDays: 14 } }],
  ])('reads %s', (path, value, expected) => {
    expect(readSettings(changed(path, value))).toMatchObject(expected);
  });

  it('counts the metrics of alarms, composite alarms and dashboards', () => {
    const before = readSettings(packaged);
    const stat = { MetricStat: {} };
    const after = readSettings(
      withResources({
        OneAlarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { MetricName: 'Errors' } },
        RatioAlarm: {
          Type: 'AWS::CloudWatch::Alarm',
          Properties: { Metrics: [stat, stat, { Expression: 'a / b' }] },
        },
        AnyAlarm: { Type: 'AWS::CloudWatch::CompositeAlarm', Properties: {} },
        Overview: { Type: 'AWS::CloudWatch::Dashboard', Properties: {} },
      }),
    );
    expect(after.alarmMetrics - before.alarmMetrics).toBe(3);
    expect(after.compositeAlarms - before.compositeAlarms).toBe(1);
    expect(after.dashboards - before.dashboards).toBe(1);
  });

  it('refuses a function for another architecture or without an event source mapping', () => {
    expect(() => readSettings(changed('ConsumerLambdaFunction.Architectures', ['x86_64']))).toThrow(
      'template: ConsumerLambdaFunction.Architectures must be arm64, the architecture of the prices, received x86_64',
    );
    expect(() =>
      readSettings(
        changed(
          'ConsumerEventSourceMappingSQSOrderQueue.FunctionName',
          'arn:aws:lambda:us-east-1:1:function:x',
        ),
      ),
    ).toThrow('template: ConsumerLambdaFunction must have an event source mapping of a queue, found none');
  });

  it.each([
    'ConsumerEventSourceMappingSQSOrderQueue',
    'IngestEventSourceMappingSQSUploadQueue',
    'FulfillmentEventSourceMappingSQSShippingQueue',
    'AnalyticsEventSourceMappingSQSAnalyticsQueue',
  ])('refuses a template in which workers poll a queue instead of %s', (mapping) => {
    expect(() => readSettings(changed(`${mapping}.Enabled`, false))).toThrow(
      `template: ${mapping}.Enabled must be true, received false: npm run cost does not support worker fleets.`,
    );
  });
});
