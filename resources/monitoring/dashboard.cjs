const alarms = require('./alarms.cjs');
const readParts = require('./read-parts.cjs');

/** Width of a dashboard's grid. */
const COLUMNS = 24;
const HEIGHT = 6;

/**
 * Returns the body of the dashboard for `Fn::Sub`, which substitutes the resource names.
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

/** Places the widgets of a row side by side with equal widths, and the rows one below the other. */
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
  const location = /^https?:/.test(runbook) ? `[${runbook}](${runbook})` : `\`${runbook}\` in the repository`;
  const markdown = `# ${prefix}\nHow to handle an alarm: ${location}.`;
  return { type: 'text', height: 2, properties: { markdown } };
}

const alarmStatus = (alarmIds) => ({
  type: 'alarm',
  height: 4,
  properties: { title: 'Alarms', alarms: alarmIds.map((id) => `\${${id}.Arn}`) },
});

/**
 * @param {unknown[][]} metrics Namespace, name and dimensions of each metric, with options as an optional last element.
 * @param {object} properties Further properties of the widget, including `stat`.
 */
const graph = (title, metrics, properties) => ({
  type: 'metric',
  properties: {
    title,
    view: 'timeSeries',
    region: `\${AWS::Region}`,
    period: 60,
    yAxis: { left: { min: 0 } },
    metrics,
    ...properties,
  },
});

/** Metrics that the functions report: docs/monitoring.md. */
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
    graph('Age of the oldest order when confirmed (ms)', own('OldestOrderAge'), { stat: 'Maximum' }),
    graph('Order files', own('RowsRead', 'OrdersIngested', 'RowsRejected'), { stat: 'Sum' }),
  ];
}

function queuesRow({ queues }) {
  const all = (metric) => queues.map(({ id }) => ['AWS/SQS', metric, 'QueueName', `\${${id}.QueueName}`]);
  return [
    graph('Queues: visible messages', all('ApproximateNumberOfMessagesVisible'), { stat: 'Maximum' }),
    graph('Queues: messages in flight', all('ApproximateNumberOfMessagesNotVisible'), { stat: 'Maximum' }),
    graph('Queues: age of the oldest message (s)', all('ApproximateAgeOfOldestMessage'), {
      stat: 'Maximum',
    }),
  ];
}

const deadLetters = ({ queues }) => [
  graph(
    'Dead-letter queues: visible messages',
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
      graph('Functions: concurrent executions', all('ConcurrentExecutions'), { stat: 'Maximum' }),
    ],
    [
      graph('Functions: median duration (ms)', all('Duration'), { stat: 'p50' }),
      graph('Functions: 99th percentile duration (ms)', all('Duration'), { stat: 'p99' }),
    ],
  ];
}

/** The records that each consumer stores, and the database that holds them. */
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
      'Shipping database: CPU and capacity used (%)',
      [cluster('CPUUtilization'), cluster('ACUUtilization')],
      { stat: 'Average' },
    ),
    graph(
      'Shipping database: ACU (left), connections (right)',
      [cluster('ServerlessDatabaseCapacity'), cluster('DatabaseConnections', { yAxis: 'right' })],
      { stat: 'Average' },
    ),
  ],
  salesDatabase: [
    graph(
      'Sales warehouse: RPU (left), connections (right)',
      [workgroup('ComputeCapacity'), workgroup('DatabaseConnections', { yAxis: 'right' })],
      { stat: 'Maximum' },
    ),
    // COPY has the type LOAD, migrations have the type OTHER.
    graph(
      'Sales warehouse: running queries',
      ['LOAD', 'INSERT', 'SELECT', 'OTHER'].map((type) => workgroup('QueriesRunning', 'QueryType', type)),
      { stat: 'Maximum' },
    ),
  ],
};

/** Metrics of instances come from their Auto Scaling group, those of tasks from Container Insights. */
function fleetRow({ fleet }) {
  if (fleet.kind === 'ec2') {
    const group = ['AutoScalingGroupName', `\${WorkerGroup}`];
    return [
      graph('Workers: instances in service', [['AWS/AutoScaling', 'GroupInServiceInstances', ...group]], {
        stat: 'Maximum',
      }),
      graph('Workers: CPU (%)', [['AWS/EC2', 'CPUUtilization', ...group]], { stat: 'Average' }),
    ];
  }
  const service = ['ClusterName', `\${WorkerCluster}`, 'ServiceName', `\${WorkerService.Name}`];
  return [
    graph('Workers: running tasks', [['ECS/ContainerInsights', 'RunningTaskCount', ...service]], {
      stat: 'Maximum',
    }),
    graph('Workers: CPU (%)', [['AWS/ECS', 'CPUUtilization', ...service]], { stat: 'Average' }),
  ];
}
