import * as z from 'zod';
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
  consumer: Consumer;
  ingest: Consumer;
  /** Left out where shipping is off. */
  shipping?: {
    fulfillment: Consumer;
    /** ACU. */
    minCapacity: number;
    maxCapacity: number;
    /** Seconds without a statement until it pauses; undefined where it never does. */
    pauseSeconds: number | undefined;
  };
  /** Left out where sales are off. */
  sales?: {
    analytics: Consumer;
    /** RPU. */
    baseCapacity: number;
    maxCapacity: number;
  };
  keys: number;
  secrets: number;
  /** Metrics that alarms watch: an alarm on an expression is charged for each. */
  alarmMetrics: number;
  compositeAlarms: number;
  dashboards: number;
  /** Whether publishing an order needs a KMS key. */
  orderEventsEncrypted: boolean;
}

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
export function readSettings(template: Template): Settings {
  const [stage] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage').map(([, each]) =>
    stageProperties.parse(each),
  );
  const cluster = resourcesOf(template, 'AWS::RDS::DBCluster')[0]?.[1];
  const workgroup = resourcesOf(template, 'AWS::RedshiftServerless::Workgroup')[0]?.[1];
  const managedSecrets = resourcesOf(template, 'AWS::RDS::DBCluster').filter(
    ([, { ManageMasterUserPassword }]) => ManageMasterUserPassword === true,
  );
  return {
    intake: readFunction(template, 'intake'),
    intakeLimit: stage?.RouteSettings?.['POST /orders']?.ThrottlingRateLimit,
    accessLogDays: readAccessLogDays(template, stage?.AccessLogSettings?.DestinationArn),
    consumer: readConsumer(template, 'consumer'),
    ingest: readConsumer(template, 'ingest'),
    ...(cluster && { shipping: readShipping(template, cluster) }),
    ...(workgroup && { sales: readSales(template, workgroup) }),
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

function readShipping(template: Template, cluster: unknown): NonNullable<Settings['shipping']> {
  const { MinCapacity, MaxCapacity, SecondsUntilAutoPause } =
    clusterProperties.parse(cluster).ServerlessV2ScalingConfiguration;
  return {
    fulfillment: readConsumer(template, 'fulfillment'),
    minCapacity: MinCapacity,
    maxCapacity: MaxCapacity,
    pauseSeconds: MinCapacity === 0 ? SecondsUntilAutoPause : undefined,
  };
}

function readSales(template: Template, workgroup: unknown): NonNullable<Settings['sales']> {
  const { BaseCapacity, MaxCapacity } = workgroupProperties.parse(workgroup);
  return {
    analytics: readConsumer(template, 'analytics'),
    baseCapacity: BaseCapacity,
    maxCapacity: MaxCapacity,
  };
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
