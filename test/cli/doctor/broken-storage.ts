import { propertiesOf } from '../../../cli/template/template.ts';
import { addResource, type Broken, type Sound, setProperty, statementOf } from './broken.ts';

const ALARM = {
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  AlarmActions: [{ Ref: 'OrderUploadsTopic' }],
};

/** Changes that break rules about encryption and log retention. */
export const BROKEN_STORAGE: readonly Broken[] = [
  {
    rule: 'encryption',
    what: 'a queue with a key that SNS may not use',
    change: (template) => setProperty(template, 'ShippingQueue', 'KmsMasterKeyId', 'alias/aws/sqs'),
    expected: [['ShippingQueue.KmsMasterKeyId', 'alias/aws/sqs']],
  },
  {
    rule: 'encryption',
    what: "a subscription's dead-letter queue with a key that SNS may not use",
    change: (template) => setProperty(template, 'ShippingQueueDLQ', 'KmsMasterKeyId', 'alias/aws/sqs'),
    expected: [['ShippingQueueDLQ.KmsMasterKeyId', 'alias/aws/sqs']],
  },
  {
    rule: 'encryption',
    what: 'a topic with a key that S3 may not use',
    change: (template) =>
      setProperty(template, 'OrderUploadsTopic', 'KmsMasterKeyId', {
        'Fn::Sub': `arn:\${AWS::Partition}:kms:\${AWS::Region}:\${AWS::AccountId}:alias/aws/sns`,
      }),
    expected: [
      [
        'OrderUploadsTopic.KmsMasterKeyId',
        `arn:\${AWS::Partition}:kms:\${AWS::Region}:\${AWS::AccountId}:alias/aws/sns`,
      ],
    ],
  },
  {
    rule: 'encryption',
    what: 'a key whose policy allows S3 only one of the two actions that it needs',
    change: (template) => {
      statementOf(propertiesOf(template, 'TopicKey').KeyPolicy, 'AllowUploadBucket').Action = 'kms:Decrypt';
    },
    expected: [['TopicKey.KeyPolicy', 'kms:Decrypt for s3.amazonaws.com']],
  },
  {
    rule: 'encryption',
    what: 'a key with an alias that SNS may not use',
    change: (template) => {
      addResource(template, 'QueueKey', 'AWS::KMS::Key', { KeyPolicy: { Statement: [] } });
      addResource(template, 'QueueKeyAlias', 'AWS::KMS::Alias', {
        AliasName: 'alias/queues',
        TargetKeyId: { Ref: 'QueueKey' },
      });
      setProperty(template, 'ShippingQueue', 'KmsMasterKeyId', 'alias/queues');
    },
    expected: [['QueueKey.KeyPolicy', 'nothing for sns.amazonaws.com']],
  },
  {
    rule: 'encryption',
    what: 'a queue, a topic, a bucket, a table and a database without encryption',
    change: (template) => {
      setProperty(template, 'OrderQueue', 'SqsManagedSseEnabled', false);
      setProperty(template, 'OrderEventsTopic', 'KmsMasterKeyId');
      setProperty(template, 'UploadBucket', 'BucketEncryption');
      setProperty(template, 'LedgerTable', 'SSESpecification');
      setProperty(template, 'ShippingDatabase', 'StorageEncrypted', 'false');
    },
    expected: [
      ['OrderQueue.SqsManagedSseEnabled', 'false'],
      ['OrderEventsTopic.KmsMasterKeyId', 'nothing'],
      ['UploadBucket.BucketEncryption', 'nothing'],
      ['LedgerTable.SSESpecification.SSEEnabled', 'nothing'],
      ['ShippingDatabase.StorageEncrypted', 'false'],
    ],
  },
  {
    rule: 'encryption',
    what: 'a topic that an alarm cannot publish to',
    change: (template) => {
      const { Statement } = propertiesOf(template, 'TopicKey').KeyPolicy as {
        Statement: { Principal: { Service?: string } }[];
      };
      const others = Statement.filter(({ Principal }) => Principal.Service !== 'cloudwatch.amazonaws.com');
      setProperty(template, 'TopicKey', 'KeyPolicy.Statement', others);
      addResource(template, 'ErrorAlarm', 'AWS::CloudWatch::Alarm', ALARM);
    },
    expected: [['TopicKey.KeyPolicy', 'nothing for cloudwatch.amazonaws.com']],
  },
  {
    rule: 'log-retention',
    what: 'a log group without retention',
    change: (template) => setProperty(template, 'ConsumerLogGroup', 'RetentionInDays'),
    expected: [['ConsumerLogGroup.RetentionInDays', 'nothing']],
  },
  {
    rule: 'log-retention',
    what: 'a function whose log group is not declared',
    change: (template) => delete template.Resources.ConsumerLogGroup,
    expected: [['ConsumerLambdaFunction', '/aws/lambda/order-pipeline-test-consumer']],
  },
  {
    rule: 'log-retention',
    what: 'a container whose log group is not declared',
    change: (template) =>
      addResource(template, 'WorkerTask', 'AWS::ECS::TaskDefinition', {
        ContainerDefinitions: [
          {
            Name: 'worker',
            LogConfiguration: { LogDriver: 'awslogs', Options: { 'awslogs-group': '/worker' } },
          },
        ],
      }),
    expected: [['WorkerTask.ContainerDefinitions[0].LogConfiguration', '/worker']],
  },
];

export const SOUND_STORAGE: readonly Sound[] = [
  {
    what: 'a function that logs to a group of another name',
    change: (template) => {
      delete template.Resources.ConsumerLogGroup;
      addResource(template, 'Logs', 'AWS::Logs::LogGroup', { LogGroupName: '/orders', RetentionInDays: '7' });
      setProperty(template, 'ConsumerLambdaFunction', 'LoggingConfig', { LogGroup: { Ref: 'Logs' } });
    },
  },
  {
    what: 'a key that allows S3 more than it needs',
    change: (template) => {
      statementOf(propertiesOf(template, 'TopicKey').KeyPolicy, 'AllowUploadBucket').Action = 'kms:*';
    },
  },
  {
    what: 'properties that are AWS::NoValue',
    change: (template) => setProperty(template, 'OrderQueue', 'KmsMasterKeyId', { Ref: 'AWS::NoValue' }),
  },
];
