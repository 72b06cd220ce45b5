import { beforeAll, describe, expect, it } from 'vitest';
import { type PackagedStack, packageStack } from '../run-serverless.ts';
import { arnOf, propertiesOf, readStatements, resourcesOf } from './template.ts';

const FUNCTIONS = ['Producer', 'Intake', 'Ingest', 'Consumer'] as const;

/** What each role allows beyond writing to its own log group: action → resource. */
const ALLOWED: Record<(typeof FUNCTIONS)[number], Record<string, unknown>> = {
  Producer: {
    'sqs:SendMessage': arnOf('OrderQueue'),
    's3:PutObject': { 'Fn::Sub': `\${UploadBucket.Arn}/generated/*` },
  },
  Intake: { 'sqs:SendMessage': arnOf('OrderQueue') },
  Ingest: {
    'sqs:ReceiveMessage': arnOf('UploadQueue'),
    'sqs:DeleteMessage': arnOf('UploadQueue'),
    'sqs:GetQueueAttributes': arnOf('UploadQueue'),
    'sqs:ChangeMessageVisibility': arnOf('UploadQueue'),
    'sqs:SendMessage': arnOf('OrderQueue'),
    's3:GetObject': { 'Fn::Sub': `\${UploadBucket.Arn}/*` },
    's3:ListBucket': arnOf('UploadBucket'),
    's3:PutObject': { 'Fn::Sub': `\${ResultsBucket.Arn}/*` },
    's3:AbortMultipartUpload': { 'Fn::Sub': `\${ResultsBucket.Arn}/*` },
    's3:DeleteObject': { 'Fn::Sub': `\${ResultsBucket.Arn}/*` },
  },
  Consumer: {
    'sqs:ReceiveMessage': arnOf('OrderQueue'),
    'sqs:DeleteMessage': arnOf('OrderQueue'),
    'sqs:GetQueueAttributes': arnOf('OrderQueue'),
    'sqs:ChangeMessageVisibility': arnOf('OrderQueue'),
    'dynamodb:PartiQLInsert': arnOf('LedgerTable'),
    'dynamodb:BatchGetItem': arnOf('LedgerTable'),
    'dynamodb:PutItem': arnOf('LedgerTable'),
    'dynamodb:BatchWriteItem': arnOf('LedgerTable'),
    'sns:Publish': { Ref: 'OrderEventsTopic' },
    'kms:GenerateDataKey': arnOf('TopicKey'),
    'kms:Decrypt': arnOf('TopicKey'),
  },
};

describe('the packaged functions', () => {
  let stack: PackagedStack;
  beforeAll(async () => {
    stack = await packageStack('test');
  }, 120_000);

  it('are the four of this pipeline', () => {
    const ids = resourcesOf(stack.template, 'AWS::Lambda::Function').map(([id]) => id);
    expect(ids).toEqual(FUNCTIONS.map((name) => `${name}LambdaFunction`));
  });

  it.each(FUNCTIONS)('%s runs on nodejs24.x on arm64', (name) => {
    expect(propertiesOf(stack.template, `${name}LambdaFunction`)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
    });
  });

  it.each(FUNCTIONS)('%s has a role of its own with just what it needs', (name) => {
    const { Role } = propertiesOf(stack.template, `${name}LambdaFunction`);
    expect(Role).toEqual(arnOf(`${name}IamRoleLambdaExecution`));

    const role = propertiesOf(stack.template, `${name}IamRoleLambdaExecution`);
    expect(role.ManagedPolicyArns).toEqual([]);
    const [policy, ...others] = role.Policies as { PolicyDocument: unknown }[];
    expect(others).toEqual([]);
    const [logs, ...rest] = readStatements(policy?.PolicyDocument);
    expect(logs).toEqual({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: [
        {
          'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/order-pipeline-test-${name.toLowerCase()}:*:*`,
        },
      ],
    });
    const granted = rest.flatMap((statement) => {
      expect(statement.Effect).toBe('Allow');
      expect(statement.Resource).toHaveLength(1);
      return statement.Action.map((action) => [action, statement.Resource[0]]);
    });
    expect(granted).toHaveLength(Object.keys(ALLOWED[name]).length);
    expect(Object.fromEntries(granted)).toEqual(ALLOWED[name]);
  });

  it('share no role', () => {
    const ids = resourcesOf(stack.template, 'AWS::IAM::Role').map(([id]) => id);
    expect(ids).toEqual(FUNCTIONS.map((name) => `${name}IamRoleLambdaExecution`));
  });

  it.each(FUNCTIONS)('%s has a log group that keeps 30 days', (name) => {
    expect(propertiesOf(stack.template, `${name}LogGroup`)).toEqual({
      LogGroupName: `/aws/lambda/order-pipeline-test-${name.toLowerCase()}`,
      RetentionInDays: 30,
    });
  });

  it('get the addresses of the resources that they use', () => {
    const common = { POWERTOOLS_SERVICE_NAME: 'order-pipeline' };
    const environments = FUNCTIONS.map((name) => [
      name,
      propertiesOf(stack.template, `${name}LambdaFunction`).Environment,
    ]);
    expect(Object.fromEntries(environments)).toEqual({
      Producer: {
        Variables: {
          ...common,
          ORDER_QUEUE_URL: { Ref: 'OrderQueue' },
          UPLOAD_BUCKET_NAME: { Ref: 'UploadBucket' },
          PRODUCER_DEFAULT_COUNT: '100',
        },
      },
      Intake: { Variables: { ...common, ORDER_QUEUE_URL: { Ref: 'OrderQueue' } } },
      Ingest: {
        Variables: {
          ...common,
          ORDER_QUEUE_URL: { Ref: 'OrderQueue' },
          UPLOAD_QUEUE_URL: { Ref: 'UploadQueue' },
          RESULTS_BUCKET_NAME: { Ref: 'ResultsBucket' },
        },
      },
      Consumer: {
        Variables: {
          ...common,
          ORDER_QUEUE_URL: { Ref: 'OrderQueue' },
          ORDER_EVENTS_TOPIC_ARN: { Ref: 'OrderEventsTopic' },
          LEDGER_TABLE_NAME: { Ref: 'LedgerTable' },
        },
      },
    });
  });

  it('are fed from their queues by mappings that report failures record by record', () => {
    expect(resourcesOf(stack.template, 'AWS::Lambda::EventSourceMapping')).toEqual([
      [
        'IngestEventSourceMappingSQSUploadQueue',
        {
          EventSourceArn: arnOf('UploadQueue'),
          FunctionName: arnOf('IngestLambdaFunction'),
          Enabled: true,
          BatchSize: 1,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 2 },
        },
      ],
      [
        'ConsumerEventSourceMappingSQSOrderQueue',
        {
          EventSourceArn: arnOf('OrderQueue'),
          FunctionName: arnOf('ConsumerLambdaFunction'),
          Enabled: true,
          BatchSize: 100,
          MaximumBatchingWindowInSeconds: 1,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 10 },
        },
      ],
    ]);
  });

  it('have only IAM-authorised HTTP routes', () => {
    const routes = resourcesOf(stack.template, 'AWS::ApiGatewayV2::Route').map(([, route]) => [
      route.RouteKey,
      route.AuthorizationType,
    ]);
    expect(Object.fromEntries(routes)).toEqual({
      'POST /orders/generate': 'AWS_IAM',
      'POST /orders': 'AWS_IAM',
    });
  });

  it('include a producer whose failed asynchronous runs are not repeated', () => {
    expect(resourcesOf(stack.template, 'AWS::Lambda::EventInvokeConfig')).toEqual([
      [
        'ProducerLambdaEvConf',
        {
          FunctionName: { Ref: 'ProducerLambdaFunction' },
          Qualifier: '$LATEST',
          DestinationConfig: {},
          MaximumRetryAttempts: 0,
        },
      ],
    ]);
  });

  it.each([
    ['Producer', 'UploadBucketPolicy'],
    ['Ingest', 'ResultsBucketPolicy'],
  ])('%s is removed before the policy of the bucket that it writes to', (name, policy) => {
    expect(stack.template.Resources[`${name}LambdaFunction`]?.DependsOn).toContain(policy);
  });

  it('include a schedule for the producer, off by default', () => {
    expect(resourcesOf(stack.template, 'AWS::Events::Rule')).toMatchObject([
      [
        'ProducerEventsRuleSchedule1',
        {
          ScheduleExpression: 'rate(1 hour)',
          State: 'DISABLED',
          Targets: [{ Arn: arnOf('ProducerLambdaFunction') }],
        },
      ],
    ]);
  });

  it('are zipped below 1 MB each', () => {
    // Printed so that a growing bundle is seen before it is too big.
    console.info(stack.zipBytes);
    for (const [name, bytes] of Object.entries(stack.zipBytes)) {
      expect(bytes, name).toBeGreaterThan(1_000);
      expect(bytes, name).toBeLessThan(1_000_000);
    }
  });
});
