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

/** The value of a metric over one minute. */
export interface MetricPoint {
  /** When the minute began, in epoch milliseconds. */
  start: number;
  value: number;
}

/**
 * Reads metrics by the minute with GetMetricData, which accepts up to 500 of them
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html).
 *
 * @param from Start of the range: a whole minute, in epoch milliseconds.
 * @param until End of the range, in epoch milliseconds.
 * @returns For each query, in the order given, its points, oldest first. Minutes without data have no point.
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
