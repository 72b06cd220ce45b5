import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { ServerlessConfiguration } from '../../local/stack/package-stack.ts';
import { readStack } from '../../local/stack/read-stack.ts';
import { FUNCTIONS } from '../../topology.ts';
import { PERMANENT_QUEUES } from '../pipeline/queue-outputs.ts';
import { resolveServerlessYml } from '../template/resolve-serverless-yml.ts';
import { createTestDirectory } from './create-test-directory.ts';

const ENDPOINT = 'http://127.0.0.1:4566';
const read = (configuration: Partial<ServerlessConfiguration>) =>
  readStack({ service: 'shop', provider: {}, functions: {}, resources: [], ...configuration }, ENDPOINT);
const readResource = (Type: string, Properties: object) =>
  read({ resources: [{ Resources: { Thing: { Type, Properties } } }] });
const readFunction = (properties: object) =>
  read({ functions: { greet: { handler: 'handlers/greet.handler', ...properties } } });

describe('this project', () => {
  const resolveStack = async (
    params: Record<string, string | number> = {},
    outputs: Record<string, string> = {},
  ) => {
    const directory = resolve(import.meta.dirname, '../..');
    return readStack(await resolveServerlessYml(directory, 'local', params, outputs), ENDPOINT);
  };

  test('has its queues, functions and event source mappings', async () => {
    const stack = await resolveStack();
    expect(stack.service).toBe('order-pipeline');
    const orderQueue = stack.queues.find(({ QueueName }) => QueueName === 'order-pipeline-local-order-queue');
    expect(orderQueue).toMatchObject({
      url: `${ENDPOINT}/000000000000/order-pipeline-local-order-queue`,
      RedrivePolicy: {
        deadLetterTargetArn: expect.stringMatching(/^arn:aws:sqs:.*dlq$/i),
        maxReceiveCount: 3,
      },
    });
    expect([...stack.functions.keys()]).toEqual(
      expect.arrayContaining(['producer', 'intake', 'ingest', 'consumer']),
    );
    expect(stack.functions.get('consumer')?.events).toEqual([
      {
        sqs: expect.objectContaining({
          arn: orderQueue?.arn,
          functionResponseType: 'ReportBatchItemFailures',
        }),
      },
    ]);
    expect(stack.outputs.OrderQueueUrl).toBe(orderQueue?.url);
    expect(stack.outputs).not.toHaveProperty('ApiUrl');
    expect(stack.unsupportedResources).toEqual(
      expect.arrayContaining(['AWS::EC2::VPC', 'AWS::RDS::DBCluster', 'AWS::RedshiftServerless::Workgroup']),
    );
  });

  test('has the functions of shipping and sales, which use Postgres instead of Aurora and Redshift', async () => {
    const DatabaseUrl = 'postgres://127.0.0.1:1/orders';
    const { functions, outputs } = await resolveStack({}, { DatabaseUrl });
    expect([...functions.keys()]).toEqual(
      expect.arrayContaining(['fulfillment', 'restock', 'analytics', 'report', 'story', 'migrate']),
    );
    for (const name of ['fulfillment', 'restock', 'story', 'migrate'])
      expect(functions.get(name)?.environment.SHIPPING_DATABASE_URL).toBe(DatabaseUrl);
    for (const name of ['analytics', 'report', 'story', 'migrate'])
      expect(functions.get(name)?.environment.SALES_DATABASE_URL).toBe(DatabaseUrl);
    expect(functions.get('analytics')?.events).toMatchObject([
      { sqs: { batchSize: 500, maximumBatchingWindow: 1, maximumConcurrency: 2 } },
    ]);
    expect(outputs).not.toHaveProperty('ShippingDatabaseArn');
  });

  test('leaves out the queues and functions of disabled parts', async () => {
    const { functions, queues, unsupportedResources } = await resolveStack({ shipping: 'off', sales: 'off' });
    const permanent = FUNCTIONS.filter(({ part }) => part === undefined).map(({ name }) => name);
    expect([...functions.keys()].toSorted()).toEqual(permanent.toSorted());
    expect(functions.get('migrate')?.environment).toMatchObject({
      SHIPPING_DATABASE_URL: '',
      SALES_DATABASE_URL: '',
    });
    expect(queues.map(({ QueueName }) => QueueName).toSorted()).toEqual(
      PERMANENT_QUEUES.flatMap(({ kebab }) =>
        [kebab, `${kebab}-dlq`].map((name) => `order-pipeline-local-${name}`),
      ).toSorted(),
    );
    expect(unsupportedResources).not.toContain('AWS::EC2::VPC');
  });

  test.each([
    ['sales', { SHIPPING_DATABASE_URL: 'postgres://127.0.0.1:1/orders', SALES_DATABASE_URL: '' }],
    ['shipping', { SHIPPING_DATABASE_URL: '', SALES_DATABASE_URL: 'postgres://127.0.0.1:1/orders' }],
  ])('gives story and migrate no database of a disabled part: %s', async (part, environment) => {
    const outputs = { DatabaseUrl: 'postgres://127.0.0.1:1/orders' };
    const { functions } = await resolveStack({ [part]: 'off' }, outputs);
    expect(functions.get('story')?.environment).toMatchObject(environment);
    expect(functions.get('migrate')?.environment).toMatchObject(environment);
  });

  test.each([
    { fleet: 'ec2' },
    { fleet: 'ecs', fleetImage: '123456789012.dkr.ecr.us-east-1.amazonaws.com/w:1' },
  ])(
    'disables the mapping of the order queue with a fleet on $fleet, which exists on AWS only',
    async (params) => {
      const { functions, unsupportedResources, outputs } = await resolveStack(params);
      expect(functions.get('consumer')?.events).toMatchObject([{ sqs: { enabled: false } }]);
      expect(functions.get('ingest')?.events).toMatchObject([{ sqs: { enabled: true } }]);
      expect(unsupportedResources).toContain(
        params.fleet === 'ec2' ? 'AWS::AutoScaling::AutoScalingGroup' : 'AWS::ECS::Service',
      );
      expect(Object.keys(outputs).filter((name) => name.startsWith('Worker'))).toEqual([]);
    },
  );

  test('refuses a part that is neither on nor off', async () => {
    await expect(resolveStack({ sales: 'of' })).rejects.toThrow(
      'parameter sales: must be "on" or "off", received "of"',
    );
  });

  test('uses the stage parameters that are passed', async () => {
    const { functions } = await resolveStack({ consumerConcurrency: 3, producerScheduleEnabled: 'false' });
    expect(functions.get('consumer')?.events).toMatchObject([{ sqs: { maximumConcurrency: 3 } }]);
    expect(functions.get('producer')?.events).toContainEqual({
      schedule: { rate: ['rate(1 hour)'], enabled: false },
    });
  });

  test('derives the environment of its functions from the outputs', async () => {
    const { functions } = await resolveStack({}, { AwsEndpointUrl: 'http://127.0.0.1:1' });
    expect(functions.get('consumer')?.environment.AWS_ENDPOINT_URL).toBe('http://127.0.0.1:1');
  });
});

test('an unresolvable variable is refused with its path in serverless.yml', async () => {
  const directory = await createTestDirectory();
  const functions = { greet: { handler: `\${env:NO_SUCH_VARIABLE}` } };
  const yaml = JSON.stringify({ service: 'shop', provider: { name: 'aws' }, custom: {}, functions });
  await writeFile(join(directory, 'serverless.yml'), yaml);
  await expect(resolveServerlessYml(directory, 'local', {}, {})).rejects.toThrow('"functions.greet.handler"');
});

describe('readStack refuses, with its path,', () => {
  test.for([
    ['an unsupported property', { QueueName: 'orders', DelaySeconds: 3 }, /^Thing: .*"DelaySeconds"/],
    ['a missing name', {}, /^Thing: .*\n.*QueueName/],
    [
      'an invalid nested property',
      { QueueName: 'orders', RedrivePolicy: { deadLetterTargetArn: 'x', maxReceiveCount: 'three' } },
      /^Thing: .*\n.*RedrivePolicy.maxReceiveCount/,
    ],
    [
      'a reference to an unknown resource',
      { QueueName: { Ref: 'Name' } },
      /^Thing: Name: .* no resource or attribute/,
    ],
    ['an unsupported function', { QueueName: { 'Fn::Split': ['', ''] } }, /^Thing: Fn::Split/],
  ] as const)('%s of a queue', ([, properties, message]) => {
    expect(() => readResource('AWS::SQS::Queue', properties)).toThrow(message);
  });

  test.for([
    ['an unsupported property', { tracing: 'Active' }, /^greet: .*"tracing"/],
    [
      'an unsupported kind of event',
      { events: [{ kinesis: { arn: 'x' } }] },
      /^greet: .*must be an sqs.*\n.*events\[0\]/,
    ],
    [
      'an unsupported property of an event',
      { events: [{ sqs: { arn: 'x', filterPatterns: [] } }] },
      /^greet: .*"filterPatterns"\n.*events\[0\]/,
    ],
    [
      'a greedy path',
      { events: [{ httpApi: { method: 'GET', path: '/{proxy+}' } }] },
      /^greet: .*greedy.*\n.*path/,
    ],
    [
      'an environment variable that is not text',
      { environment: { ITEMS: ['a'] } },
      /^greet: .*\n.*environment.ITEMS/,
    ],
    [
      'a reference to an unknown resource',
      { environment: { QUEUE: { Ref: 'Queue' } } },
      /^greet: Queue: .* no resource or attribute/,
    ],
    ['a handler without an export', { handler: 'handlers/greet' }, /^greet: .*\n.*handler/],
  ] as const)('%s of a function', ([, properties, message]) => {
    expect(() => readFunction(properties)).toThrow(message);
  });

  test('an output of an unknown resource', () => {
    const resources = [{ Outputs: { QueueUrl: { Value: { Ref: 'Queue' } } } }];
    expect(() => read({ resources })).toThrow(/^QueueUrl: Queue: .* no resource or attribute/);
  });
});

test('AWS-only resource types are listed once each, whatever their properties', () => {
  const alarm = { Type: 'AWS::CloudWatch::Alarm', Properties: { Any: { 'Fn::Join': [] } } };
  const cluster = { Type: 'AWS::RDS::DBCluster' };
  // Read from the packaged template.
  const policy = { Type: 'AWS::SQS::QueuePolicy' };
  const { unsupportedResources } = read({
    resources: [{ Resources: { One: alarm, Two: alarm, Three: cluster, Four: policy } }],
  });
  expect(unsupportedResources).toEqual(['AWS::CloudWatch::Alarm', 'AWS::RDS::DBCluster']);
});

test('deletion and replacement policies are ignored', () => {
  const Queue = {
    Type: 'AWS::SQS::Queue',
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: { QueueName: 'orders' },
  };
  expect(read({ resources: [{ Resources: { Queue } }] }).queues).toMatchObject([{ QueueName: 'orders' }]);
});

test('outputs that refer to AWS-only resources are omitted', () => {
  const Resources = { Cluster: { Type: 'AWS::RDS::DBCluster' } };
  const Outputs = {
    ClusterArn: { Value: { 'Fn::GetAtt': ['Cluster', 'DBClusterArn'] } },
    Region: { Value: { Ref: 'AWS::Region' } },
  };
  expect(read({ resources: [{ Resources, Outputs }] }).outputs).toEqual({ Region: 'us-east-1' });
});

test('functions may be a list of maps', () => {
  const { functions } = read({
    functions: [{ greet: { handler: 'greet.handler' } }, {}, { part: { handler: 'part.handler' } }],
  });
  expect([...functions.keys()]).toEqual(['greet', 'part']);
});

test('a batching window may be text, like a parameter from the command line', () => {
  const sqs = { arn: 'arn:aws:sqs:us-east-1:000000000000:orders', maximumBatchingWindow: '30' };
  expect(readFunction({ events: [{ sqs }] }).functions.get('greet')?.events).toMatchObject([
    { sqs: { maximumBatchingWindow: 30 } },
  ]);
});

test("a function has the provider's environment and its own, which takes precedence, all as text", () => {
  const { functions } = read({
    provider: { environment: { STAGE: 'local', REGION: { Ref: 'AWS::Region' }, COUNT: 1 } },
    functions: { greet: { handler: 'greet.handler', environment: { COUNT: 2, FAST: true } } },
  });
  expect(functions.get('greet')).toMatchObject({
    timeout: 6,
    memorySize: 1_024,
    environment: { STAGE: 'local', REGION: 'us-east-1', COUNT: '2', FAST: 'true' },
  });
});

test('references resolve across files to the Ref and Arn of each resource type', () => {
  const named = (Type: string, Properties: object) => ({ Type, Properties });
  const outputs = (id: string) => ({
    [`${id}Ref`]: { Value: { Ref: id } },
    [`${id}Arn`]: { Value: { 'Fn::GetAtt': [id, 'Arn'] } },
  });
  const Outputs = {
    ...outputs('Queue'),
    ...outputs('Bucket'),
    ...outputs('Table'),
    TopicRef: { Value: { Ref: 'Topic' } },
  };
  const Resources = {
    Queue: named('AWS::SQS::Queue', { QueueName: { 'Fn::Sub': `orders-\${AWS::AccountId}` } }),
    Bucket: named('AWS::S3::Bucket', { BucketName: 'uploads' }),
    Topic: named('AWS::SNS::Topic', { TopicName: 'events' }),
    Table: named('AWS::DynamoDB::Table', {
      TableName: 'ledger',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [],
      KeySchema: [],
    }),
  };
  expect(read({ resources: [{ Outputs }, { Resources }] }).outputs).toEqual({
    QueueRef: `${ENDPOINT}/000000000000/orders-000000000000`,
    QueueArn: 'arn:aws:sqs:us-east-1:000000000000:orders-000000000000',
    BucketRef: 'uploads',
    BucketArn: 'arn:aws:s3:::uploads',
    TopicRef: 'arn:aws:sns:us-east-1:000000000000:events',
    TableRef: 'ledger',
    TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/ledger',
  });
});
