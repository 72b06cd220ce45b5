import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, resourcesOf, type Template } from '../../cli/template/template.ts';
import { listReferences } from '../../local/stack/list-references.ts';
import { packageStack } from '../run-serverless.ts';
import { FLEETS, TUNED, TUNED_STAGE, withParts } from './parameter-sets.ts';
import { resolveWith } from './resolve-with.ts';
import { listDangling } from './template.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');

/** The properties of a CloudWatch alarm that are checked here. */
interface Alarm {
  AlarmName: string;
  AlarmDescription: string;
  Namespace: string;
  MetricName: string;
  Dimensions: { Name: string; Value: unknown }[];
  Statistic: string;
  Period: number;
  EvaluationPeriods: number;
  Threshold: number;
  ComparisonOperator: string;
  TreatMissingData: string;
  AlarmActions: unknown[];
}

interface Widget {
  type: string;
  x: number;
  y: number;
  width: number;
  height: number;
  properties: { region?: string; stat?: string; markdown?: string; alarms?: string[]; metrics?: unknown[][] };
}

const packaged = async (...params: string[]): Promise<Template> =>
  (await packageStack('test', ...params)).template;

const idsOf = (template: Template, type: string) => resourcesOf(template, type).map(([id]) => id);
const alarmsOf = (template: Template) =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, properties]) => properties as unknown as Alarm);

/** Returns the alarm on a metric, by the value of the metric's first dimension. */
function alarmOn(template: Template, metric: string, value: unknown): Alarm {
  const found = alarmsOf(template).filter(
    ({ MetricName, Dimensions }) =>
      MetricName === metric && JSON.stringify(Dimensions[0]?.Value) === JSON.stringify(value),
  );
  expect(found, `${metric} of ${JSON.stringify(value)}`).toHaveLength(1);
  return found[0] as Alarm;
}
const queueName = (id: string) => ({ 'Fn::GetAtt': [id, 'QueueName'] });

/** Returns the queues that have a dead-letter queue, with its logical id. */
const sourceQueues = (template: Template): [id: string, dlqId: string][] =>
  resourcesOf(template, 'AWS::SQS::Queue').flatMap(([id, { RedrivePolicy }]) => {
    const target = (RedrivePolicy as { deadLetterTargetArn: { 'Fn::GetAtt': string[] } } | undefined)
      ?.deadLetterTargetArn['Fn::GetAtt'][0];
    return target ? [[id, target]] : [];
  });

const bodyOf = (template: Template): string =>
  (propertiesOf(template, 'MonitoringDashboard').DashboardBody as { 'Fn::Sub': string })['Fn::Sub'];
const widgetsOf = (template: Template): Widget[] => JSON.parse(bodyOf(template)).widgets;
/** Returns the names of the pipeline's own metrics on the dashboard. */
const ownMetrics = (template: Template): string[] =>
  widgetsOf(template)
    .flatMap(({ properties }) => properties.metrics ?? [])
    .filter(([namespace]) => namespace === 'OrderPipeline')
    .map(([, name]) => String(name));

describe.each([
  ['on', 'on'],
  ['on', 'off'],
  ['off', 'on'],
  ['off', 'off'],
] as const)('with shipping %s and sales %s, monitoring', (shipping, sales) => {
  let template: Template;
  let runbook: string;
  beforeAll(async () => {
    template = await packaged(...withParts(shipping, sales));
    runbook = await readFile(join(DOCS, 'runbook.md'), 'utf8');
  }, 120_000);

  it('has no dangling references', () => {
    expect(listDangling(template)).toEqual([]);
  });

  it('has an alarm for messages in each dead-letter queue, and one for the age of each queue', () => {
    const queues = sourceQueues(template);
    // Every queue is a source queue or a dead-letter queue.
    expect(queues.flat().toSorted()).toEqual(idsOf(template, 'AWS::SQS::Queue').toSorted());
    for (const [id, dlqId] of queues) {
      expect(alarmOn(template, 'ApproximateNumberOfMessagesVisible', queueName(dlqId)), dlqId).toMatchObject({
        Namespace: 'AWS/SQS',
        Statistic: 'Maximum',
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
      });
      expect(alarmOn(template, 'ApproximateAgeOfOldestMessage', queueName(id)), id).toMatchObject({
        Namespace: 'AWS/SQS',
        Statistic: 'Maximum',
      });
    }
  });

  it('has age alarms that allow for three receives, except for the upload queue', () => {
    for (const [id] of sourceQueues(template)) {
      if (id === 'UploadQueue') continue;
      const timeout = propertiesOf(template, id).VisibilityTimeout as number;
      const { Threshold } = alarmOn(template, 'ApproximateAgeOfOldestMessage', queueName(id));
      expect(Threshold, id).toBeGreaterThan(3 * timeout);
    }
  });

  it('has alarms for errors and throttles of each function, summed over 5 minutes', () => {
    for (const id of idsOf(template, 'AWS::Lambda::Function')) {
      for (const metric of ['Errors', 'Throttles']) {
        expect(alarmOn(template, metric, { Ref: id })).toMatchObject({
          Namespace: 'AWS/Lambda',
          Dimensions: [{ Name: 'FunctionName' }],
          Statistic: 'Sum',
          Period: 300,
          EvaluationPeriods: 1,
          Threshold: 1,
        });
      }
    }
  });

  it('has an alarm for HTTP 5xx responses, which Lambda does not count as errors', () => {
    expect(alarmOn(template, '5xx', { Ref: 'HttpApi' })).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      Dimensions: [{ Name: 'ApiId' }],
      Statistic: 'Sum',
      Threshold: 5,
    });
  });

  it('has alarms for the capacity of the enabled databases', () => {
    const databases = alarmsOf(template).filter(({ Namespace }) =>
      ['AWS/RDS', 'AWS/Redshift-Serverless'].includes(Namespace),
    );
    expect(
      databases.map(({ MetricName, Dimensions, Threshold }) => [MetricName, Dimensions[0], Threshold]),
    ).toEqual([
      ...idsOf(template, 'AWS::RDS::DBCluster').flatMap((id) => {
        const dimension = { Name: 'DBClusterIdentifier', Value: { Ref: id } };
        // 740 is 90 % of the 823 connections at 4 ACU.
        return [
          ['ACUUtilization', dimension, 90],
          ['DatabaseConnections', dimension, 740],
        ];
      }),
      ...idsOf(template, 'AWS::RedshiftServerless::Workgroup').map((id) => [
        'ComputeCapacity',
        { Name: 'Workgroup', Value: { Ref: id } },
        0.9 * 8,
      ]),
    ]);
    expect(databases).toHaveLength((shipping === 'on' ? 2 : 0) + (sales === 'on' ? 1 : 0));
  });

  it('has alarms with unique names that notify the operations topic and ignore missing data', () => {
    const alarms = alarmsOf(template);
    expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
    for (const { AlarmName, AlarmActions, TreatMissingData, ...others } of alarms) {
      expect(AlarmName).toMatch(/^order-pipeline-test-[a-z-]+$/);
      expect(AlarmActions, AlarmName).toEqual([{ Ref: 'OperationsTopic' }]);
      expect(TreatMissingData, AlarmName).toBe('notBreaching');
      expect(others, AlarmName).not.toHaveProperty('OKActions');
    }
  });

  it('describes what to do in each alarm, with a link to its runbook entry', () => {
    const anchors: string[] = [];
    for (const { AlarmName, AlarmDescription } of alarmsOf(template)) {
      const [, text, anchor = ''] = /^(.+): docs\/runbook\.md#(.+)$/.exec(AlarmDescription) ?? [];
      expect(text?.length, AlarmName).toBeGreaterThan(40);
      anchors.push(anchor);
      // The limit of CloudWatch.
      expect(AlarmDescription.length, AlarmName).toBeLessThanOrEqual(1_024);
    }
    const entries = entriesOf(runbook);
    expect(
      anchors.filter((anchor) => !entries.includes(anchor)),
      'docs/runbook.md must have an entry for each alarm',
    ).toEqual([]);
  });

  it('shows exactly the queues, functions, databases and alarms of the stack on the dashboard', () => {
    const shown = new Set(
      listReferences(propertiesOf(template, 'MonitoringDashboard')).map((place) => place.replace(/\..*/, '')),
    );
    const watched = [
      'AWS::SQS::Queue',
      'AWS::Lambda::Function',
      'AWS::RDS::DBCluster',
      'AWS::RedshiftServerless::Workgroup',
      'AWS::CloudWatch::Alarm',
      'AWS::ApiGatewayV2::Api',
    ].flatMap((type) => idsOf(template, type));
    expect([...shown].toSorted()).toEqual([...watched, 'AWS::Region'].toSorted());
  });

  it('shows the metrics of the enabled parts on the dashboard', () => {
    const metrics = ownMetrics(template);
    expect(metrics).toEqual(
      expect.arrayContaining([
        'OrdersReceived',
        'OrdersConfirmed',
        'OrdersDuplicate',
        'OrdersRejected',
        'OrdersUnpublished',
        'OldestOrderAge',
      ]),
    );
    const partly = metrics.filter((name) => /^(Shipments|Sales)/.test(name)).map((name) => name.slice(0, 5));
    expect([...new Set(partly)]).toEqual([
      ...(shipping === 'on' ? ['Shipm'] : []),
      ...(sales === 'on' ? ['Sales'] : []),
    ]);
  });

  it('has a dashboard whose widgets fit into 24 columns without overlap', () => {
    const occupied = new Set<string>();
    for (const { x, y, width, height } of widgetsOf(template)) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(occupied).not.toContain(`${column} ${row}`);
          occupied.add(`${column} ${row}`);
        }
      }
    }
  });
});

describe('the whole stack', () => {
  let template: Template;
  beforeAll(async () => {
    template = await packaged();
  }, 120_000);

  it('with a fleet, has an alarm for each entry of the runbook', { timeout: 120_000 }, async () => {
    const entries = entriesOf(await readFile(join(DOCS, 'runbook.md'), 'utf8'));
    const withFleet = await packaged(...FLEETS.ec2);
    const anchors = [template, withFleet]
      .flatMap(alarmsOf)
      .map(({ AlarmDescription }) => AlarmDescription.split('#').at(-1));
    expect(entries.toSorted(), 'docs/runbook.md must have one entry for each alarm').toEqual(
      [...new Set(anchors)].toSorted(),
    );
  });

  it('shows only metrics that docs/monitoring.md describes', async () => {
    const described = await readFile(join(DOCS, 'monitoring.md'), 'utf8');
    const missing = ownMetrics(template).filter((name) => !described.includes(`| \`${name}\` |`));
    expect(missing, 'docs/monitoring.md must have a row for each metric').toEqual([]);
  });

  it('has graphs with a region, a statistic and metrics of this stage only', () => {
    const graphs = widgetsOf(template).filter(({ type }) => type === 'metric');
    for (const { properties } of graphs) {
      expect(properties.region).toBe(`\${AWS::Region}`);
      expect(properties.stat).toMatch(/^(Sum|Maximum|Average|p50|p99)$/);
      for (const [namespace, , name, value] of properties.metrics ?? []) {
        if (namespace === 'OrderPipeline') expect([name, value]).toEqual(['service', 'order-pipeline-test']);
      }
    }
    const { Environment } = propertiesOf(template, 'ConsumerLambdaFunction');
    expect(Environment).toMatchObject({ Variables: { POWERTOOLS_SERVICE_NAME: 'order-pipeline-test' } });
  });

  it('names the runbook on the dashboard', () => {
    const [title] = widgetsOf(template);
    expect(title?.properties.markdown).toContain('`docs/runbook.md`');
  });

  it('has no e-mail subscriptions by default', () => {
    const protocols = resourcesOf(template, 'AWS::SNS::Subscription').map(([, { Protocol }]) => Protocol);
    expect(new Set(protocols)).toEqual(new Set(['sqs']));
  });
});

describe.each([
  ['ec2', 2, 'GroupInServiceInstances', [{ Name: 'AutoScalingGroupName', Value: { Ref: 'WorkerGroup' } }]],
  [
    'ecs',
    1,
    'RunningTaskCount',
    [
      { Name: 'ClusterName', Value: { Ref: 'WorkerCluster' } },
      { Name: 'ServiceName', Value: { 'Fn::GetAtt': ['WorkerService', 'Name'] } },
    ],
  ],
] as const)('with a fleet on %s, monitoring', (kind, fleetMin, metric, dimensions) => {
  let template: Template;
  beforeAll(async () => {
    template = await packaged(...FLEETS[kind]);
  }, 120_000);

  it('has an alarm for fewer workers than fleetMin, for which missing data is breaching', () => {
    const alarm = propertiesOf(template, 'WorkerFleetSizeAlarm');
    expect(alarm).toMatchObject({
      MetricName: metric,
      Dimensions: dimensions,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: fleetMin,
      TreatMissingData: 'breaching',
      AlarmActions: [{ Ref: 'OperationsTopic' }],
    });
    expect(alarm.AlarmDescription).toContain('nothing else polls for consumer');
    expect(alarm.AlarmDescription).toMatch(/: docs\/runbook\.md#worker-fleet-size$/);
  });

  it('shows the workers on the dashboard', () => {
    const shown = widgetsOf(template).flatMap(({ properties }) => properties.metrics ?? []);
    expect(shown.map(([, name]) => name)).toEqual(expect.arrayContaining([metric, 'CPUUtilization']));
    expect(listDangling(template)).toEqual([]);
  });
});

it('monitoring=off leaves out only the alarms and the dashboard', { timeout: 240_000 }, async () => {
  const all = await packaged();
  const template = await packaged('monitoring=off');
  expect(listDangling(template)).toEqual([]);
  const others = Object.entries(all.Resources).filter(
    ([, { Type }]) => !Type.startsWith('AWS::CloudWatch::'),
  );
  expect(Object.keys(template.Resources)).toEqual(others.map(([id]) => id));
  expect(template.Resources).toHaveProperty('OperationsTopic');
});

it('stage parameters set the thresholds, periods, e-mail address and runbook location', {
  timeout: 120_000,
}, async () => {
  const { template } = await packageStack(TUNED_STAGE, ...TUNED);
  const age = (id: string) => alarmOn(template, 'ApproximateAgeOfOldestMessage', queueName(id)).Threshold;
  expect(['OrderQueue', 'UploadQueue', 'ShippingQueue', 'AnalyticsQueue'].map(age)).toEqual([61, 62, 63, 64]);
  const deadLetters = alarmOn(template, 'ApproximateNumberOfMessagesVisible', queueName('OrderQueueDLQ'));
  expect(deadLetters.Threshold).toBe(10);
  const consumer = { Ref: 'ConsumerLambdaFunction' };
  expect(alarmOn(template, 'Errors', consumer)).toMatchObject({ Threshold: 3, Period: 600 });
  expect(alarmOn(template, 'Throttles', consumer)).toMatchObject({ Threshold: 4, Period: 600 });
  expect(alarmOn(template, '5xx', { Ref: 'HttpApi' })).toMatchObject({ Threshold: 50, Period: 600 });
  const database = { Ref: 'ShippingDatabase' };
  expect(alarmOn(template, 'ACUUtilization', database)).toMatchObject({
    Threshold: 80,
    EvaluationPeriods: 10,
  });
  // 1,600 is 80 % of 2,000, the maximum for a cluster that may pause.
  expect(alarmOn(template, 'DatabaseConnections', database)).toMatchObject({ Threshold: 1_600 });
  // A warehouse that cannot grow has no capacity alarm: it is at its maximum whenever it runs.
  expect(alarmsOf(template).filter(({ MetricName }) => MetricName === 'ComputeCapacity')).toEqual([]);
  expect(propertiesOf(template, 'OperationsEmail')).toEqual({
    TopicArn: { Ref: 'OperationsTopic' },
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  expect(deadLetters.AlarmDescription).toContain('https://example.com/runbook.md#order-queue-dlq-not-empty');
  expect(bodyOf(template)).toContain('(https://example.com/runbook.md)');
});

describe('an invalid parameter is rejected with its name, rule and value:', () => {
  it.each([
    ['monitoring=yes', 'parameter monitoring: must be "on" or "off", received "yes"'],
    [
      'operationsEmail=nobody',
      'parameter operationsEmail: must be an e-mail address or "", received "nobody"',
    ],
    [
      'orderQueueAgeAlarm=0',
      'parameter orderQueueAgeAlarm: must be a whole number from 1 to 345600, received "0"',
    ],
    [
      'databaseCapacityAlarm=101',
      'parameter databaseCapacityAlarm: must be a whole number from 1 to 100, received "101"',
    ],
    ['logLevel=loud', 'parameter logLevel: must be "DEBUG", "INFO", "WARN" or "ERROR", received "loud"'],
  ])('%s', async (param, message) => {
    await expect(resolveWith(param)).rejects.toThrow(message);
  });
});

/** Returns the anchors of the runbook's entries: its headings of level 3, which are alarm names. */
const entriesOf = (runbook: string): string[] =>
  [...runbook.matchAll(/^### (\S+)$/gm)].map(([, name = '']) => name);
