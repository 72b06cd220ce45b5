import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import {
  ExecuteStatementCommand as ExecuteRedshiftStatementCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  openDeployedPipeline,
  openEmbeddedPipeline,
  stackNameOf,
} from '../../../operations/pipeline/open-pipeline.ts';
import type { Pipeline } from '../../../operations/pipeline/pipeline.ts';
import { QUEUES } from '../../../topology.ts';
import { intercept, sdkError } from '../../aws/intercept.ts';
import { PERMANENT_QUEUES, queueOutputs } from '../../pipeline/queue-outputs.ts';

const sqs = (name: string) => `http://127.0.0.1:4566/000000000000/${name}`;
/** The names of the queues of a stage with the given parts. */
const namesWith = (...parts: string[]) =>
  QUEUES.filter(({ part }) => part === undefined || parts.includes(part)).map(({ name }) => name);
/** The outputs of a part's queues. */
const outputsOf = (part: string) =>
  queueOutputs(
    sqs,
    QUEUES.filter((queue) => queue.part === part),
  );
const ALWAYS = {
  ...queueOutputs(sqs, PERMANENT_QUEUES),
  OrderEventsTopicArn: 'arn:aws:sns:us-east-1:000000000000:events',
  UploadBucketName: 'uploads',
  ResultsBucketName: 'results',
  LedgerTableName: 'ledger',
};
const SHIPPING = outputsOf('shipping');
const SALES = outputsOf('sales');
const LOCAL = {
  AwsEndpointUrl: 'http://127.0.0.1:4566',
  DynamoDbEndpointUrl: 'http://127.0.0.1:8000',
  DatabaseUrl: 'postgres://postgres@127.0.0.1:1/orders',
  InspectionUrl: 'http://127.0.0.1:4566/_inspection',
};
const DATABASES = {
  ShippingDatabaseArn: 'arn:aws:rds:eu-central-1:123456789012:cluster:shipping',
  ShippingDatabaseSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shipping',
  SalesWarehouseArn: 'arn:aws:redshift-serverless:eu-central-1:123456789012:workgroup/sales',
  SalesWarehouseSecretArn: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:sales',
};

const closing = (pipeline: Pipeline): Pipeline => {
  onTestFinished(() => pipeline.close());
  return pipeline;
};
const embedded = (outputs: Record<string, unknown>) => closing(openEmbeddedPipeline(outputs));
const deployed = (outputs: Record<string, unknown>) =>
  closing(openDeployedPipeline('dev', outputs, { region: 'eu-central-1' }));

test('names a stage’s stack after the service and the stage', () => {
  expect(stackNameOf('dev')).toBe('order-pipeline-dev');
});

describe('the embedded cloud', () => {
  test('is opened as stage local with the resources of its outputs', () => {
    const pipeline = embedded({ ...ALWAYS, ...SHIPPING, ...SALES, ...LOCAL });
    expect(pipeline.queues.map(({ name }) => name)).toEqual(namesWith('shipping', 'sales'));
    expect(pipeline).toMatchObject({
      stage: 'local',
      prefix: 'order-pipeline-local-',
      inspectionUrl: LOCAL.InspectionUrl,
      queues: expect.arrayContaining([
        { name: 'upload', url: sqs('upload'), deadLetterUrl: sqs('upload-dlq'), consumer: 'ingest' },
        { name: 'order', url: sqs('order'), deadLetterUrl: sqs('order-dlq'), consumer: 'consumer' },
        {
          name: 'shipping',
          url: sqs('shipping'),
          deadLetterUrl: sqs('shipping-dlq'),
          consumer: 'fulfillment',
        },
        {
          name: 'analytics',
          url: sqs('analytics'),
          deadLetterUrl: sqs('analytics-dlq'),
          consumer: 'analytics',
        },
      ]),
      topicArn: ALWAYS.OrderEventsTopicArn,
      uploadBucket: 'uploads',
      resultsBucket: 'results',
      ledgerTable: 'ledger',
      shippingDatabase: { query: expect.any(Function) },
      salesDatabase: { query: expect.any(Function) },
    });
  });

  test('uses its own endpoints and credentials, not those of the environment', async () => {
    const { clients } = embedded({ ...ALWAYS, ...LOCAL });
    const found = await Promise.all(
      Object.entries(clients).map(async ([name, { config }]) => {
        const { hostname, port } = (await config.endpoint?.()) ?? {};
        return [name, `${hostname}:${port}`, await config.region(), (await config.credentials()).accessKeyId];
      }),
    );
    expect(found).toEqual([
      ['sqs', '127.0.0.1:4566', 'us-east-1', 'local'],
      ['s3', '127.0.0.1:4566', 'us-east-1', 'local'],
      ['dynamoDb', '127.0.0.1:8000', 'us-east-1', 'local'],
      ['lambda', '127.0.0.1:4566', 'us-east-1', 'local'],
      ['cloudWatch', '127.0.0.1:4566', 'us-east-1', 'local'],
    ]);
    expect((await clients.sqs.config.credentials()).secretAccessKey).toBe('local');
    expect(clients.s3.config.forcePathStyle).toBe(true);
  });

  test.each([
    ['shipping', SHIPPING, namesWith('shipping'), [true, false]],
    ['sales', SALES, namesWith('sales'), [false, true]],
    ['neither', {}, namesWith(), [false, false]],
  ])('has the queue and database of the enabled part: %s', (_part, outputs, names, databases) => {
    const { queues, shippingDatabase, salesDatabase } = embedded({ ...ALWAYS, ...LOCAL, ...outputs });
    expect(queues.map(({ name }) => name)).toEqual(names);
    expect([shippingDatabase, salesDatabase].map((each) => each !== undefined)).toEqual(databases);
  });

  test('has no database if the outputs name none', async () => {
    const { DatabaseUrl: _url, ...without } = { ...ALWAYS, ...SHIPPING, ...SALES, ...LOCAL };
    const pipeline = openEmbeddedPipeline(without);
    expect([pipeline.shippingDatabase, pipeline.salesDatabase]).toEqual([undefined, undefined]);
    await expect(pipeline.close()).resolves.toBeUndefined();
  });

  test('ignores a queue without a dead-letter queue, and a dead-letter queue without a queue', () => {
    const { ShippingQueueUrl } = SHIPPING;
    const { AnalyticsQueueDLQUrl } = SALES;
    const { queues } = embedded({ ...ALWAYS, ...LOCAL, ShippingQueueUrl, AnalyticsQueueDLQUrl });
    expect(queues.map(({ name }) => name)).toEqual(namesWith());
  });

  test('closes its clients and database connections', async () => {
    const pipeline = openEmbeddedPipeline({ ...ALWAYS, ...SHIPPING, ...LOCAL });
    const destroyed: string[] = [];
    for (const [name, client] of Object.entries(pipeline.clients))
      client.destroy = () => destroyed.push(name);
    await pipeline.close();
    expect(destroyed).toEqual(['sqs', 's3', 'dynamoDb', 'lambda', 'cloudWatch']);
    const query = pipeline.shippingDatabase?.query('SELECT 1', {});
    await expect(query).rejects.toThrow('Postgres: database is closed, open a new one');
  });
});

describe('a stage on AWS', () => {
  test('has the prefix of its stack and no inspection URL', () => {
    expect(deployed({ ...ALWAYS, ...DATABASES })).toMatchObject({
      stage: 'dev',
      prefix: 'order-pipeline-dev-',
      inspectionUrl: undefined,
      shippingDatabase: { query: expect.any(Function) },
      salesDatabase: { query: expect.any(Function), batch: expect.any(Function) },
    });
  });

  test('uses the given region and AWS’s endpoints', async () => {
    const { clients } = deployed(ALWAYS);
    for (const { config } of Object.values(clients)) {
      expect(await config.region()).toBe('eu-central-1');
      expect(config.endpoint).toBeUndefined();
    }
    expect(clients.s3.config.forcePathStyle).toBe(false);
  });

  test.each(Object.keys(DATABASES))('has no database without its %s', (name) => {
    const { [name]: _left, ...outputs } = { ...ALWAYS, ...DATABASES } as Record<string, string>;
    const { shippingDatabase, salesDatabase } = deployed(outputs);
    const isShipping = name.startsWith('Shipping');
    expect([shippingDatabase === undefined, salesDatabase === undefined]).toEqual([isShipping, !isShipping]);
  });

  test('queries its databases by their ARNs and secrets', async () => {
    const refuse = async () => {
      throw sdkError('ValidationException');
    };
    const shipping = intercept(RDSDataClient.prototype, ExecuteStatementCommand, refuse);
    const sales = intercept(RedshiftDataClient.prototype, ExecuteRedshiftStatementCommand, refuse);
    const { shippingDatabase, salesDatabase } = deployed({ ...ALWAYS, ...DATABASES });
    await expect(shippingDatabase?.query('SELECT 1')).rejects.toThrow('ValidationException');
    await expect(salesDatabase?.query('SELECT 1')).rejects.toThrow('ValidationException');
    expect(shipping).toMatchObject([
      {
        resourceArn: DATABASES.ShippingDatabaseArn,
        secretArn: DATABASES.ShippingDatabaseSecretArn,
        database: 'orders',
      },
    ]);
    expect(sales).toMatchObject([
      {
        WorkgroupName: DATABASES.SalesWarehouseArn,
        SecretArn: DATABASES.SalesWarehouseSecretArn,
        Database: 'orders',
      },
    ]);
  });

  test('can be closed', async () => {
    await expect(
      openDeployedPipeline('dev', ALWAYS, { region: 'eu-central-1' }).close(),
    ).resolves.toBeUndefined();
  });
});

describe('outputs', () => {
  test.each([
    ['OrderQueueUrl', 'order-queue', 'must be a URL, received "order-queue"'],
    ['AnalyticsQueueDLQUrl', 7, 'must be a URL, received 7'],
    ['OrderEventsTopicArn', 'events', 'must be an ARN, received "events"'],
    ['SalesWarehouseArn', '', 'must be an ARN, received ""'],
    ['UploadBucketName', 'up', 'must be a name of at least 3 characters, received "up"'],
    ['LedgerTableName', undefined, 'must be a name of at least 3 characters, received nothing'],
  ])('are rejected with name, rule and value: %s of %j', (key, value, message) => {
    expect(() => openEmbeddedPipeline({ ...ALWAYS, [key]: value })).toThrow(
      `stack outputs: ${key}: ${message}`,
    );
  });

  test('are rejected with all errors together', () => {
    expect(() => openEmbeddedPipeline({ ...ALWAYS, OrderQueueUrl: undefined, LedgerTableName: 1 })).toThrow(
      'stack outputs: OrderQueueUrl: must be a URL, received nothing; LedgerTableName: must be a name of at least 3 characters, received 1',
    );
  });
});
