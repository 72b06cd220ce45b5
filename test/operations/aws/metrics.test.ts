import { GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { expect, onTestFinished, test } from 'vitest';
import { createCloudWatchClient } from '../../../lib/aws/clients.ts';
import { readMetrics } from '../../../operations/aws/metrics.ts';
import { intercept } from '../../aws/intercept.ts';

test('reads all pages of the points of each metric, oldest first', async () => {
  const client = createCloudWatchClient({ region: 'eu-central-1' });
  onTestFinished(() => client.destroy());
  const minute = (count: number) => new Date(count * 60_000);
  const pages = [
    { NextToken: 'second', MetricDataResults: [{ Id: 'm1', Timestamps: [minute(1)], Values: [10] }] },
    {
      MetricDataResults: [
        { Id: 'm0', Timestamps: [minute(1)], Values: [5] },
        { Id: 'm1', Timestamps: [minute(2), minute(3)], Values: [20, 30] },
      ],
    },
  ];
  const asked = intercept(client, GetMetricDataCommand, async () => ({ $metadata: {}, ...pages.shift() }));
  const queries = ['Sent', 'Deleted'].map((name) => ({
    namespace: 'AWS/SQS',
    name,
    dimension: ['QueueName', 'orders'] as const,
    statistic: 'Sum' as const,
  }));
  expect(await readMetrics(client, queries, 0, 240_000)).toEqual([
    [{ start: 60_000, value: 5 }],
    [
      { start: 60_000, value: 10 },
      { start: 120_000, value: 20 },
      { start: 180_000, value: 30 },
    ],
  ]);
  expect(asked.map(({ NextToken }) => NextToken)).toEqual([undefined, 'second']);
});
