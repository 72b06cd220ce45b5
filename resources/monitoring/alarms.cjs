const { byCapacity, mostWithLittleCapacity } = require('../aurora-max-connections.json');
const readParts = require('./read-parts.cjs');

/**
 * The alarms, as CloudFormation resources. Each tells the operations topic when it goes off, and has an entry of its
 * name in docs/runbook.md (throttles share one). Nothing is told when it is over: the first state of a new alarm is an
 * end, too, so each deployment of a stage would begin with a message per alarm.
 *
 * No data is no trouble: queues that are empty for hours, functions that do not run and databases that sleep send none.
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
  const entries = alarms.map(({ name, entry = name, means, ...properties }) => [
    `${pascal(name)}Alarm`,
    {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: `${parts.prefix}-${name}`,
        AlarmDescription: `${means} ${parts.runbook}#${entry}`,
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
      means: `Messages that ${consumer} failed three times wait in the dead-letter queue. Find out why, mend it, then redrive them:`,
      Namespace: 'AWS/SQS',
      // Not NumberOfMessagesSent, which leaves out what SQS itself moves there.
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: dimensions({ QueueName: { 'Fn::GetAtt': [dlqId, 'QueueName'] } }),
      Statistic: 'Maximum',
      Period: 60,
      Threshold: thresholds.deadLettersAlarm,
    },
    {
      name: `${name}-age`,
      means: `The oldest message waits longer than it should: ${consumer} is too slow, throttled or failing. See which, then give it more concurrency or mend what it needs:`,
      Namespace: 'AWS/SQS',
      // Leaves out messages from their third receive on; the dead-letter queue's alarm is about those.
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
      means: `${name} failed: it threw, ran out of time or of memory. Read its log, then mend it or what it needs:`,
      MetricName: 'Errors',
      Threshold: thresholds.functionErrorsAlarm,
    },
    {
      ...alarm,
      name: `${name}-throttles`,
      entry: 'function-throttles',
      means: `Lambda did not run ${name}: the account's concurrency is used up. See what uses it, cap that, or have the quota raised:`,
      MetricName: 'Throttles',
      Threshold: thresholds.functionThrottlesAlarm,
    },
  ];
}

/**
 * Functions answer 500 and 503 themselves, which is no error to Lambda.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
 */
const httpApiAlarm = ({ thresholds }) => ({
  name: 'http-api-errors',
  means:
    'Callers of the HTTP API get answers of 5xx. See in the functions\' logs ("request failed") what is out of reach, and mend that:',
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
      means:
        'The shipping database is as large as it may grow. Shipments become slow. See what keeps it busy; raise shippingMaxCapacity or lower fulfillmentConcurrency:',
      // Percent of shippingMaxCapacity.
      MetricName: 'ACUUtilization',
      Threshold: thresholds.databaseCapacityAlarm,
    },
    {
      ...alarm,
      name: 'shipping-database-connections',
      means:
        'The shipping database soon refuses connections. See what holds them, end it, or raise shippingMaxCapacity:',
      MetricName: 'DatabaseConnections',
      Threshold: Math.floor((maxConnections(maxCapacity) * thresholds.databaseCapacityAlarm) / 100),
    },
  ];
}

/** As the doctor reckons it: between two rows of AWS's table, the connections of the lower one. The least capacity is 0. */
const maxConnections = (capacity) => {
  const [, connections] = byCapacity.findLast(([units]) => units <= capacity) ?? byCapacity[0];
  return Math.min(connections, mostWithLittleCapacity);
};

/** https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-audit-logging.html, for its metrics and their dimensions */
async function salesAlarms({ resolveVariable }, { thresholds }) {
  const base = Number(await resolveVariable('param:salesBaseCapacity'));
  const most = Number(await resolveVariable('param:salesMaxCapacity'));
  // One that cannot grow is as large as it may be whenever it works.
  if (base >= most) return [];
  return [
    {
      name: 'sales-warehouse-capacity',
      means:
        'The sales warehouse is as large as it may grow. Loads and reports become slow and dear. See which queries keep it busy; raise salesMaxCapacity or end them:',
      Namespace: 'AWS/Redshift-Serverless',
      // In RPU, a mean of the past 30 min.
      MetricName: 'ComputeCapacity',
      Dimensions: dimensions({ Workgroup: { Ref: 'SalesWarehouse' } }),
      Statistic: 'Maximum',
      Period: 60 * thresholds.alarmMinutes,
      Threshold: (most * thresholds.databaseCapacityAlarm) / 100,
    },
  ];
}

/** Unlike elsewhere, no data is trouble: a fleet that does not run sends none. */
const fleetAlarm = ({ fleet, thresholds }) => ({
  name: 'worker-fleet-size',
  means: `Fewer workers run than the fleet has at least, and nothing else polls for ${fleet.function}. See why they do not start, or switch the fleet off:`,
  ...WORKERS_IN_SERVICE[fleet.kind],
  Statistic: 'Maximum',
  Period: 60,
  // Longer than instances are replaced in at a deployment.
  EvaluationPeriods: Math.max(thresholds.alarmMinutes, 15),
  ComparisonOperator: 'LessThanThreshold',
  Threshold: fleet.min,
  TreatMissingData: 'breaching',
});

/** As resources/worker-scaling.yml divides the backlog by. */
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
