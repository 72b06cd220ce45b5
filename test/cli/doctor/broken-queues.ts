import { propertiesOf, type Template } from '../../../cli/template/template.ts';
import { addResource, type Broken, type Sound, setProperty } from './broken.ts';

const CONSUMER_MAPPING = 'ConsumerEventSourceMappingSQSOrderQueue';
const ELSEWHERE = 'arn:aws:sqs:us-east-1:123456789012:elsewhere';

function addWorkers(template: Template): void {
  addResource(template, 'WorkerRole', 'AWS::IAM::Role', {});
  const { Roles } = propertiesOf(template, 'ShippingDatabaseAccess');
  (Roles as unknown[]).push({ Ref: 'WorkerRole' });
}

/** Rules about what becomes of messages. */
export const BROKEN_QUEUES: readonly Broken[] = [
  {
    rule: 'visibility-timeout',
    what: 'a queue that shows a message again a second too soon',
    change: (template) => setProperty(template, 'OrderQueue', 'VisibilityTimeout', 180),
    expected: [['OrderQueue.VisibilityTimeout', '180']],
  },
  {
    rule: 'visibility-timeout',
    what: 'a function with a longer timeout, given as text',
    change: (template) => setProperty(template, 'ConsumerLambdaFunction', 'Timeout', '31'),
    expected: [['OrderQueue.VisibilityTimeout', '181']],
  },
  {
    rule: 'visibility-timeout',
    what: 'the longer window of a mapping that is switched off',
    change: (template) => {
      setProperty(template, CONSUMER_MAPPING, 'Enabled', false);
      setProperty(template, CONSUMER_MAPPING, 'MaximumBatchingWindowInSeconds', 2);
    },
    expected: [['OrderQueue.VisibilityTimeout', '181']],
  },
  {
    rule: 'visibility-timeout',
    what: "a queue that has SQS's 30 s",
    change: (template) => setProperty(template, 'UploadQueue', 'VisibilityTimeout'),
    expected: [['UploadQueue.VisibilityTimeout', 'nothing']],
  },
  {
    rule: 'visibility-timeout',
    what: 'a mapping of a queue that it cannot see',
    change: (template) => setProperty(template, CONSUMER_MAPPING, 'EventSourceArn', ELSEWHERE),
    expected: [[CONSUMER_MAPPING, `${ELSEWHERE} to \${ConsumerLambdaFunction.Arn}`]],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a queue without one, and a queue that is none any more',
    change: (template) => setProperty(template, 'OrderQueue', 'RedrivePolicy'),
    expected: [
      ['OrderQueue.RedrivePolicy', 'nothing'],
      ['OrderQueueDLQ.RedrivePolicy', 'nothing'],
    ],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a subscription without one',
    change: (template) => setProperty(template, 'ShippingQueueSubscription', 'RedrivePolicy'),
    expected: [['ShippingQueueSubscription.RedrivePolicy', 'nothing']],
  },
  {
    rule: 'dead-letter-queue',
    what: "a subscription among a topic's own properties",
    change: (template) =>
      setProperty(template, 'OrderEventsTopic', 'Subscription', [
        { Protocol: 'lambda', Endpoint: { 'Fn::GetAtt': ['StoryLambdaFunction', 'Arn'] } },
      ]),
    expected: [['OrderEventsTopic.Subscription[0].RedrivePolicy', 'nothing']],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a scheduled function whose failed runs go nowhere',
    change: (template) => setProperty(template, 'ProducerLambdaEvConf', 'DestinationConfig', {}),
    expected: [['ProducerLambdaFunction.DeadLetterConfig', 'nothing']],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a function that S3 may invoke, and whose failed runs go nowhere',
    change: (template) =>
      addResource(template, 'IngestLambdaPermissionS3', 'AWS::Lambda::Permission', {
        FunctionName: { Ref: 'IngestLambdaFunction' },
        Action: 'lambda:InvokeFunction',
        Principal: 's3.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['UploadBucket', 'Arn'] },
      }),
    expected: [['IngestLambdaFunction.DeadLetterConfig', 'nothing']],
  },
  {
    rule: 'dead-letter-retention',
    what: 'a dead-letter queue that forgets sooner than its source',
    change: (template) => setProperty(template, 'OrderQueueDLQ', 'MessageRetentionPeriod', 345_599),
    expected: [['OrderQueueDLQ.MessageRetentionPeriod', '345599']],
  },
  {
    rule: 'dead-letter-retention',
    what: "a dead-letter queue with SQS's 4 days, and a source with more",
    change: (template) => {
      setProperty(template, 'OrderQueueDLQ', 'MessageRetentionPeriod');
      setProperty(template, 'OrderQueue', 'MessageRetentionPeriod', '345601');
    },
    expected: [['OrderQueueDLQ.MessageRetentionPeriod', 'nothing']],
  },
  {
    rule: 'dead-letter-alarm',
    what: 'a dead-letter queue without an alarm',
    change: (template) => delete template.Resources.OrderQueueDLQAlarm,
    expected: [['OrderQueueDLQ', 'nothing']],
  },
  {
    rule: 'dead-letter-alarm',
    what: 'a metric that does not count what SQS moves',
    change: (template) => setProperty(template, 'OrderQueueDLQAlarm', 'MetricName', 'NumberOfMessagesSent'),
    expected: [
      ['OrderQueueDLQAlarm.MetricName', 'NumberOfMessagesSent'],
      ['OrderQueueDLQ', 'nothing'],
    ],
  },
  {
    rule: 'dead-letter-alarm',
    what: 'an alarm that tells nobody',
    change: (template) => setProperty(template, 'OrderQueueDLQAlarm', 'AlarmActions', []),
    expected: [['OrderQueueDLQ', 'OrderQueueDLQAlarm without action']],
  },
  {
    rule: 'dead-letter-alarm',
    what: 'an alarm whose actions are switched off',
    change: (template) => setProperty(template, 'OrderQueueDLQAlarm', 'ActionsEnabled', false),
    expected: [['OrderQueueDLQ', 'OrderQueueDLQAlarm without action']],
  },
  {
    rule: 'reserved-concurrency',
    what: 'a function that reserves less than its mapping invokes',
    change: (template) => setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', 9),
    expected: [['ConsumerLambdaFunction.ReservedConcurrentExecutions', '9']],
  },
  {
    rule: 'reserved-concurrency',
    what: 'a mapping without a maximum, where few receives lead to the dead-letter queue',
    change: (template) => {
      setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', 100);
      setProperty(template, CONSUMER_MAPPING, 'ScalingConfig');
      setProperty(template, 'OrderQueue', 'RedrivePolicy.maxReceiveCount', 4);
    },
    expected: [[`${CONSUMER_MAPPING}.ScalingConfig.MaximumConcurrency`, 'nothing']],
  },
  {
    rule: 'partial-batch',
    what: 'a mapping that repeats a batch for one bad message',
    change: (template) => setProperty(template, CONSUMER_MAPPING, 'FunctionResponseTypes'),
    expected: [[`${CONSUMER_MAPPING}.FunctionResponseTypes`, 'nothing']],
  },
  {
    rule: 'database-connections',
    what: 'more shipping at once than Aurora has connections for',
    change: (template) =>
      setProperty(
        template,
        'FulfillmentEventSourceMappingSQSShippingQueue',
        'ScalingConfig.MaximumConcurrency',
        '635',
      ),
    expected: [
      [
        'ShippingDatabase.ServerlessV2ScalingConfiguration.MaxCapacity',
        '659 = MigrateLambdaFunction 2 + StoryLambdaFunction 20 + FulfillmentLambdaFunction 635 + RestockLambdaFunction 2',
      ],
    ],
  },
  {
    rule: 'database-connections',
    what: 'an HTTP API that lets any number through',
    change: (template) => setProperty(template, 'HttpApiStage', 'DefaultRouteSettings.ThrottlingBurstLimit'),
    expected: [
      [
        'ShippingDatabase.ServerlessV2ScalingConfiguration.MaxCapacity',
        '1009 = MigrateLambdaFunction 2 + StoryLambdaFunction 1000 + FulfillmentLambdaFunction 5 + RestockLambdaFunction 2',
      ],
      [
        'SalesWarehouse',
        '2004 = MigrateLambdaFunction 2 + StoryLambdaFunction 1000 + AnalyticsLambdaFunction 2 + ReportLambdaFunction 1000',
      ],
    ],
  },
  {
    rule: 'database-connections',
    what: 'instances that do not say how many connections they take',
    change: addWorkers,
    expected: [
      [
        'ShippingDatabase.ServerlessV2ScalingConfiguration.MaxCapacity',
        'unknown = MigrateLambdaFunction 2 + StoryLambdaFunction 20 + FulfillmentLambdaFunction 5 + RestockLambdaFunction 2 + WorkerRole unknown',
      ],
    ],
  },
  {
    rule: 'database-connections',
    what: 'a database whose limit cannot be told',
    change: (template) => setProperty(template, 'ShippingDatabase', 'ServerlessV2ScalingConfiguration'),
    expected: [
      [
        'ShippingDatabase.ServerlessV2ScalingConfiguration.MaxCapacity',
        '29 = MigrateLambdaFunction 2 + StoryLambdaFunction 20 + FulfillmentLambdaFunction 5 + RestockLambdaFunction 2',
      ],
    ],
  },
];

export const SOUND_QUEUES: readonly Sound[] = [
  {
    what: 'numbers that came as text',
    change: (template) => {
      setProperty(template, 'OrderQueue', 'VisibilityTimeout', '181');
      setProperty(template, CONSUMER_MAPPING, 'ScalingConfig.MaximumConcurrency', '10');
      setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', '10');
    },
  },
  {
    what: 'a dead-letter queue that is named by its ARN, and its alarm by name',
    change: (template) => {
      const name = 'order-pipeline-test-order-queue-dlq';
      const arn = `arn:\${AWS::Partition}:sqs:\${AWS::Region}:\${AWS::AccountId}:${name}`;
      setProperty(template, 'OrderQueue', 'RedrivePolicy.deadLetterTargetArn', { 'Fn::Sub': arn });
      setProperty(template, 'OrderQueueDLQAlarm', 'Dimensions', [{ Name: 'QueueName', Value: name }]);
    },
  },
  {
    what: 'an alarm on an expression',
    change: (template) => {
      const { Namespace, MetricName, Dimensions } = template.Resources.OrderQueueDLQAlarm?.Properties ?? {};
      setProperty(template, 'OrderQueueDLQAlarm', 'MetricName');
      setProperty(template, 'OrderQueueDLQAlarm', 'Metrics', [
        { Id: 'sum', Expression: 'SUM(METRICS())' },
        { Id: 'dead', MetricStat: { Metric: { Namespace, MetricName, Dimensions } } },
      ]);
    },
  },
  {
    what: 'a mapping without a maximum, where messages are received five times',
    change: (template) => {
      setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', 100);
      setProperty(template, CONSUMER_MAPPING, 'ScalingConfig');
      setProperty(template, 'OrderQueue', 'RedrivePolicy.maxReceiveCount', 5);
    },
  },
  {
    what: 'an HTTP API that lets any number through to functions that reserve a few',
    change: (template) => {
      setProperty(template, 'HttpApiStage', 'DefaultRouteSettings.ThrottlingBurstLimit');
      setProperty(template, 'StoryLambdaFunction', 'ReservedConcurrentExecutions', 20);
      setProperty(template, 'ReportLambdaFunction', 'ReservedConcurrentExecutions', 20);
    },
  },
  {
    what: 'instances that say that they take few connections',
    change: (template) => {
      addWorkers(template);
      const { WorkerRole } = template.Resources;
      if (WorkerRole) WorkerRole.Metadata = { DatabaseConnections: '80' };
    },
  },
  {
    what: 'e-mails to people without a dead-letter queue',
    change: (template) =>
      addResource(template, 'OperatorSubscription', 'AWS::SNS::Subscription', {
        TopicArn: { Ref: 'OrderEventsTopic' },
        Protocol: 'email',
        Endpoint: 'operator@example.com',
      }),
  },
];
