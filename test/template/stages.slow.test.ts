import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { propertiesOf, resourcesOf } from '../../cli/template/template.ts';
import { QUEUES } from '../../topology.ts';
import { packageStack, runServerless } from '../run-serverless.ts';
import { TUNED, TUNED_STAGE } from './parameter-sets.ts';

const EMBEDDED_CLOUD = {
  POWERTOOLS_SERVICE_NAME: 'order-pipeline-local',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
  AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:4567',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_SESSION_TOKEN: '',
};
const QUEUE_PREFIX = 'http://127.0.0.1:4566/000000000000/order-pipeline-local';
const ORDER_QUEUE_URL = `${QUEUE_PREFIX}-order-queue`;
const ORDER_EVENTS_TOPIC_ARN = 'arn:aws:sns:us-east-1:000000000000:order-pipeline-local-order-events';
const LEDGER_TABLE_NAME = 'order-pipeline-local-ledger';
const DATABASE_URL = 'postgres://postgres@127.0.0.1:4568/orders';
const SHIPPING_DATABASE = {
  SHIPPING_DATABASE_URL: DATABASE_URL,
  SHIPPING_DATABASE_ARN: '',
  SHIPPING_DATABASE_SECRET_ARN: '',
};
const SALES_DATABASE = {
  SALES_DATABASE_URL: DATABASE_URL,
  SALES_WAREHOUSE_ARN: '',
  SALES_WAREHOUSE_SECRET_ARN: '',
};

// Packaging takes 3 s, or several times that on a busy machine.
describe('stages', { timeout: 120_000 }, () => {
  it('stage local has literal environment variables for the embedded cloud', async () => {
    const { template } = await packageStack('local');
    const environments = resourcesOf(template, 'AWS::Lambda::Function').map(([id, { Environment }]) => [
      id,
      (Environment as { Variables: unknown }).Variables,
    ]);
    const expected = {
      ProducerLambdaFunction: {
        ...EMBEDDED_CLOUD,
        ORDER_QUEUE_URL,
        UPLOAD_BUCKET_NAME: 'order-pipeline-local-uploads-000000000000-us-east-1',
        PRODUCER_DEFAULT_COUNT: '100',
      },
      IntakeLambdaFunction: { ...EMBEDDED_CLOUD, ORDER_QUEUE_URL },
      IngestLambdaFunction: {
        ...EMBEDDED_CLOUD,
        ORDER_QUEUE_URL,
        UPLOAD_QUEUE_URL: `${QUEUE_PREFIX}-upload-queue`,
        RESULTS_BUCKET_NAME: 'order-pipeline-local-results-000000000000-us-east-1',
      },
      ConsumerLambdaFunction: {
        ...EMBEDDED_CLOUD,
        ORDER_QUEUE_URL,
        ORDER_EVENTS_TOPIC_ARN,
        LEDGER_TABLE_NAME,
      },
      CustomersLambdaFunction: { ...EMBEDDED_CLOUD, ORDER_EVENTS_TOPIC_ARN },
      MigrateLambdaFunction: {
        ...EMBEDDED_CLOUD,
        ...SHIPPING_DATABASE,
        ...SALES_DATABASE,
      },
      StoryLambdaFunction: {
        ...EMBEDDED_CLOUD,
        LEDGER_TABLE_NAME,
        ...SHIPPING_DATABASE,
        ...SALES_DATABASE,
      },
      FulfillmentLambdaFunction: {
        ...EMBEDDED_CLOUD,
        SHIPPING_QUEUE_URL: `${QUEUE_PREFIX}-shipping-queue`,
        ...SHIPPING_DATABASE,
      },
      RestockLambdaFunction: { ...EMBEDDED_CLOUD, ...SHIPPING_DATABASE },
      AnalyticsLambdaFunction: {
        ...EMBEDDED_CLOUD,
        ANALYTICS_QUEUE_URL: `${QUEUE_PREFIX}-analytics-queue`,
        ...SALES_DATABASE,
        SALES_STAGING_BUCKET_NAME: 'order-pipeline-local-sales',
      },
      ReportLambdaFunction: { ...EMBEDDED_CLOUD, ...SALES_DATABASE },
    };
    expect(environments).toEqual(expect.arrayContaining(Object.entries(expected)));
    // Consumers that were added to topology.ts have at least their queue.
    for (const { consumer, kebab, urlVariable } of QUEUES)
      expect(Object.fromEntries(environments)).toMatchObject({
        [`${consumer[0]?.toUpperCase()}${consumer.slice(1)}LambdaFunction`]: {
          ...EMBEDDED_CLOUD,
          [urlVariable]: `${QUEUE_PREFIX}-${kebab}`,
        },
      });
  });

  it('stage local uses the addresses that the running embedded cloud has written', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-outputs-'));
    try {
      const outputs = {
        AwsEndpointUrl: 'http://127.0.0.1:5001',
        OrderQueueUrl: 'http://127.0.0.1:5001/0/queue',
        DatabaseUrl: 'postgres://postgres@127.0.0.1:5003/orders',
      };
      await writeFile(join(folder, 'outputs.json'), JSON.stringify(outputs));
      const env = { ORDER_PIPELINE_LOCAL_DIR: folder };
      const configuration = await runServerless(
        ['print', '--stage', 'local', '--format', 'json'],
        env,
        async (_, { stdout }) => JSON.parse(stdout),
      );
      expect(configuration.provider.environment).toEqual({
        ...EMBEDDED_CLOUD,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:5001',
      });
      const { intake, restock } = configuration.functions;
      expect(intake.environment).toEqual({ ORDER_QUEUE_URL: outputs.OrderQueueUrl });
      expect(restock.environment).toMatchObject({ SHIPPING_DATABASE_URL: outputs.DatabaseUrl });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(['Production', 'thirteen-long'])(
    'stage %s is rejected before anything is packaged',
    async (stage) => {
      await expect(packageStack(stage)).rejects.toThrow(
        `stage: must be 1 to 12 lower-case letters, digits or hyphens (bucket names contain it), received "${stage}"`,
      );
    },
  );

  it('stage parameters set the concurrency, schedule, default count, databases, retentions and log level', async () => {
    const { template } = await packageStack(TUNED_STAGE, ...TUNED);
    expect(propertiesOf(template, 'ConsumerEventSourceMappingSQSOrderQueue').ScalingConfig).toEqual({
      MaximumConcurrency: 25,
    });
    expect(propertiesOf(template, 'IngestEventSourceMappingSQSUploadQueue').ScalingConfig).toEqual({
      MaximumConcurrency: 5,
    });
    expect(propertiesOf(template, 'FulfillmentEventSourceMappingSQSShippingQueue').ScalingConfig).toEqual({
      MaximumConcurrency: 3,
    });
    expect(propertiesOf(template, 'AnalyticsEventSourceMappingSQSAnalyticsQueue')).toMatchObject({
      MaximumBatchingWindowInSeconds: 60,
      BatchSize: 2_000,
    });
    expect(propertiesOf(template, 'AnalyticsQueue').VisibilityTimeout).toBe(6 * 60 + 60);
    expect(propertiesOf(template, 'ShippingDatabase').ServerlessV2ScalingConfiguration).toMatchObject({
      MaxCapacity: '64',
    });
    expect(propertiesOf(template, 'SalesWarehouse')).toMatchObject({ BaseCapacity: '8', MaxCapacity: '8' });
    expect(template.Resources.ShippingDatabase).toMatchObject({
      DeletionPolicy: 'Snapshot',
      UpdateReplacePolicy: 'Snapshot',
    });
    expect(propertiesOf(template, 'SalesNamespace').FinalSnapshotName).toBe(
      'order-pipeline-twelve-chars-sales-final',
    );
    expect(propertiesOf(template, 'ProducerLambdaFunction').Environment).toMatchObject({
      Variables: { PRODUCER_DEFAULT_COUNT: '7', POWERTOOLS_LOG_LEVEL: 'DEBUG' },
    });
    expect(propertiesOf(template, 'ProducerEventsRuleSchedule1')).toMatchObject({
      ScheduleExpression: 'rate(5 minutes)',
      State: 'ENABLED',
    });
    expect(propertiesOf(template, 'UploadBucket').LifecycleConfiguration).toMatchObject({
      Rules: [{ ExpirationInDays: '3' }, {}],
    });
    expect(propertiesOf(template, 'ConsumerLogGroup').RetentionInDays).toBe(14);
    expect(propertiesOf(template, 'OrderQueue').QueueName).toBe('order-pipeline-twelve-chars-order-queue');
  });
});
