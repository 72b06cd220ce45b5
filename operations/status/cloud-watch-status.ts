import { type MetricPoint, type MetricQuery, readMetrics } from '../aws/metrics.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { cachedFor } from './cached-for.ts';
import { type Measured, queueNameOf, type StatusSource } from './pipeline-status.ts';

const MINUTE_MS = 60_000;
/** Totals cover the last hour. */
const TOTALS_MS = 60 * MINUTE_MS;
/** Metrics arrive once a minute: more frequent requests cost money and return the same values. */
const CACHE_MS = 30_000;
/** Metrics arrive some minutes late; older values do not describe the present. */
const RECENT_MS = 5 * MINUTE_MS;

const QUEUE_METRICS = [
  ['ApproximateAgeOfOldestMessage', 'Maximum'],
  ['NumberOfMessagesSent', 'Sum'],
  ['NumberOfMessagesDeleted', 'Sum'],
] as const;
const FUNCTION_METRICS = [
  ['Invocations', 'Sum'],
  ['Errors', 'Sum'],
  ['Duration', 'Sum'],
  ['ConcurrentExecutions', 'Maximum'],
] as const;

type StatusPipeline = Pick<Pipeline, 'prefix' | 'queues' | 'topicArn'> & {
  clients: Pick<Pipeline['clients'], 'cloudWatch'>;
};

/**
 * Reads a stage's status from CloudWatch: totals of the last hour and rates of the last whole minute, at most twice a minute.
 *
 * Metrics: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html,
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
 * https://docs.aws.amazon.com/sns/latest/dg/sns-monitoring-using-cloudwatch.html
 *
 * @param names Names of the stage's functions in serverless.yml.
 */
export function createCloudWatchStatus(
  { prefix, queues, topicArn, clients }: StatusPipeline,
  names: readonly string[],
): StatusSource {
  const queueNames = queues.map(({ url }) => queueNameOf(url));
  const queries: MetricQuery[] = [
    ...queueNames.flatMap((queue) =>
      QUEUE_METRICS.map(([name, statistic]) => query('AWS/SQS', name, ['QueueName', queue], statistic)),
    ),
    ...names.flatMap((each) =>
      FUNCTION_METRICS.map(([name, statistic]) =>
        query('AWS/Lambda', name, ['FunctionName', `${prefix}${each}`], statistic),
      ),
    ),
    query(
      'AWS/SNS',
      'NumberOfMessagesPublished',
      ['TopicName', topicArn.slice(topicArn.lastIndexOf(':') + 1)],
      'Sum',
    ),
  ];

  async function measure(): Promise<Measured> {
    const now = Date.now();
    const from = Math.floor((now - TOTALS_MS) / MINUTE_MS) * MINUTE_MS;
    const series = await readMetrics(clients.cloudWatch, queries, from, now);
    const next = series.values();
    const take = () => next.next().value ?? [];
    return {
      since: new Date(from).toISOString(),
      // `take` returns the series in the order of the queries.
      queues: new Map(
        queueNames.map((queue) => {
          const oldestSeconds = latest(take(), now) ?? null;
          const [sent, deleted] = [take(), take()];
          const rates = { inPerSecond: ratePerSecond(sent, now), outPerSecond: ratePerSecond(deleted, now) };
          return [queue, { oldestSeconds, taken: sum(sent), ...rates }];
        }),
      ),
      functions: names.map((name) => {
        const [invocations, errors, totalMs] = [sum(take()), sum(take()), sum(take())];
        const averageMs = invocations > 0 ? totalMs / invocations : null;
        // Functions without invocations have no metrics.
        return { name, invocations, errors, averageMs, running: latest(take(), now) ?? 0 };
      }),
      confirmed: sum(take()),
      denials: null,
    };
  }

  return { measure: cachedFor(CACHE_MS, measure) };
}

const query = (
  namespace: string,
  name: string,
  dimension: MetricQuery['dimension'],
  statistic: MetricQuery['statistic'],
): MetricQuery => ({ namespace, name, dimension, statistic });

const sum = (points: readonly MetricPoint[]): number => points.reduce((total, { value }) => total + value, 0);

/** Returns the value of the last complete minute, provided that it is recent. */
function latest(points: readonly MetricPoint[], now: number): number | undefined {
  const last = points.findLast(({ start }) => start + MINUTE_MS <= now);
  return last && now - last.start <= RECENT_MS + MINUTE_MS ? last.value : undefined;
}

function ratePerSecond(points: readonly MetricPoint[], now: number): number | null {
  const perMinute = latest(points, now);
  return perMinute === undefined ? null : perMinute / 60;
}
