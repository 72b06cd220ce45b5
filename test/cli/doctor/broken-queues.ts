import { propertiesOf, type Template } from '../../../cli/template/template.ts';
import { addResource, type Broken, type Sound, setProperty } from './broken.ts';

const CONSUMER_MAPPING = 'ConsumerEventSourceMappingSQSOrderQueue';
const ELSEWHERE = 'arn:aws:sqs:us-east-1:123456789012:elsewhere';

function addWorkers(template: Template): void {
  addResource(template, 'WorkerRole', 'AWS::IAM::Role', {});
  const { Roles } = propertiesOf(template, 'ShippingDatabaseAccess');
  (Roles as unknown[]).push({ Ref: 'WorkerRole' });
}

/** Changes that break rules about queues, concurrency and connections. */
export const BROKEN_QUEUES: readonly Broken[] = [
  {
    rule: 'visibility-timeout',
    what: 'a queue with a visibility timeout that is 1 s too short',
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
    what: 'a longer window of a disabled mapping',
    change: (template) => {
      setProperty(template, CONSUMER_MAPPING, 'Enabled', false);
      setProperty(template, CONSUMER_MAPPING, 'MaximumBatchingWindowInSeconds', 2);
    },
    expected: [['OrderQueue.VisibilityTimeout', '181']],
  },
  {
    rule: 'visibility-timeout',
    what: 'a queue with the default visibility timeout of 30 s',
    change: (template) => setProperty(template, 'UploadQueue', 'VisibilityTimeout'),
    expected: [['UploadQueue.VisibilityTimeout', 'nothing']],
  },
  {
    rule: 'visibility-timeout',
    what: 'a mapping of a queue outside the template',
    change: (template) => setProperty(template, CONSUMER_MAPPING, 'EventSourceArn', ELSEWHERE),
    expected: [[CONSUMER_MAPPING, `${ELSEWHERE} to \${ConsumerLambdaFunction.Arn}`]],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a queue without a dead-letter queue, and its former dead-letter queue',
    change: (template) => setProperty(template, 'OrderQueue', 'RedrivePolicy'),
    expected: [
      ['OrderQueue.RedrivePolicy', 'nothing'],
      ['OrderQueueDLQ.RedrivePolicy', 'nothing'],
    ],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a subscription without a dead-letter queue',
    change: (template) => setProperty(template, 'ShippingQueueSubscription', 'RedrivePolicy'),
    expected: [['ShippingQueueSubscription.RedrivePolicy', 'nothing']],
  },
  {
    rule: 'dead-letter-queue',
    what: "a subscription in a topic's properties",
    change: (template) =>
      setProperty(template, 'OrderEventsTopic', 'Subscription', [
        { Protocol: 'lambda', Endpoint: { 'Fn::GetAtt': ['StoryLambdaFunction', 'Arn'] } },
      ]),
    expected: [['OrderEventsTopic.Subscription[0].RedrivePolicy', 'nothing']],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a scheduled function without a failure destination',
    change: (template) => setProperty(template, 'ProducerLambdaEvConf', 'DestinationConfig', {}),
    expected: [['ProducerLambdaFunction.DeadLetterConfig', 'nothing']],
  },
  {
    rule: 'dead-letter-queue',
    what: 'a function that S3 may invoke, without a failure destination',
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
    what: 'a dead-letter queue with a shorter retention than its source queue',
    change: (template) => setProperty(template, 'OrderQueueDLQ', 'MessageRetentionPeriod', 345_599),
    expected: [['OrderQueueDLQ.MessageRetentionPeriod', '345599']],
  },
  {
    rule: 'dead-letter-retention',
    what: 'a dead-letter queue with the default retention of 4 days, and a source queue with a longer one',
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
    what: 'an alarm on a metric that does not count what SQS moves',
    change: (template) => setProperty(template, 'OrderQueueDLQAlarm', 'MetricName', 'NumberOfMessagesSent'),
    expected: [
      ['OrderQueueDLQAlarm.MetricName', 'NumberOfMessagesSent'],
      ['OrderQueueDLQ', 'nothing'],
    ],
  },
  {
    rule: 'dead-letter-alarm',
    what: 'an alarm without actions',
    change: (template) => setProperty(template, 'OrderQueueDLQAlarm', 'AlarmActions', []),
    expected: [['OrderQueueDLQ', 'OrderQueueDLQAlarm without action']],
  },
  {
    rule: 'dead-letter-alarm',
    what: 'an alarm whose actions are disabled',
    change: (template) => setProperty(template, 'OrderQueueDLQAlarm', 'ActionsEnabled', false),
    expected: [['OrderQueueDLQ', 'OrderQueueDLQAlarm without action']],
  },
  {
    rule: 'reserved-concurrency',
    what: 'a function that reserves less than the maximum concurrency of its mapping',
    change: (template) => setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', 9),
    expected: [['ConsumerLambdaFunction.ReservedConcurrentExecutions', '9']],
  },
  {
    rule: 'reserved-concurrency',
    what: 'a mapping without maximum concurrency, of a queue with a low maxReceiveCount',
    change: (template) => {
      setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', 100);
      setProperty(template, CONSUMER_MAPPING, 'ScalingConfig');
      setProperty(template, 'OrderQueue', 'RedrivePolicy.maxReceiveCount', 4);
    },
    expected: [[`${CONSUMER_MAPPING}.ScalingConfig.MaximumConcurrency`, 'nothing']],
  },
  {
    rule: 'partial-batch',
    what: 'a mapping without partial batch responses',
    change: (template) => setProperty(template, CONSUMER_MAPPING, 'FunctionResponseTypes'),
    expected: [[`${CONSUMER_MAPPING}.FunctionResponseTypes`, 'nothing']],
  },
  {
    rule: 'database-connections',
    what: 'more concurrent fulfillment invocations than Aurora accepts connections',
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
    what: 'an HTTP API without a burst limit',
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
    what: 'a role of instances that does not declare its connections',
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
    what: 'a database without a maximum capacity',
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
    what: 'numbers given as text',
    change: (template) => {
      setProperty(template, 'OrderQueue', 'VisibilityTimeout', '181');
      setProperty(template, CONSUMER_MAPPING, 'ScalingConfig.MaximumConcurrency', '10');
      setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', '10');
    },
  },
  {
    what: 'a dead-letter queue referred to by ARN, and by name in its alarm',
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
    what: 'a mapping without maximum concurrency, of a queue with a maxReceiveCount of 5',
    change: (template) => {
      setProperty(template, 'ConsumerLambdaFunction', 'ReservedConcurrentExecutions', 100);
      setProperty(template, CONSUMER_MAPPING, 'ScalingConfig');
      setProperty(template, 'OrderQueue', 'RedrivePolicy.maxReceiveCount', 5);
    },
  },
  {
    what: 'an HTTP API without a burst limit, in front of functions with reserved concurrency',
    change: (template) => {
      setProperty(template, 'HttpApiStage', 'DefaultRouteSettings.ThrottlingBurstLimit');
      setProperty(template, 'StoryLambdaFunction', 'ReservedConcurrentExecutions', 20);
      setProperty(template, 'ReportLambdaFunction', 'ReservedConcurrentExecutions', 20);
    },
  },
  {
    what: 'a role of instances that declares few connections',
    change: (template) => {
      addWorkers(template);
      const { WorkerRole } = template.Resources;
      if (WorkerRole) WorkerRole.Metadata = { DatabaseConnections: '80' };
    },
  },
  {
    what: 'an e-mail subscription without a dead-letter queue',
    change: (template) =>
      addResource(template, 'OperatorSubscription', 'AWS::SNS::Subscription', {
        TopicArn: { Ref: 'OrderEventsTopic' },
        Protocol: 'email',
        Endpoint: 'operator@example.com',
      }),
  },
];
