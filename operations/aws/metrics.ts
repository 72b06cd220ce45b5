import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type GetMetricDataCommandOutput,
} from '@aws-sdk/client-cloudwatch';
import { withServiceErrors } from '../../lib/errors.ts';

/** One metric of one resource. */
export interface MetricQuery {
  namespace: string;
  name: string;
  dimension: readonly [name: string, value: string];
  statistic: 'Sum' | 'Maximum';
}

/** What a metric was over one minute. */
export interface MetricPoint {
  /** When the minute began, epoch ms. */
  start: number;
  value: number;
}

/**
 * Metrics by the minute, in one request of GetMetricData, which takes 500 of them
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
 *
 * @param from epoch ms, a whole minute
 * @param until epoch ms
 * @returns points of each query, in its place, oldest first; minutes without data have none
 * @throws ServiceError
 */
export async function readMetrics(
  client: CloudWatchClient,
  queries: readonly MetricQuery[],
  from: number,
  until: number,
): Promise<MetricPoint[][]> {
  const points: MetricPoint[][] = queries.map(() => []);
  let token: string | undefined;
  do {
    const command: GetMetricDataCommand = new GetMetricDataCommand({
      MetricDataQueries: queries.map(({ namespace, name, dimension, statistic }, index) => ({
        Id: `m${index}`,
        MetricStat: {
          Metric: {
            Namespace: namespace,
            MetricName: name,
            Dimensions: [{ Name: dimension[0], Value: dimension[1] }],
          },
          Period: 60,
          Stat: statistic,
        },
      })),
      StartTime: new Date(from),
      EndTime: new Date(until),
      ScanBy: 'TimestampAscending',
      ...(token !== undefined && { NextToken: token }),
    });
    const answer: GetMetricDataCommandOutput = await withServiceErrors('GetMetricData', client.send(command));
    for (const { Id = '', Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
      const found = Timestamps.map((time, index) => ({ start: time.getTime(), value: Values[index] ?? 0 }));
      points[Number(Id.slice(1))]?.push(...found);
    }
    token = answer.NextToken;
  } while (token !== undefined);
  return points;
}
