import * as z from 'zod';
import { QUEUES, type QueueRow, type Store } from '../../topology.ts';
import { queueMappings } from '../template/queues.ts';
import { findReferred } from '../template/references.ts';
import { propertiesOf, resourcesOf, type Template } from '../template/template.ts';

/** A queue and the function that Lambda invokes with its messages. */
export interface Consumer extends FunctionSettings {
  /** Records per invocation, at most. */
  batchSize: number;
  /** Seconds to wait for a batch to fill. */
  windowSeconds: number;
  /** Invocations at once: the throttle. */
  maximumConcurrency: number;
  /** Seconds of a long poll. */
  pollSeconds: number;
  /** Seconds that the queue keeps a message. */
  retentionSeconds: number;
}

/** A consumer and the row of topology.ts that says what it does. */
export interface QueueConsumer extends Consumer {
  queue: QueueRow;
}

export interface FunctionSettings {
  memoryMb: number;
  /** Whether Lambda records traces of it by itself. */
  traced: boolean;
  /** Days that its log is kept. */
  logDays: number;
}

/** As much of a template as the cost follows from. */
export interface Settings {
  intake: FunctionSettings;
  /** Requests a second that `POST /orders` takes; undefined where it has no limit of its own. */
  intakeLimit: number | undefined;
  /** Days that the HTTP API's line for each request is kept; undefined where it writes none. */
  accessLogDays: number | undefined;
  /** By function name: those that every order passes come first, in their order. Those of disabled parts are left out. */
  consumers: Record<string, QueueConsumer>;
  /** Named as the `stores.in` of the rows that need it; default: none of them is enabled. */
  shippingDatabase?: AuroraSettings;
  salesDatabase?: RedshiftSettings;
  keys: number;
  secrets: number;
  /** Metrics that alarms watch: an alarm on an expression is charged for each. */
  alarmMetrics: number;
  compositeAlarms: number;
  dashboards: number;
  /** Whether publishing an order needs a KMS key. */
  orderEventsEncrypted: boolean;
}

interface AuroraSettings {
  /** ACU. */
  minCapacity: number;
  maxCapacity: number;
  /** Seconds without a statement until it pauses; undefined where it never does. */
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

/** Returns whether every order passes a queue: to be confirmed, or as a confirmed order. */
const isPassed = (queue: QueueRow): boolean => confirms(queue) || queue.topic === 'OrderEventsTopic';

/** The queues that every order passes; the first is that where it is confirmed. */
export const orderQueues = (queues: readonly QueueRow[]): QueueRow[] =>
  queues.filter(isPassed).toSorted((one, other) => Number(confirms(other)) - Number(confirms(one)));

/** The consumers of the queues that every order passes, in the same order. */
export const orderConsumers = ({ consumers }: Settings): QueueConsumer[] =>
  Object.values(consumers).filter(({ queue }) => isPassed(queue));

export const otherConsumers = ({ consumers }: Settings): QueueConsumer[] =>
  Object.values(consumers).filter(({ queue }) => !isPassed(queue));

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
 * Reads from a packaged template what the cost follows from.
 *
 * @throws Error that names the resource where it is missing, or is none that the prices are for
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
  if (!found) throw new Error(`template: a consumer stores orders in an ${type}, found none`);
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

/** Logical ids as Serverless makes them of a function's name. */
const idOf = (name: string, suffix: string) => `${name[0]?.toUpperCase()}${name.slice(1)}${suffix}`;

function readFunction(template: Template, name: string): FunctionSettings {
  const id = idOf(name, 'LambdaFunction');
  const { MemorySize, Architectures, TracingConfig } = functionProperties.parse(propertiesOf(template, id));
  if (Architectures[0] !== 'arm64') {
    throw new Error(`template: ${id} must be for arm64, as the prices are, received ${Architectures[0]}`);
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
  if (!found) throw new Error(`template: ${functionId} must have a mapping of a queue, found none`);
  const mapping = mappingProperties.parse(found.properties);
  if (!mapping.Enabled) {
    throw new Error(
      `template: ${found.id} must be enabled, since this reckons with Lambda only, received Enabled: false. ` +
        'A worker fleet that polls in its place, and what that costs, is in docs/worker-fleet.md.',
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

/** https://aws.amazon.com/cloudwatch/pricing/: an alarm costs as much as the metrics that its expression takes. */
function countAlarmMetrics(template: Template): number {
  const counts = resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, properties]) => {
    const { Metrics } = alarmProperties.parse(properties);
    return Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}
