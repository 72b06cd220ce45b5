const alarms = require('./alarms.cjs');
const readParts = require('./read-parts.cjs');

/** A dashboard is a grid of 24 columns. */
const COLUMNS = 24;
const HEIGHT = 6;

/**
 * The body of the dashboard, for `Fn::Sub`, which fills in the names: a row per question, of graphs side by side.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 *
 * @param {{ resolveVariable(address: string): Promise<unknown> }} variables
 */
module.exports = async (variables) => {
  const parts = await readParts(variables);
  const { Resources } = await alarms(variables);
  const rows = [
    [title(parts)],
    [alarmStatus(Object.keys(Resources))],
    ordersRow(parts),
    queuesRow(parts),
    [...deadLetters(parts), ...httpApi()],
    ...functionRows(parts),
    ...storeRows(parts),
    ...(parts.fleet.kind === 'off' ? [] : [fleetRow(parts)]),
  ];
  return JSON.stringify({ widgets: layOut(rows) });
};

/** Puts the widgets of a row side by side, in equal parts, and the rows one below the other. */
function layOut(rows) {
  let y = 0;
  return rows.flatMap((row) => {
    const width = COLUMNS / row.length;
    const height = Math.max(...row.map((widget) => widget.height ?? HEIGHT));
    const placed = row.map((widget, index) => ({ ...widget, x: index * width, y, width, height }));
    y += height;
    return placed;
  });
}

function title({ prefix, runbook }) {
  const place = /^https?:/.test(runbook) ? `[${runbook}](${runbook})` : `\`${runbook}\` in the repository`;
  const markdown = `# ${prefix}\nWhat to do about an alarm: ${place}.`;
  return { type: 'text', height: 2, properties: { markdown } };
}

const alarmStatus = (alarmIds) => ({
  type: 'alarm',
  height: 4,
  properties: { title: 'Alarms', alarms: alarmIds.map((id) => `\${${id}.Arn}`) },
});

/**
 * @param {unknown[][]} metrics each namespace, name, then dimensions, and where it has one, its options
 * @param {object} properties of the widget; `stat` above all
 */
const graph = (heading, metrics, properties) => ({
  type: 'metric',
  properties: {
    title: heading,
    view: 'timeSeries',
    region: `\${AWS::Region}`,
    period: 60,
    yAxis: { left: { min: 0 } },
    metrics,
    ...properties,
  },
});

/** What functions report themselves: docs/monitoring.md. */
function ordersRow({ prefix }) {
  const own = (...names) => names.map((name) => ['OrderPipeline', name, 'service', prefix]);
  return [
    graph(
      'Orders',
      own(
        'OrdersReceived',
        'OrdersConfirmed',
        'OrdersDuplicate',
        'OrdersRedelivered',
        'OrdersRejected',
        'OrdersFailed',
        'OrdersUnpublished',
      ),
      { stat: 'Sum' },
    ),
    graph('Age of the oldest order at its confirmation, in ms', own('OldestOrderAge'), { stat: 'Maximum' }),
    graph('Order files', own('RowsRead', 'OrdersIngested', 'RowsRejected'), { stat: 'Sum' }),
  ];
}

function queuesRow({ queues }) {
  const all = (metric) => queues.map(({ id }) => ['AWS/SQS', metric, 'QueueName', `\${${id}.QueueName}`]);
  return [
    graph('Queues: visible', all('ApproximateNumberOfMessagesVisible'), { stat: 'Maximum' }),
    graph('Queues: in flight', all('ApproximateNumberOfMessagesNotVisible'), { stat: 'Maximum' }),
    graph('Queues: age of the oldest message, in s', all('ApproximateAgeOfOldestMessage'), {
      stat: 'Maximum',
    }),
  ];
}

const deadLetters = ({ queues }) => [
  graph(
    'Dead-letter queues: visible',
    queues.map(({ dlqId }) => [
      'AWS/SQS',
      'ApproximateNumberOfMessagesVisible',
      'QueueName',
      `\${${dlqId}.QueueName}`,
    ]),
    { stat: 'Maximum' },
  ),
];

const httpApi = () => [
  graph(
    'HTTP API: requests and errors',
    ['Count', '4xx', '5xx'].map((metric) => ['AWS/ApiGateway', metric, 'ApiId', `\${HttpApi}`]),
    { stat: 'Sum' },
  ),
];

function functionRows({ functions }) {
  const all = (metric) => functions.map(({ id }) => ['AWS/Lambda', metric, 'FunctionName', `\${${id}}`]);
  return [
    [
      graph('Functions: errors', all('Errors'), { stat: 'Sum' }),
      graph('Functions: throttles', all('Throttles'), { stat: 'Sum' }),
      graph('Functions: concurrency', all('ConcurrentExecutions'), { stat: 'Maximum' }),
    ],
    [
      graph('Functions: duration, median, in ms', all('Duration'), { stat: 'p50' }),
      graph('Functions: duration, 99th percentile, in ms', all('Duration'), { stat: 'p99' }),
    ],
  ];
}

/** What each consumer has stored, and the database behind it. */
const storeRows = ({ queues, prefix }) =>
  queues
    .filter(({ stores }) => stores)
    .map(({ stores: { all, in: place, metrics } }) => [
      graph(
        `${all[0].toUpperCase()}${all.slice(1)}`,
        [...metrics.stored, metrics.repeated, metrics.rejected, metrics.failed].map((name) => [
          'OrderPipeline',
          name,
          'service',
          prefix,
        ]),
        { stat: 'Sum' },
      ),
      ...(DATABASES[place] ?? []),
    ]);

const cluster = (metric, options = {}) => [
  'AWS/RDS',
  metric,
  'DBClusterIdentifier',
  `\${ShippingDatabase}`,
  options,
];

const workgroup = (metric, ...dimensions) => [
  'AWS/Redshift-Serverless',
  metric,
  'Workgroup',
  `\${SalesWarehouse}`,
  ...dimensions,
];

const DATABASES = {
  shippingDatabase: [
    graph(
      'Shipping database: CPU and capacity in use, in percent',
      [cluster('CPUUtilization'), cluster('ACUUtilization')],
      { stat: 'Average' },
    ),
    graph(
      'Shipping database: ACU, and connections (right)',
      [cluster('ServerlessDatabaseCapacity'), cluster('DatabaseConnections', { yAxis: 'right' })],
      { stat: 'Average' },
    ),
  ],
  salesDatabase: [
    graph(
      'Sales warehouse: RPU, and connections (right)',
      [workgroup('ComputeCapacity'), workgroup('DatabaseConnections', { yAxis: 'right' })],
      { stat: 'Maximum' },
    ),
    // COPY is a LOAD; migrations are OTHER.
    graph(
      'Sales warehouse: queries running',
      ['LOAD', 'INSERT', 'SELECT', 'OTHER'].map((type) => workgroup('QueriesRunning', 'QueryType', type)),
      { stat: 'Maximum' },
    ),
  ],
};

/** Of instances, what the group knows; of tasks, what Container Insights does. */
function fleetRow({ fleet }) {
  if (fleet.kind === 'ec2') {
    const group = ['AutoScalingGroupName', `\${WorkerGroup}`];
    return [
      graph('Workers: instances in service', [['AWS/AutoScaling', 'GroupInServiceInstances', ...group]], {
        stat: 'Maximum',
      }),
      graph('Workers: CPU, in percent', [['AWS/EC2', 'CPUUtilization', ...group]], { stat: 'Average' }),
    ];
  }
  const service = ['ClusterName', `\${WorkerCluster}`, 'ServiceName', `\${WorkerService.Name}`];
  return [
    graph('Workers: tasks running', [['ECS/ContainerInsights', 'RunningTaskCount', ...service]], {
      stat: 'Maximum',
    }),
    graph('Workers: CPU, in percent', [['AWS/ECS', 'CPUUtilization', ...service]], { stat: 'Average' }),
  ];
}
