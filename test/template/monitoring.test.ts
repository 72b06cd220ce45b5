import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { propertiesOf, resourcesOf, type Template } from '../../cli/template/template.ts';
import { listReferences } from '../../local/stack/list-references.ts';
import { packageStack } from '../run-serverless.ts';
import { FLEETS, withParts } from './parameter-sets.ts';
import { resolveWith } from './resolve-with.ts';
import { listDangling } from './template.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');

/** A CloudWatch alarm, as far as is looked at here. */
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

/** Alarms by what they are about: metric, then the value of its only dimension. */
function alarmOn(template: Template, metric: string, value: unknown): Alarm {
  const found = alarmsOf(template).filter(
    ({ MetricName, Dimensions }) =>
      MetricName === metric && JSON.stringify(Dimensions[0]?.Value) === JSON.stringify(value),
  );
  expect(found, `${metric} of ${JSON.stringify(value)}`).toHaveLength(1);
  return found[0] as Alarm;
}
const queueName = (id: string) => ({ 'Fn::GetAtt': [id, 'QueueName'] });

/** Queues that have a dead-letter queue, with its logical id. */
const sourceQueues = (template: Template): [id: string, dlqId: string][] =>
  resourcesOf(template, 'AWS::SQS::Queue').flatMap(([id, { RedrivePolicy }]) => {
    const target = (RedrivePolicy as { deadLetterTargetArn: { 'Fn::GetAtt': string[] } } | undefined)
      ?.deadLetterTargetArn['Fn::GetAtt'][0];
    return target ? [[id, target]] : [];
  });

const bodyOf = (template: Template): string =>
  (propertiesOf(template, 'MonitoringDashboard').DashboardBody as { 'Fn::Sub': string })['Fn::Sub'];
const widgetsOf = (template: Template): Widget[] => JSON.parse(bodyOf(template)).widgets;
/** Names of the pipeline's own metrics that the dashboard shows. */
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

  it('refers to nothing that the stack does not hold', () => {
    expect(listDangling(template)).toEqual([]);
  });

  it('watches the dead-letter queue of each queue for messages, and the age of the queue', () => {
    const queues = sourceQueues(template);
    // All queues are the one or the other.
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

  it('lets a message of a queue of small ones have its three receives before its age is an alarm', () => {
    for (const [id] of sourceQueues(template)) {
      if (id === 'UploadQueue') continue;
      const timeout = propertiesOf(template, id).VisibilityTimeout as number;
      const { Threshold } = alarmOn(template, 'ApproximateAgeOfOldestMessage', queueName(id));
      expect(Threshold, id).toBeGreaterThan(3 * timeout);
    }
  });

  it('watches each function for errors and throttles, summed up over 5 minutes', () => {
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

  it('watches the HTTP API for answers of 5xx, which are no errors to Lambda', () => {
    expect(alarmOn(template, '5xx', { Ref: 'HttpApi' })).toMatchObject({
      Namespace: 'AWS/ApiGateway',
      Dimensions: [{ Name: 'ApiId' }],
      Statistic: 'Sum',
      Threshold: 5,
    });
  });

  it('watches the capacity of the databases that there are', () => {
    const databases = alarmsOf(template).filter(({ Namespace }) =>
      ['AWS/RDS', 'AWS/Redshift-Serverless'].includes(Namespace),
    );
    expect(
      databases.map(({ MetricName, Dimensions, Threshold }) => [MetricName, Dimensions[0], Threshold]),
    ).toEqual([
      ...idsOf(template, 'AWS::RDS::DBCluster').flatMap((id) => {
        const dimension = { Name: 'DBClusterIdentifier', Value: { Ref: id } };
        // 4 ACU take 823 connections, of which 90 %.
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

  it('has alarms of different names that tell the operations topic, and take no data for no trouble', () => {
    const alarms = alarmsOf(template);
    expect(new Set(alarms.map(({ AlarmName }) => AlarmName)).size).toBe(alarms.length);
    for (const { AlarmName, AlarmActions, TreatMissingData, ...others } of alarms) {
      expect(AlarmName).toMatch(/^order-pipeline-test-[a-z-]+$/);
      expect(AlarmActions, AlarmName).toEqual([{ Ref: 'OperationsTopic' }]);
      expect(TreatMissingData, AlarmName).toBe('notBreaching');
      expect(others, AlarmName).not.toHaveProperty('OKActions');
    }
  });

  it('says with each alarm what to do, and where the runbook says more', () => {
    const entries = new Set(entriesOf(runbook));
    for (const { AlarmName, AlarmDescription } of alarmsOf(template)) {
      const [, text, anchor] = /^(.+): docs\/runbook\.md#(.+)$/.exec(AlarmDescription) ?? [];
      expect(text?.length, AlarmName).toBeGreaterThan(40);
      expect(entries, AlarmName).toContain(anchor);
      // The most that CloudWatch takes.
      expect(AlarmDescription.length, AlarmName).toBeLessThanOrEqual(1_024);
    }
  });

  it('shows each queue, function, database and alarm of the stack on the dashboard, and no other', () => {
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

  it('shows what the parts that are on report of themselves', () => {
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

  it('has a dashboard whose widgets fit into its 24 columns side by side', () => {
    const taken = new Set<string>();
    for (const { x, y, width, height } of widgetsOf(template)) {
      expect(x + width).toBeLessThanOrEqual(24);
      for (let column = x; column < x + width; column++) {
        for (let row = y; row < y + height; row++) {
          expect(taken).not.toContain(`${column} ${row}`);
          taken.add(`${column} ${row}`);
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

  it('has, with a fleet, an alarm for each entry of the runbook', { timeout: 120_000 }, async () => {
    const entries = entriesOf(await readFile(join(DOCS, 'runbook.md'), 'utf8'));
    const withFleet = await packaged(...FLEETS.ec2);
    const anchors = [template, withFleet]
      .flatMap(alarmsOf)
      .map(({ AlarmDescription }) => AlarmDescription.split('#').at(-1));
    expect(entries.toSorted()).toEqual([...new Set(anchors)].toSorted());
  });

  it('shows only metrics that docs/monitoring.md describes', async () => {
    const described = await readFile(join(DOCS, 'monitoring.md'), 'utf8');
    for (const name of ownMetrics(template)) expect(described).toContain(`| \`${name}\` |`);
  });

  it('has graphs of its region, each with a statistic, and metrics that a stage shares with no other', () => {
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

  it('sends e-mails to nobody', () => {
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
] as const)('with a fleet on %s, monitoring', (kind, least, metric, dimensions) => {
  let template: Template;
  beforeAll(async () => {
    template = await packaged(...FLEETS[kind]);
  }, 120_000);

  it('watches that the fewest workers run, and takes no data for trouble', () => {
    const alarm = propertiesOf(template, 'WorkerFleetSizeAlarm');
    expect(alarm).toMatchObject({
      MetricName: metric,
      Dimensions: dimensions,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: least,
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

it('with monitoring off, only alarms and dashboard are left out', { timeout: 240_000 }, async () => {
  const all = await packaged();
  const template = await packaged('monitoring=off');
  expect(listDangling(template)).toEqual([]);
  const others = Object.entries(all.Resources).filter(
    ([, { Type }]) => !Type.startsWith('AWS::CloudWatch::'),
  );
  expect(Object.keys(template.Resources)).toEqual(others.map(([id]) => id));
  expect(template.Resources).toHaveProperty('OperationsTopic');
});

it('stage parameters set thresholds, times, the e-mail and the runbook', { timeout: 120_000 }, async () => {
  const { template } = await packageStack(
    'tuned',
    'deadLettersAlarm=10',
    'orderQueueAgeAlarm=61',
    'uploadQueueAgeAlarm=62',
    'shippingQueueAgeAlarm=63',
    'analyticsQueueAgeAlarm=64',
    'functionErrorsAlarm=3',
    'functionThrottlesAlarm=4',
    'httpErrorsAlarm=50',
    'databaseCapacityAlarm=80',
    'alarmMinutes=10',
    'shippingMaxCapacity=64',
    'salesBaseCapacity=8',
    'salesMaxCapacity=8',
    'operationsEmail=ops@example.com',
    'runbook=https://example.com/runbook.md',
  );
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
  // 80 % of 2,000, the most that a cluster takes which may pause.
  expect(alarmOn(template, 'DatabaseConnections', database)).toMatchObject({ Threshold: 1_600 });
  // A warehouse that cannot grow is as large as it may be whenever it works.
  expect(alarmsOf(template).filter(({ MetricName }) => MetricName === 'ComputeCapacity')).toEqual([]);
  expect(propertiesOf(template, 'OperationsEmail')).toEqual({
    TopicArn: { Ref: 'OperationsTopic' },
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  expect(deadLetters.AlarmDescription).toContain('https://example.com/runbook.md#order-queue-dlq-not-empty');
  expect(bodyOf(template)).toContain('(https://example.com/runbook.md)');
});

describe('a parameter with a value that it does not know is refused by name:', () => {
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
    ['logLevel=loud', 'parameter logLevel: must be "DEBUG" or "INFO" or "WARN" or "ERROR", received "loud"'],
  ])('%s', async (param, message) => {
    await expect(resolveWith(param)).rejects.toThrow(message);
  });
});

/** Anchors of the entries of the runbook: its headings of level 3, which are alarms' names. */
const entriesOf = (runbook: string): string[] =>
  [...runbook.matchAll(/^### (\S+)$/gm)].map(([, name = '']) => name);
