import { beforeAll, describe, expect, it } from 'vitest';
import {
  propertiesOf,
  readStatements,
  resourcesOf,
  type Statement,
  type Template,
} from '../../cli/template/template.ts';
import { QUEUES } from '../../topology.ts';
import { packageStack } from '../run-serverless.ts';
import { arnOf } from './template.ts';

const QUEUE_IDS = QUEUES.map(({ id }) => id);
const TOPICS = ['OperationsTopic', 'OrderEventsTopic', 'OrderUploadsTopic'] as const;
const BUCKETS = ['UploadBucket', 'ResultsBucket', 'SalesStagingBucket'] as const;
const SUBSCRIBED = QUEUES.flatMap(({ id, topic }) => (topic ? [[id, topic] as const] : []));
const UPLOAD_BUCKET_ARN = {
  'Fn::Sub': `arn:\${AWS::Partition}:s3:::order-pipeline-test-uploads-\${AWS::AccountId}-\${AWS::Region}`,
};

let template: Template;
beforeAll(async () => {
  ({ template } = await packageStack('test'));
}, 120_000);

const policyOf = (id: string): Statement[] =>
  readStatements(propertiesOf(template, `${id}Policy`).PolicyDocument);

const kebab = (id: string): string => id.replace(/(?<=[a-z])[A-Z]/g, '-$&').toLowerCase();

describe('queues', () => {
  it('each have a dead-letter queue', () => {
    const ids = resourcesOf(template, 'AWS::SQS::Queue').map(([id]) => id);
    expect(ids.toSorted()).toEqual(QUEUES.flatMap(({ id, dlqId }) => [id, dlqId]).toSorted());
  });

  it.each(QUEUE_IDS)('%s moves a message to its own dead-letter queue after 3 receives', (id) => {
    expect(propertiesOf(template, id)).toMatchObject({
      QueueName: `order-pipeline-test-${kebab(id)}`,
      RedrivePolicy: { deadLetterTargetArn: arnOf(`${id}DLQ`), maxReceiveCount: 3 },
    });
  });

  it.each(QUEUE_IDS)('%sDLQ retains messages for 14 days, and no other queue can use it', (id) => {
    expect(propertiesOf(template, `${id}DLQ`)).toMatchObject({
      QueueName: `order-pipeline-test-${kebab(id)}-dlq`,
      MessageRetentionPeriod: 14 * 24 * 3600,
      RedriveAllowPolicy: {
        redrivePermission: 'byQueue',
        sourceQueueArns: [
          {
            'Fn::Sub': `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${propertiesOf(template, id).QueueName}`,
          },
        ],
      },
    });
  });

  it.each(QUEUE_IDS)('%s retains messages for 4 days and uses long polling of 20 s', (id) => {
    expect(propertiesOf(template, id)).toMatchObject({
      MessageRetentionPeriod: 4 * 24 * 3600,
      ReceiveMessageWaitTimeSeconds: 20,
    });
  });

  it('have a visibility timeout of 6 x the function timeout plus the batching window', () => {
    const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');
    expect(mappings).toHaveLength(QUEUES.length);
    for (const [, mapping] of mappings) {
      const [queueId] = (mapping.EventSourceArn as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'];
      const [functionId] = (mapping.FunctionName as { 'Fn::GetAtt': [string, string] })['Fn::GetAtt'];
      const timeout = propertiesOf(template, functionId).Timeout as number;
      const window = (mapping.MaximumBatchingWindowInSeconds ?? 0) as number;
      expect(propertiesOf(template, queueId).VisibilityTimeout, queueId).toBe(6 * timeout + window);
    }
  });

  it('are encrypted with SQS-managed keys', () => {
    for (const [id, properties] of resourcesOf(template, 'AWS::SQS::Queue')) {
      expect(properties.SqsManagedSseEnabled, id).toBe(true);
    }
  });

  it('deny requests without TLS and from other accounts', () => {
    for (const [id] of resourcesOf(template, 'AWS::SQS::Queue')) {
      expect(propertiesOf(template, `${id}Policy`).Queues).toEqual([{ Ref: id }]);
      expect(policyOf(id)).toContainEqual(denyWithoutTls(['sqs:*'], [arnOf(id)]));
      expect(policyOf(id)).toContainEqual(denyOtherAccounts(['sqs:*'], [arnOf(id)]));
    }
  });

  it('allow only SNS to send, for the topic that the queue or its source queue is subscribed to', () => {
    const allowed = resourcesOf(template, 'AWS::SQS::Queue').flatMap(([id]) =>
      policyOf(id)
        .filter(({ Effect }) => Effect === 'Allow')
        .map((statement) => [id, statement] as const),
    );
    const expected = SUBSCRIBED.flatMap(([queue, topic]) =>
      [queue, `${queue}DLQ`].map((id) => [
        id,
        {
          Sid: 'AllowTopic',
          Effect: 'Allow',
          Principal: { Service: 'sns.amazonaws.com' },
          Action: ['sqs:SendMessage'],
          Resource: [arnOf(id)],
          Condition: {
            ArnEquals: { 'aws:SourceArn': { Ref: topic } },
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          },
        },
      ]),
    );
    expect(allowed).toHaveLength(expected.length);
    expect(Object.fromEntries(allowed)).toEqual(Object.fromEntries(expected));
  });
});

describe('topics', () => {
  it('are encrypted with the key that lets S3 and alarms publish', () => {
    const topics = resourcesOf(template, 'AWS::SNS::Topic');
    expect(topics.map(([id]) => id).toSorted()).toEqual([...TOPICS]);
    for (const [id, properties] of topics) {
      expect(properties.KmsMasterKeyId, id).toEqual({ Ref: 'TopicKey' });
      expect(properties.TopicName).toBe(`order-pipeline-test-${kebab(id.replace('Topic', ''))}`);
    }
  });

  it('deliver raw messages to the subscribed queues, and undeliverable ones to their dead-letter queues', () => {
    expect(resourcesOf(template, 'AWS::SNS::Subscription')).toHaveLength(SUBSCRIBED.length);
    for (const [queue, topic] of SUBSCRIBED) {
      expect(template.Resources[`${queue}Subscription`]).toMatchObject({
        DependsOn: [`${queue}Policy`, `${queue}DLQPolicy`],
        Properties: {
          TopicArn: { Ref: topic },
          Protocol: 'sqs',
          Endpoint: arnOf(queue),
          RawMessageDelivery: true,
          RedrivePolicy: { deadLetterTargetArn: arnOf(`${queue}DLQ`) },
        },
      });
    }
  });

  it.each(TOPICS)('%s denies requests without TLS and from other accounts', (id) => {
    const actions = ['sns:Publish', 'sns:Subscribe'];
    expect(propertiesOf(template, `${id}Policy`).Topics).toEqual([{ Ref: id }]);
    expect(policyOf(id)).toContainEqual(denyWithoutTls(actions, [{ Ref: id }]));
    expect(policyOf(id)).toContainEqual(denyOtherAccounts(actions, [{ Ref: id }]));
  });

  it('allow only alarms of the stack, and S3 for the upload bucket, to publish', () => {
    const allowed = TOPICS.flatMap((id) => policyOf(id)).filter(({ Effect }) => Effect === 'Allow');
    expect(allowed).toEqual([
      {
        Sid: 'AllowAlarms',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['sns:Publish'],
        Resource: [{ Ref: 'OperationsTopic' }],
        Condition: fromAlarms,
      },
      {
        Sid: 'AllowUploadBucket',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['sns:Publish'],
        Resource: [{ Ref: 'OrderUploadsTopic' }],
        Condition: fromUploadBucket,
      },
    ]);
  });

  it('have a rotating key for IAM principals, alarms of the stack and the upload bucket only', () => {
    const key = propertiesOf(template, 'TopicKey');
    expect(key).toMatchObject({ EnableKeyRotation: true, PendingWindowInDays: 7 });
    expect(readStatements(key.KeyPolicy)).toEqual([
      {
        Sid: 'AllowAccountThroughIam',
        Effect: 'Allow',
        Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
        Action: ['kms:*'],
        Resource: ['*'],
      },
      {
        Sid: 'AllowAlarms',
        Effect: 'Allow',
        Principal: { Service: 'cloudwatch.amazonaws.com' },
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: ['*'],
        Condition: fromAlarms,
      },
      {
        Sid: 'AllowUploadBucket',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
        Resource: ['*'],
        Condition: fromUploadBucket,
      },
    ]);
  });
});

describe('buckets', () => {
  it.each(BUCKETS)('%s is private and encrypted', (id) => {
    expect(propertiesOf(template, id)).toMatchObject({
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it.each(['UploadBucket', 'ResultsBucket'])('%s expires objects and aborts incomplete uploads', (id) => {
    expect(propertiesOf(template, id).LifecycleConfiguration).toEqual({
      Rules: [
        { Id: 'expire-personal-data', Status: 'Enabled', ExpirationInDays: 30 },
        {
          Id: 'abort-forgotten-uploads',
          Status: 'Enabled',
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
        },
      ],
    });
  });

  it('expire staged sales after one day', () => {
    expect(propertiesOf(template, 'SalesStagingBucket').LifecycleConfiguration).toEqual({
      Rules: [{ Id: 'expire-personal-data', Status: 'Enabled', ExpirationInDays: 1 }],
    });
  });

  it.each(BUCKETS)(
    '%s denies requests without TLS and from other accounts, and its policy allows nothing',
    (id) => {
      const all = [arnOf(id), { 'Fn::Sub': `\${${id}.Arn}/*` }];
      expect(propertiesOf(template, `${id}Policy`).Bucket).toEqual({ Ref: id });
      expect(policyOf(id)).toEqual([denyWithoutTls(['s3:*'], all), denyOtherAccounts(['s3:*'], all)]);
    },
  );

  it('notify the uploads topic of every new object, including multipart uploads', () => {
    expect(propertiesOf(template, 'UploadBucket').NotificationConfiguration).toEqual({
      TopicConfigurations: [{ Event: 's3:ObjectCreated:*', Topic: { Ref: 'OrderUploadsTopic' } }],
    });
    expect(template.Resources.UploadBucket).toMatchObject({ DependsOn: ['OrderUploadsTopicPolicy'] });
  });

  it('have the name that the policies of the uploads topic and of the key contain', () => {
    expect(propertiesOf(template, 'UploadBucket').BucketName).toEqual({
      'Fn::Sub': UPLOAD_BUCKET_ARN['Fn::Sub'].replace(/^.*:::/, ''),
    });
  });

  it('let CloudFormation name the staging bucket, so that a leftover one cannot conflict', () => {
    expect(propertiesOf(template, 'SalesStagingBucket').BucketName).toEqual({ Ref: 'AWS::NoValue' });
  });

  it.each(['UploadBucket', 'ResultsBucket'])(
    '%s has a name of at most 63 characters with the longest stage and region',
    (id) => {
      const { 'Fn::Sub': pattern } = propertiesOf(template, id).BucketName as { 'Fn::Sub': string };
      const name = pattern
        .replace('test', 'a-longest-12')
        .replace(`\${AWS::AccountId}`, '123456789012')
        .replace(`\${AWS::Region}`, 'ap-southeast-1');
      expect(name).toMatch(/^[a-z0-9-]{3,63}$/);
    },
  );

  it('include a private, encrypted deployment bucket', () => {
    expect(propertiesOf(template, 'ServerlessDeploymentBucket')).toMatchObject({
      PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });
});

describe('the ledger', () => {
  it('is an encrypted on-demand table with the key order_id and the TTL attribute expires_at', () => {
    expect(propertiesOf(template, 'LedgerTable')).toEqual({
      TableName: 'order-pipeline-test-ledger',
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      AttributeDefinitions: [{ AttributeName: 'order_id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'order_id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expires_at', Enabled: true },
    });
  });
});

describe('the stack', () => {
  it('retains no resources when it is deleted', () => {
    // Without a policy, a cluster would leave a snapshot.
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html
    const policies = Object.entries(template.Resources).flatMap(
      ([id, { DeletionPolicy, UpdateReplacePolicy }]) =>
        DeletionPolicy || UpdateReplacePolicy ? [[id, DeletionPolicy, UpdateReplacePolicy]] : [],
    );
    expect(policies).toEqual([
      ['ShippingDatabase', 'Delete', 'Delete'],
      ['ShippingDatabaseInstance', 'Delete', 'Delete'],
    ]);
    expect(propertiesOf(template, 'SalesNamespace').FinalSnapshotName).toEqual({ Ref: 'AWS::NoValue' });
  });

  it('has all documented outputs, in addition to those of Serverless', () => {
    const { HttpApiId, HttpApiUrl, ServerlessDeploymentBucketName, ...ours } = template.Outputs;
    const values = Object.entries(ours).map(([name, { Value }]) => [name, Value]);
    for (const { id, dlqId } of QUEUES)
      expect(values).toEqual(
        expect.arrayContaining([
          [`${id}Url`, { Ref: id }],
          [`${dlqId}Url`, { Ref: dlqId }],
        ]),
      );
    expect(Object.fromEntries(values)).toMatchObject({
      OrderQueueUrl: { Ref: 'OrderQueue' },
      OrderQueueDLQUrl: { Ref: 'OrderQueueDLQ' },
      UploadQueueUrl: { Ref: 'UploadQueue' },
      UploadQueueDLQUrl: { Ref: 'UploadQueueDLQ' },
      ShippingQueueUrl: { Ref: 'ShippingQueue' },
      ShippingQueueDLQUrl: { Ref: 'ShippingQueueDLQ' },
      AnalyticsQueueUrl: { Ref: 'AnalyticsQueue' },
      AnalyticsQueueDLQUrl: { Ref: 'AnalyticsQueueDLQ' },
      OrderEventsTopicArn: { Ref: 'OrderEventsTopic' },
      OrderUploadsTopicArn: { Ref: 'OrderUploadsTopic' },
      OperationsTopicArn: { Ref: 'OperationsTopic' },
      UploadBucketName: { Ref: 'UploadBucket' },
      ResultsBucketName: { Ref: 'ResultsBucket' },
      LedgerTableName: { Ref: 'LedgerTable' },
      ShippingDatabaseArn: { 'Fn::GetAtt': ['ShippingDatabase', 'DBClusterArn'] },
      ShippingDatabaseSecretArn: { 'Fn::GetAtt': ['ShippingDatabase', 'MasterUserSecret.SecretArn'] },
      SalesWarehouseName: { Ref: 'SalesWarehouse' },
      SalesWarehouseArn: { 'Fn::GetAtt': ['SalesWarehouse', 'Workgroup.WorkgroupArn'] },
      SalesWarehouseSecretArn: { Ref: 'SalesWarehouseSecret' },
      SalesStagingBucketName: { Ref: 'SalesStagingBucket' },
      ApiUrl: { 'Fn::Sub': `https://\${HttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}` },
    });
  });
});

const fromUploadBucket = {
  ArnEquals: { 'aws:SourceArn': UPLOAD_BUCKET_ARN },
  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
};

const fromAlarms = {
  ArnLike: {
    'aws:SourceArn': {
      'Fn::Sub': `arn:\${AWS::Partition}:cloudwatch:\${AWS::Region}:\${AWS::AccountId}:alarm:order-pipeline-test-*`,
    },
  },
  StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
};

const denyWithoutTls = (actions: string[], resources: unknown[]): Statement => ({
  Sid: 'DenyWithoutTls',
  Effect: 'Deny',
  Principal: '*',
  Action: actions,
  Resource: resources,
  Condition: { Bool: { 'aws:SecureTransport': 'false' } },
});

const denyOtherAccounts = (actions: string[], resources: unknown[]): Statement => ({
  Sid: 'DenyOtherAccounts',
  Effect: 'Deny',
  Principal: '*',
  Action: actions,
  Resource: resources,
  Condition: {
    StringNotEquals: { 'aws:PrincipalAccount': { Ref: 'AWS::AccountId' } },
    BoolIfExists: { 'aws:PrincipalIsAWSService': 'false' },
  },
});
