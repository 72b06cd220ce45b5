import * as z from 'zod';
import { QUEUES, type QueueRow, type Store } from '../../topology.ts';
import { queueMappings } from '../template/queues.ts';
import { findReferred } from '../template/references.ts';
import { propertiesOf, resourcesOf, type Template } from '../template/template.ts';

/** The settings of a queue, its event source mapping and its function. */
export interface Consumer extends FunctionSettings {
  /** Maximum number of records per invocation. */
  batchSize: number;
  /** Batching window. */
  windowSeconds: number;
  /** Maximum number of concurrent invocations: the throttle. */
  maximumConcurrency: number;
  /** Duration of a long poll. */
  pollSeconds: number;
  /** Retention period of the queue. */
  retentionSeconds: number;
}

/** A consumer and the row of its queue in topology.ts. */
export interface QueueConsumer extends Consumer {
  queue: QueueRow;
}

export interface FunctionSettings {
  memoryMb: number;
  /** Whether active tracing is enabled. */
  traced: boolean;
  /** Retention of its log, in days. */
  logDays: number;
}

/** The settings of a template that affect cost and capacity. */
export interface Settings {
  intake: FunctionSettings;
  /** Requests a second that `POST /orders` accepts; undefined if the route has no limit of its own. */
  intakeLimit: number | undefined;
  /** Retention of the HTTP API's access log, in days; undefined if there is none. */
  accessLogDays: number | undefined;
  /** Consumers of enabled parts, by function name. Those that process every order come first, in the order of the queues. */
  consumers: Record<string, QueueConsumer>;
  /** Absent if no consumer with this `stores.in` is enabled. */
  shippingDatabase?: AuroraSettings;
  salesDatabase?: RedshiftSettings;
  keys: number;
  secrets: number;
  /** Number of metrics in alarms. An alarm on an expression is charged for each of its metrics. */
  alarmMetrics: number;
  compositeAlarms: number;
  dashboards: number;
  /** Whether the topic of confirmed orders is encrypted with a KMS key. */
  orderEventsEncrypted: boolean;
}

interface AuroraSettings {
  /** ACU. */
  minCapacity: number;
  maxCapacity: number;
  /** Seconds without a statement until it pauses; undefined if it never pauses. */
  pauseSeconds: number | undefined;
}

interface RedshiftSettings {
  /** RPU. */
  baseCapacity: number;
  maxCapacity: number;
}

/** Returns whether a queue's consumer claims orders in the ledger, publishes them and marks them as sent. */
export const confirms = ({ holds }: QueueRow): boolean => holds === 'order';

/** Returns whether a queue's consumer loads batches into the sales warehouse. */
export const loads = ({ stores }: QueueRow): boolean => stores?.in === 'salesDatabase';

/** Returns whether every order passes through a queue, before or after its confirmation. */
const holdsEveryOrder = (queue: QueueRow): boolean => confirms(queue) || queue.topic === 'OrderEventsTopic';

/** Returns the queues that every order passes through. The first is the order queue. */
export const orderQueues = (queues: readonly QueueRow[]): QueueRow[] =>
  queues.filter(holdsEveryOrder).toSorted((one, other) => Number(confirms(other)) - Number(confirms(one)));

/** Returns the consumers of the queues that every order passes through, in the same order. */
export const orderConsumers = ({ consumers }: Settings): QueueConsumer[] =>
  Object.values(consumers).filter(({ queue }) => holdsEveryOrder(queue));

export const otherConsumers = ({ consumers }: Settings): QueueConsumer[] =>
  Object.values(consumers).filter(({ queue }) => !holdsEveryOrder(queue));

const number = z.coerce.number();

const functionProperties = z.object({
  MemorySize: number,
  Architectures: z.tuple([z.string()]).default(['x86_64']),
  TracingConfig: z.object({ Mode: z.string() }).optional(),
});

const mappingProperties = z.object({
  Enabled: z.boolean().default(true),
  BatchSize: number.default(10),
  MaximumBatchingWindowInSeconds: number.default(0),
  ScalingConfig: z.object({ MaximumConcurrency: number }),
});

const queueProperties = z.object({ ReceiveMessageWaitTimeSeconds: number, MessageRetentionPeriod: number });

const stageProperties = z.object({
  AccessLogSettings: z.object({ DestinationArn: z.unknown() }).optional(),
  RouteSettings: z.record(z.string(), z.object({ ThrottlingRateLimit: number.optional() })).optional(),
});

const clusterProperties = z.object({
  ServerlessV2ScalingConfiguration: z.object({
    MinCapacity: number,
    MaxCapacity: number,
    SecondsUntilAutoPause: number.default(300),
  }),
});

const workgroupProperties = z.object({ BaseCapacity: number, MaxCapacity: number });

/**
 * Reads the settings that affect cost and capacity from a packaged template.
 *
 * @throws Error if a resource is missing or the price file does not cover it.
 */
export function readSettings(template: Template, queues: readonly QueueRow[] = QUEUES): Settings {
  const [stage] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage').map(([, each]) =>
    stageProperties.parse(each),
  );
  const consumers = readConsumers(template, queues);
  const isNeeded = (database: Store['in']) => consumers.some(({ queue }) => queue.stores?.in === database);
  const managedSecrets = resourcesOf(template, 'AWS::RDS::DBCluster').filter(
    ([, { ManageMasterUserPassword }]) => ManageMasterUserPassword === true,
  );
  return {
    intake: readFunction(template, 'intake'),
    intakeLimit: stage?.RouteSettings?.['POST /orders']?.ThrottlingRateLimit,
    accessLogDays: readAccessLogDays(template, stage?.AccessLogSettings?.DestinationArn),
    consumers: Object.fromEntries(consumers.map((each) => [each.queue.consumer, each])),
    ...(isNeeded('shippingDatabase') && { shippingDatabase: readAurora(template) }),
    ...(isNeeded('salesDatabase') && { salesDatabase: readRedshift(template) }),
    keys: resourcesOf(template, 'AWS::KMS::Key').length,
    secrets: resourcesOf(template, 'AWS::SecretsManager::Secret').length + managedSecrets.length,
    alarmMetrics: countAlarmMetrics(template),
    compositeAlarms: resourcesOf(template, 'AWS::CloudWatch::CompositeAlarm').length,
    dashboards: resourcesOf(template, 'AWS::CloudWatch::Dashboard').length,
    orderEventsEncrypted: propertiesOf(template, 'OrderEventsTopic').KmsMasterKeyId !== undefined,
  };
}

function readAccessLogDays(template: Template, destination: unknown): number | undefined {
  const logGroup = findReferred(template, 'AWS::Logs::LogGroup', destination);
  return logGroup === undefined ? undefined : readLogDays(template, logGroup);
}

const readLogDays = (template: Template, logGroup: string): number =>
  number.parse(propertiesOf(template, logGroup).RetentionInDays);

function readAurora(template: Template): AuroraSettings {
  const { MinCapacity, MaxCapacity, SecondsUntilAutoPause } = clusterProperties.parse(
    onlyResource(template, 'AWS::RDS::DBCluster'),
  ).ServerlessV2ScalingConfiguration;
  return {
    minCapacity: MinCapacity,
    maxCapacity: MaxCapacity,
    pauseSeconds: MinCapacity === 0 ? SecondsUntilAutoPause : undefined,
  };
}

function readRedshift(template: Template): RedshiftSettings {
  const { BaseCapacity, MaxCapacity } = workgroupProperties.parse(
    onlyResource(template, 'AWS::RedshiftServerless::Workgroup'),
  );
  return { baseCapacity: BaseCapacity, maxCapacity: MaxCapacity };
}

function onlyResource(template: Template, type: string): unknown {
  const [found] = resourcesOf(template, type);
  if (!found)
    throw new Error(`template: must have a resource ${type}, in which a consumer stores orders, found none`);
  return found[1];
}

/** Reads the consumers of the queues that are enabled. */
function readConsumers(template: Template, queues: readonly QueueRow[]): QueueConsumer[] {
  const isEnabled = ({ part, consumer }: QueueRow) =>
    !part || idOf(consumer, 'LambdaFunction') in template.Resources;
  return [...new Set([...orderQueues(queues), ...queues])]
    .filter(isEnabled)
    .map((queue) => ({ ...readConsumer(template, queue.consumer), queue }));
}

/** Returns the logical id that Serverless derives from a function's name. */
const idOf = (name: string, suffix: string) => `${name[0]?.toUpperCase()}${name.slice(1)}${suffix}`;

function readFunction(template: Template, name: string): FunctionSettings {
  const id = idOf(name, 'LambdaFunction');
  const { MemorySize, Architectures, TracingConfig } = functionProperties.parse(propertiesOf(template, id));
  if (Architectures[0] !== 'arm64') {
    throw new Error(
      `template: ${id}.Architectures must be arm64, the architecture of the prices, received ${Architectures[0]}`,
    );
  }
  return {
    memoryMb: MemorySize,
    traced: TracingConfig?.Mode === 'Active',
    logDays: readLogDays(template, idOf(name, 'LogGroup')),
  };
}

function readConsumer(template: Template, name: string): Consumer {
  const functionId = idOf(name, 'LambdaFunction');
  const found = queueMappings(template).find((mapping) => mapping.functionId === functionId);
  if (!found)
    throw new Error(`template: ${functionId} must have an event source mapping of a queue, found none`);
  const mapping = mappingProperties.parse(found.properties);
  if (!mapping.Enabled) {
    throw new Error(
      `template: ${found.id}.Enabled must be true, received false: npm run cost does not support worker fleets. ` +
        'Their cost is in docs/worker-fleet.md.',
    );
  }
  const queue = queueProperties.parse(propertiesOf(template, found.queueId ?? ''));
  return {
    ...readFunction(template, name),
    batchSize: mapping.BatchSize,
    windowSeconds: mapping.MaximumBatchingWindowInSeconds,
    maximumConcurrency: mapping.ScalingConfig.MaximumConcurrency,
    pollSeconds: queue.ReceiveMessageWaitTimeSeconds,
    retentionSeconds: queue.MessageRetentionPeriod,
  };
}

const alarmProperties = z.object({
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
});

/** An alarm on an expression is charged for each of its metrics: https://aws.amazon.com/cloudwatch/pricing/ */
function countAlarmMetrics(template: Template): number {
  const counts = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, properties]) => {
    const { Metrics } = alarmProperties.parse(properties);
    return Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
