import { propertiesOf } from '../../../cli/template/template.ts';
import { addResource, type Broken, type Sound, setProperty, statementOf } from './broken.ts';

const ALARM = {
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  AlarmActions: [{ Ref: 'OrderUploadsTopic' }],
};

/** Rules about how data is kept. */
export const BROKEN_STORAGE: readonly Broken[] = [
  {
    rule: 'encryption',
    what: 'a queue with a key that SNS may not use',
    change: (template) => setProperty(template, 'ShippingQueue', 'KmsMasterKeyId', 'alias/aws/sqs'),
    expected: [['ShippingQueue.KmsMasterKeyId', 'alias/aws/sqs']],
  },
  {
    rule: 'encryption',
    what: 'a dead-letter queue of a subscription with such a key',
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
    what: 'a key whose policy lets S3 do half of what it needs',
    change: (template) => {
      statementOf(propertiesOf(template, 'TopicKey').KeyPolicy, 'AllowUploadBucket').Action = 'kms:Decrypt';
    },
    expected: [['TopicKey.KeyPolicy', 's3.amazonaws.com may kms:Decrypt']],
  },
  {
    rule: 'encryption',
    what: 'a key, behind an alias, that does not let SNS deliver',
    change: (template) => {
      addResource(template, 'QueueKey', 'AWS::KMS::Key', { KeyPolicy: { Statement: [] } });
      addResource(template, 'QueueKeyAlias', 'AWS::KMS::Alias', {
        AliasName: 'alias/queues',
        TargetKeyId: { Ref: 'QueueKey' },
      });
      setProperty(template, 'ShippingQueue', 'KmsMasterKeyId', 'alias/queues');
    },
    expected: [['QueueKey.KeyPolicy', 'sns.amazonaws.com may nothing']],
  },
  {
    rule: 'encryption',
    what: 'a queue, a topic, a bucket, a table and a database without any',
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
    expected: [['TopicKey.KeyPolicy', 'cloudwatch.amazonaws.com may nothing']],
  },
  {
    rule: 'log-retention',
    what: 'logs that are kept for ever',
    change: (template) => setProperty(template, 'ConsumerLogGroup', 'RetentionInDays'),
    expected: [['ConsumerLogGroup.RetentionInDays', 'nothing']],
  },
  {
    rule: 'log-retention',
    what: 'a function whose log group makes itself',
    change: (template) => delete template.Resources.ConsumerLogGroup,
    expected: [['ConsumerLambdaFunction', '/aws/lambda/order-pipeline-test-consumer']],
  },
  {
    rule: 'log-retention',
    what: 'a container whose log group makes itself',
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
    what: 'a key that lets S3 do more than it needs',
    change: (template) => {
      statementOf(propertiesOf(template, 'TopicKey').KeyPolicy, 'AllowUploadBucket').Action = 'kms:*';
    },
  },
  {
    what: 'properties that are AWS::NoValue',
    change: (template) => setProperty(template, 'OrderQueue', 'KmsMasterKeyId', { Ref: 'AWS::NoValue' }),
  },
];
