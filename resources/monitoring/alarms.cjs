const { byCapacity, limitAtLowMinCapacity } = require('../aurora-max-connections.json');
const readParts = require('./read-parts.cjs');

/**
 * Returns the alarms as CloudFormation resources. Each alarm notifies the operations topic, and has an entry with its name in
 * docs/runbook.md (throttles share one). There are no OKActions: a new alarm also enters the OK state, so each new stage would
 * send one notification per alarm.
 *
 * Missing data is not breaching: idle queues, functions that do not run and paused databases send no data.
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async (variables) => {
  const parts = await readParts(variables);
  const alarms = [
    ...parts.queues.flatMap((queue) => queueAlarms(queue, parts)),
    ...parts.functions.flatMap((func) => functionAlarms(func, parts)),
    httpApiAlarm(parts),
    ...(parts.hasShipping ? await shippingAlarms(variables, parts) : []),
    ...(parts.hasSales ? await salesAlarms(variables, parts) : []),
    ...(parts.fleet.kind === 'off' ? [] : [fleetAlarm(parts)]),
  ];
  const entries = alarms.map(({ name, runbookEntry = name, description, ...properties }) => [
    `${pascal(name)}Alarm`,
    {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: `${parts.prefix}-${name}`,
        AlarmDescription: `${description} ${parts.runbook}#${runbookEntry}`,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        EvaluationPeriods: 1,
        TreatMissingData: 'notBreaching',
        AlarmActions: [{ Ref: 'OperationsTopic' }],
        ...properties,
      },
    },
  ]);
  return { Resources: Object.fromEntries(entries) };
};

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html */
function queueAlarms({ id, dlqId, kebab: name, consumer, ageAlarm }, { thresholds }) {
  return [
    {
      name: `${name}-dlq-not-empty`,
      description: `Messages are in the dead-letter queue: ${consumer} failed them three times. Find the cause, fix it, then redrive them:`,
      Namespace: 'AWS/SQS',
      // NumberOfMessagesSent would not count the messages that SQS itself moves to the queue.
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: dimensions({ QueueName: { 'Fn::GetAtt': [dlqId, 'QueueName'] } }),
      Statistic: 'Maximum',
      Period: 60,
      Threshold: thresholds.deadLettersAlarm,
    },
    {
      name: `${name}-age`,
      description: `The oldest message waits too long: ${consumer} is too slow, throttled or failing. Find out which, then raise its concurrency or fix the cause:`,
      Namespace: 'AWS/SQS',
      // Excludes messages from their third receive on, which the alarm of the dead-letter queue covers.
      MetricName: 'ApproximateAgeOfOldestMessage',
      Dimensions: dimensions({ QueueName: { 'Fn::GetAtt': [id, 'QueueName'] } }),
      Statistic: 'Maximum',
      Period: 60,
      Threshold: ageAlarm,
    },
  ];
}

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html */
function functionAlarms({ name, id }, { thresholds }) {
  const alarm = {
    Namespace: 'AWS/Lambda',
    Dimensions: dimensions({ FunctionName: { Ref: id } }),
    Statistic: 'Sum',
    Period: 60 * thresholds.alarmMinutes,
  };
  return [
    {
      ...alarm,
      name: `${name}-errors`,
      description: `${name} failed: it threw an error, timed out or ran out of memory. Read its log and fix the cause:`,
      MetricName: 'Errors',
      Threshold: thresholds.functionErrorsAlarm,
    },
    {
      ...alarm,
      name: `${name}-throttles`,
      runbookEntry: 'function-throttles',
      description: `Lambda throttled ${name}: the account's concurrency is used up. Find the functions that use it, then limit them or request a higher quota:`,
      MetricName: 'Throttles',
      Threshold: thresholds.functionThrottlesAlarm,
    },
  ];
}

/**
 * Functions return 500 and 503 themselves, which Lambda does not count as errors.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 */
const httpApiAlarm = ({ thresholds }) => ({
  name: 'http-api-errors',
  description:
    'The HTTP API returns 5xx responses. Search the functions\' logs for "request failed" to find the failing service, and fix it:',
  Namespace: 'AWS/ApiGateway',
  MetricName: '5xx',
  Dimensions: dimensions({ ApiId: { Ref: 'HttpApi' } }),
  Statistic: 'Sum',
  Period: 60 * thresholds.alarmMinutes,
  Threshold: thresholds.httpErrorsAlarm,
});

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html */
async function shippingAlarms({ resolveVariable }, { thresholds }) {
  const maxCapacity = Number(await resolveVariable('param:shippingMaxCapacity'));
  const alarm = {
    Namespace: 'AWS/RDS',
    Dimensions: dimensions({ DBClusterIdentifier: { Ref: 'ShippingDatabase' } }),
    Statistic: 'Average',
    Period: 60,
    EvaluationPeriods: thresholds.alarmMinutes,
  };
  return [
    {
      ...alarm,
      name: 'shipping-database-capacity',
      description:
        'The shipping database is close to shippingMaxCapacity, so shipments become slow. Find the load, then raise shippingMaxCapacity or lower fulfillmentConcurrency:',
      // Percent of shippingMaxCapacity.
      MetricName: 'ACUUtilization',
      Threshold: thresholds.databaseCapacityAlarm,
    },
    {
      ...alarm,
      name: 'shipping-database-connections',
      description:
        'The shipping database is about to refuse connections. Find out what holds them, then end it or raise shippingMaxCapacity:',
      MetricName: 'DatabaseConnections',
      Threshold: Math.floor((maxConnections(maxCapacity) * thresholds.databaseCapacityAlarm) / 100),
    },
  ];
}

/** Returns the connection limit from AWS's table. Between two rows, the lower one applies, as in `npm run doctor`. */
const maxConnections = (capacity) => {
  const [, connections] = byCapacity.findLast(([units]) => units <= capacity) ?? byCapacity[0];
  return Math.min(connections, limitAtLowMinCapacity);
};

/** https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-audit-logging.html, for its metrics and their dimensions */
async function salesAlarms({ resolveVariable }, { thresholds }) {
  const base = Number(await resolveVariable('param:salesBaseCapacity'));
  const max = Number(await resolveVariable('param:salesMaxCapacity'));
  // A warehouse that cannot grow is at its maximum whenever it runs.
  if (base >= max) return [];
  return [
    {
      name: 'sales-warehouse-capacity',
      description:
        'The sales warehouse is close to salesMaxCapacity, so loads and reports become slow and expensive. Find the queries, then end them or raise salesMaxCapacity:',
      Namespace: 'AWS/Redshift-Serverless',
      // In RPU, averaged over the past 30 min.
      MetricName: 'ComputeCapacity',
      Dimensions: dimensions({ Workgroup: { Ref: 'SalesWarehouse' } }),
      Statistic: 'Maximum',
      Period: 60 * thresholds.alarmMinutes,
      Threshold: (max * thresholds.databaseCapacityAlarm) / 100,
    },
  ];
}

/** Here missing data is breaching: a fleet without workers sends none. */
const fleetAlarm = ({ fleet, thresholds }) => ({
  name: 'worker-fleet-size',
  description: `Fewer workers run than fleetMin, and nothing else polls for ${fleet.function}. Find out why workers do not start, or set fleet to "off":`,
  ...WORKERS_IN_SERVICE[fleet.kind],
  Statistic: 'Maximum',
  Period: 60,
  // The alarm waits longer than a deployment takes to replace the instances.
  EvaluationPeriods: Math.max(thresholds.alarmMinutes, 15),
  ComparisonOperator: 'LessThanThreshold',
  Threshold: fleet.min,
  TreatMissingData: 'breaching',
});

/** The metrics by which resources/worker-scaling.yml divides the backlog. */
const WORKERS_IN_SERVICE = {
  ec2: {
    Namespace: 'AWS/AutoScaling',
    MetricName: 'GroupInServiceInstances',
    Dimensions: dimensions({ AutoScalingGroupName: { Ref: 'WorkerGroup' } }),
  },
  ecs: {
    Namespace: 'ECS/ContainerInsights',
    MetricName: 'RunningTaskCount',
    Dimensions: dimensions({
      ClusterName: { Ref: 'WorkerCluster' },
      ServiceName: { 'Fn::GetAtt': ['WorkerService', 'Name'] },
    }),
  },
};

function dimensions(byName) {
  return Object.entries(byName).map(([Name, Value]) => ({ Name, Value }));
}

/** `order-queue-dlq-not-empty` → `OrderQueueDlqNotEmpty` */
const pascal = (name) =>
  name
    .split('-')
    .map((word) => `${word[0].toUpperCase()}${word.slice(1)}`)
    .join('');
