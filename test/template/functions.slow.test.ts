import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, readStatements, resourcesOf, type Statement } from '../../cli/template/template.ts';
import { FUNCTIONS, QUEUES } from '../../topology.ts';
import { type PackagedStack, packageStack } from '../run-serverless.ts';
import { arnOf } from './template.ts';

/** Returns the beginning of a function's logical ids: `Fulfillment` for `fulfillment`. */
const idOf = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`;
const NAMES = FUNCTIONS.map(({ name }) => idOf(name));
const SHIPPING_DATABASE_ARN = { 'Fn::GetAtt': ['ShippingDatabase', 'DBClusterArn'] };
const SHIPPING_DATABASE_SECRET_ARN = { 'Fn::GetAtt': ['ShippingDatabase', 'MasterUserSecret.SecretArn'] };
const SALES_WAREHOUSE_ARN = { 'Fn::GetAtt': ['SalesWarehouse', 'Workgroup.WorkgroupArn'] };
const SALES_WAREHOUSE_SECRET_ARN = { Ref: 'SalesWarehouseSecret' };

const mayConsume = (queue: string) => [
  ['sqs:ReceiveMessage', arnOf(queue)],
  ['sqs:DeleteMessage', arnOf(queue)],
  ['sqs:GetQueueAttributes', arnOf(queue)],
  ['sqs:ChangeMessageVisibility', arnOf(queue)],
];
const MAY_QUERY_SHIPPING = [
  ['rds-data:ExecuteStatement', SHIPPING_DATABASE_ARN],
  ['secretsmanager:GetSecretValue', SHIPPING_DATABASE_SECRET_ARN],
];
const MAY_QUERY_SALES = [
  ['redshift-data:ExecuteStatement', SALES_WAREHOUSE_ARN],
  ['redshift-data:DescribeStatement', '*'],
  ['redshift-data:GetStatementResult', '*'],
  ['secretsmanager:GetSecretValue', SALES_WAREHOUSE_SECRET_ARN],
];

const MAY_BE_TRACED = [
  ['xray:PutTraceSegments', '*'],
  ['xray:PutTelemetryRecords', '*'],
];

/**
 * Permissions of each function besides logs and traces: action, resource. A consumer that was added to topology.ts may be
 * missing: its own file in resources/ grants more than the right to its queue.
 */
const ALLOWED: Record<string, unknown[][]> = {
  Producer: [
    ['sqs:SendMessage', arnOf('OrderQueue')],
    ['s3:PutObject', { 'Fn::Sub': `\${UploadBucket.Arn}/generated/*` }],
    ['sns:Publish', { Ref: 'OperationsTopic' }],
    ['kms:GenerateDataKey', arnOf('TopicKey')],
    ['kms:Decrypt', arnOf('TopicKey')],
  ],
  Intake: [['sqs:SendMessage', arnOf('OrderQueue')]],
  Ingest: [
    ...mayConsume('UploadQueue'),
    ['sqs:SendMessage', arnOf('OrderQueue')],
    ['s3:GetObject', { 'Fn::Sub': `\${UploadBucket.Arn}/*` }],
    ['s3:ListBucket', arnOf('UploadBucket')],
    ['s3:PutObject', { 'Fn::Sub': `\${ResultsBucket.Arn}/*` }],
    ['s3:AbortMultipartUpload', { 'Fn::Sub': `\${ResultsBucket.Arn}/*` }],
    ['s3:DeleteObject', { 'Fn::Sub': `\${ResultsBucket.Arn}/*` }],
    ['s3:GetObject', { 'Fn::Sub': `\${ResultsBucket.Arn}/*.parts/*` }],
    ['s3:GetObject', { 'Fn::Sub': `\${ResultsBucket.Arn}/*.receipt.json` }],
    ['s3:ListBucket', arnOf('ResultsBucket')],
    ['sqs:SendMessage', arnOf('UploadQueue')],
  ],
  Consumer: [
    ...mayConsume('OrderQueue'),
    ['dynamodb:PartiQLInsert', arnOf('LedgerTable')],
    ['dynamodb:BatchGetItem', arnOf('LedgerTable')],
    ['dynamodb:PutItem', arnOf('LedgerTable')],
    ['dynamodb:BatchWriteItem', arnOf('LedgerTable')],
    ['sns:Publish', { Ref: 'OrderEventsTopic' }],
    ['kms:GenerateDataKey', arnOf('TopicKey')],
    ['kms:Decrypt', arnOf('TopicKey')],
  ],
  Customers: [
    ['sns:Subscribe', { Ref: 'OrderEventsTopic' }],
    ['sns:ListSubscriptionsByTopic', { Ref: 'OrderEventsTopic' }],
    ['sns:Unsubscribe', { Ref: 'OrderEventsTopic' }],
    ['sns:Unsubscribe', { 'Fn::Sub': `\${OrderEventsTopic}:*` }],
  ],
  Migrate: [
    ...MAY_QUERY_SHIPPING,
    ['rds-data:BeginTransaction', SHIPPING_DATABASE_ARN],
    ['rds-data:CommitTransaction', SHIPPING_DATABASE_ARN],
    ['rds-data:RollbackTransaction', SHIPPING_DATABASE_ARN],
    ...MAY_QUERY_SALES,
    ['redshift-data:BatchExecuteStatement', SALES_WAREHOUSE_ARN],
  ],
  Story: [['dynamodb:BatchGetItem', arnOf('LedgerTable')], ...MAY_QUERY_SHIPPING, ...MAY_QUERY_SALES],
  Fulfillment: [...mayConsume('ShippingQueue'), ...MAY_QUERY_SHIPPING],
  Restock: MAY_QUERY_SHIPPING,
  Analytics: [
    ...mayConsume('AnalyticsQueue'),
    ['s3:PutObject', { 'Fn::Sub': `\${SalesStagingBucket.Arn}/*` }],
    ['s3:DeleteObject', { 'Fn::Sub': `\${SalesStagingBucket.Arn}/*` }],
    ...MAY_QUERY_SALES,
    ['redshift-data:BatchExecuteStatement', SALES_WAREHOUSE_ARN],
  ],
  Report: MAY_QUERY_SALES,
};
const CONSUMERS = QUEUES.map(({ consumer, id }) => [idOf(consumer), id] as const);
const isConsumer = (name: string) => CONSUMERS.some(([consumer]) => consumer === name);

describe('the packaged functions', () => {
  let stack: PackagedStack;
  beforeAll(async () => {
    stack = await packageStack('test');
  }, 120_000);

  /** Returns the statements of the policies that the databases attach to a role. */
  const readAttached = (role: string): Statement[] =>
    resourcesOf(stack.template, 'AWS::IAM::Policy')
      .filter(([, { Roles }]) => (Roles as { Ref: string }[]).some(({ Ref }) => Ref === role))
      .flatMap(([, { PolicyDocument }]) => readStatements(PolicyDocument));

  /** Returns the permissions of a function without logs: action, resource. */
  function grantedTo(name: string): unknown[][] {
    const role = `${name}IamRoleLambdaExecution`;
    const [policy, ...others] = propertiesOf(stack.template, role).Policies as { PolicyDocument: unknown }[];
    expect(others).toEqual([]);
    const [, ...rest] = readStatements(policy?.PolicyDocument);
    return [...rest, ...readAttached(role)].flatMap((statement) => {
      expect(statement.Effect).toBe('Allow');
      return statement.Action.flatMap((action) => statement.Resource.map((resource) => [action, resource]));
    });
  }

  it('are the functions of topology.ts', () => {
    const ids = resourcesOf(stack.template, 'AWS::Lambda::Function').map(([id]) => id);
    expect(ids.toSorted()).toEqual(NAMES.map((name) => `${name}LambdaFunction`).toSorted());
    expect(NAMES).toEqual(expect.arrayContaining(Object.keys(ALLOWED)));
  });

  it.each(NAMES)('%s runs on nodejs24.x on arm64', (name) => {
    expect(propertiesOf(stack.template, `${name}LambdaFunction`)).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
    });
  });

  it.each(NAMES)('%s has its own role, which may write only the function’s own log', (name) => {
    const { Role } = propertiesOf(stack.template, `${name}LambdaFunction`);
    expect(Role).toEqual(arnOf(`${name}IamRoleLambdaExecution`));

    const role = propertiesOf(stack.template, `${name}IamRoleLambdaExecution`);
    expect(role.ManagedPolicyArns).toEqual([]);
    const [policy] = role.Policies as { PolicyDocument: unknown }[];
    const [logs] = readStatements(policy?.PolicyDocument);
    expect(logs).toEqual({
      Effect: 'Allow',
      Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: [
        {
          'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:/aws/lambda/order-pipeline-test-${name.toLowerCase()}:*:*`,
        },
      ],
    });
  });

  it.each(NAMES.filter((name) => name in ALLOWED || !isConsumer(name)))(
    '%s has exactly the permissions that it needs',
    (name) => {
      const allowed = [...(ALLOWED[name] ?? []), ...MAY_BE_TRACED];
      expect(grantedTo(name).toSorted(byText)).toEqual(allowed.toSorted(byText));
    },
  );

  it.each(CONSUMERS)('%s may consume %s', (name, queue) => {
    expect(grantedTo(name)).toEqual(expect.arrayContaining(mayConsume(queue)));
  });

  it.each(NAMES)(
    '%s is traced, and its role states why that permission applies to every resource',
    (name) => {
      expect(propertiesOf(stack.template, `${name}LambdaFunction`).TracingConfig).toEqual({ Mode: 'Active' });
      const { WildcardReasons } = stack.template.Resources[`${name}IamRoleLambdaExecution`]?.Metadata ?? {};
      const reason = expect.stringMatching(
        /^.{20,}https:\/\/docs\.aws\.amazon\.com\/service-authorization\//,
      );
      expect(WildcardReasons).toEqual(Object.fromEntries(MAY_BE_TRACED.map(([action]) => [action, reason])));
    },
  );

  it('may describe only their own statements, since the action supports no resource-level permissions', () => {
    const conditional = NAMES.flatMap((name) => readAttached(`${name}IamRoleLambdaExecution`)).filter(
      ({ Resource }) => Resource.includes('*'),
    );
    expect(conditional).toHaveLength(4);
    for (const { Action, Condition } of conditional) {
      expect(Action).toEqual(['redshift-data:DescribeStatement', 'redshift-data:GetStatementResult']);
      expect(Condition).toEqual({
        StringEquals: {
          'redshift-data:statement-owner-iam-userid': { 'Fn::Join': ['', ['$', '{aws:userid}']] },
        },
      });
    }
  });

  it('may list only parts and receipts in the results bucket', () => {
    const statements = propertiesOf(stack.template, 'IngestIamRoleLambdaExecution').Policies as {
      PolicyDocument: unknown;
    }[];
    const listing = readStatements(statements[0]?.PolicyDocument).filter(({ Action }) =>
      Action.includes('s3:ListBucket'),
    );
    expect(listing.map(({ Resource, Condition }) => [Resource, Condition])).toEqual([
      [[arnOf('UploadBucket')], undefined],
      [[arnOf('ResultsBucket')], { StringLike: { 's3:prefix': ['*.parts/*', '*.receipt.json'] } }],
    ]);
  });

  it('each have a different role', () => {
    const roles = NAMES.map((name) => propertiesOf(stack.template, `${name}LambdaFunction`).Role);
    expect(new Set(roles.map((role) => JSON.stringify(role))).size).toBe(NAMES.length);
    const ids = resourcesOf(stack.template, 'AWS::IAM::Role').map(([id]) => id);
    const functionRoles = NAMES.map((name) => `${name}IamRoleLambdaExecution`);
    expect(ids.toSorted()).toEqual([...functionRoles, 'SalesWarehouseRole'].toSorted());
  });

  it.each(NAMES)('%s has a log group with a retention of 30 days', (name) => {
    expect(propertiesOf(stack.template, `${name}LogGroup`)).toEqual({
      LogGroupName: `/aws/lambda/order-pipeline-test-${name.toLowerCase()}`,
      RetentionInDays: 30,
    });
  });

  it('get the addresses of the resources that they use as environment variables', () => {
    // The URLs are set in stage local only; an empty variable is treated as missing.
    const shipping = { SHIPPING_DATABASE_URL: '', SHIPPING_DATABASE_ARN, SHIPPING_DATABASE_SECRET_ARN };
    const sales = { SALES_DATABASE_URL: '', SALES_WAREHOUSE_ARN, SALES_WAREHOUSE_SECRET_ARN };
    const expected = {
      Producer: {
        ORDER_QUEUE_URL: { Ref: 'OrderQueue' },
        UPLOAD_BUCKET_NAME: { Ref: 'UploadBucket' },
        PRODUCER_DEFAULT_COUNT: '100',
      },
      Intake: { ORDER_QUEUE_URL: { Ref: 'OrderQueue' } },
      Ingest: {
        ORDER_QUEUE_URL: { Ref: 'OrderQueue' },
        UPLOAD_QUEUE_URL: { Ref: 'UploadQueue' },
        RESULTS_BUCKET_NAME: { Ref: 'ResultsBucket' },
      },
      Consumer: {
        ORDER_QUEUE_URL: { Ref: 'OrderQueue' },
        ORDER_EVENTS_TOPIC_ARN: { Ref: 'OrderEventsTopic' },
        LEDGER_TABLE_NAME: { Ref: 'LedgerTable' },
      },
      Customers: { ORDER_EVENTS_TOPIC_ARN: { Ref: 'OrderEventsTopic' } },
      Migrate: { ...shipping, ...sales },
      Story: { LEDGER_TABLE_NAME: { Ref: 'LedgerTable' }, ...shipping, ...sales },
      Fulfillment: { SHIPPING_QUEUE_URL: { Ref: 'ShippingQueue' }, ...shipping },
      Restock: { ...shipping },
      Analytics: {
        ANALYTICS_QUEUE_URL: { Ref: 'AnalyticsQueue' },
        ...sales,
        SALES_STAGING_BUCKET_NAME: { Ref: 'SalesStagingBucket' },
      },
      Report: { ...sales },
    };
    for (const [name, variables] of Object.entries(expected)) {
      expect(propertiesOf(stack.template, `${name}LambdaFunction`).Environment, name).toEqual({
        Variables: {
          POWERTOOLS_SERVICE_NAME: 'order-pipeline-test',
          POWERTOOLS_LOG_LEVEL: 'INFO',
          ...variables,
        },
      });
    }
    expect(Object.keys(expected)).toEqual(expect.arrayContaining(NAMES.filter((name) => !isConsumer(name))));
    for (const { consumer, id, urlVariable } of QUEUES)
      expect(propertiesOf(stack.template, `${idOf(consumer)}LambdaFunction`).Environment).toMatchObject({
        Variables: { [urlVariable]: { Ref: id } },
      });
  });

  it('are invoked by event source mappings that report failures per record', () => {
    const mappings = resourcesOf(stack.template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings.map(([id]) => id).toSorted()).toEqual(
      CONSUMERS.map(([name, queue]) => `${name}EventSourceMappingSQS${queue}`).toSorted(),
    );
    for (const [id, { FunctionResponseTypes }] of mappings)
      expect(FunctionResponseTypes, id).toEqual(['ReportBatchItemFailures']);
    expect(mappings).toEqual(
      expect.arrayContaining([
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
        [
          'FulfillmentEventSourceMappingSQSShippingQueue',
          {
            EventSourceArn: arnOf('ShippingQueue'),
            FunctionName: arnOf('FulfillmentLambdaFunction'),
            Enabled: true,
            BatchSize: 100,
            MaximumBatchingWindowInSeconds: 1,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
            ScalingConfig: { MaximumConcurrency: 5 },
          },
        ],
        [
          'AnalyticsEventSourceMappingSQSAnalyticsQueue',
          {
            EventSourceArn: arnOf('AnalyticsQueue'),
            FunctionName: arnOf('AnalyticsLambdaFunction'),
            Enabled: true,
            BatchSize: 5_000,
            MaximumBatchingWindowInSeconds: 300,
            FunctionResponseTypes: ['ReportBatchItemFailures'],
            ScalingConfig: { MaximumConcurrency: 2 },
          },
        ],
      ]),
    );
  });

  it('have only HTTP routes with IAM authorization', () => {
    const routes = resourcesOf(stack.template, 'AWS::ApiGatewayV2::Route').map(([, route]) => [
      route.RouteKey,
      route.AuthorizationType,
    ]);
    expect(Object.fromEntries(routes)).toEqual({
      'POST /orders/generate': 'AWS_IAM',
      'POST /orders': 'AWS_IAM',
      'GET /orders/{order_id}': 'AWS_IAM',
      'GET /reports/sales': 'AWS_IAM',
      'POST /customers': 'AWS_IAM',
      'DELETE /customers/{email_id}': 'AWS_IAM',
    });
  });

  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
  it.each(['Intake', 'Story', 'Report', 'Customers'])('%s times out before the HTTP API does', (name) => {
    expect(propertiesOf(stack.template, `${name}LambdaFunction`).Timeout).toBeLessThan(30);
  });

  it('include a producer whose failed asynchronous runs are reported to the operations topic, not retried', () => {
    expect(resourcesOf(stack.template, 'AWS::Lambda::EventInvokeConfig')).toEqual([
      [
        'ProducerLambdaEvConf',
        {
          FunctionName: { Ref: 'ProducerLambdaFunction' },
          Qualifier: '$LATEST',
          DestinationConfig: { OnFailure: { Destination: { Ref: 'OperationsTopic' } } },
          MaximumRetryAttempts: 0,
        },
      ],
    ]);
  });

  it.each([
    ['Producer', 'UploadBucketPolicy'],
    ['Ingest', 'ResultsBucketPolicy'],
    ['Analytics', 'SalesStagingBucketPolicy'],
  ])('%s is deleted before the policy of the bucket that it writes to', (name, policy) => {
    expect(stack.template.Resources[`${name}LambdaFunction`]?.DependsOn).toContain(policy);
  });

  it('include a fulfillment function that is created after its database instance and deleted before it', () => {
    expect(stack.template.Resources.FulfillmentLambdaFunction?.DependsOn).toContain(
      'ShippingDatabaseInstance',
    );
  });

  it('include a schedule for the producer, disabled by default', () => {
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

  it('are each smaller than 1 MB when zipped', () => {
    // Printed so that growing bundles are noticed early.
    console.info(stack.zipBytes);
    expect(Object.keys(stack.zipBytes)).toHaveLength(NAMES.length);
    for (const [name, bytes] of Object.entries(stack.zipBytes)) {
      expect(bytes, name).toBeGreaterThan(1_000);
      expect(bytes, name).toBeLessThan(1_000_000);
    }
  });
});

const byText = (a: unknown, b: unknown): number => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
