import { DescribeStatementCommand } from '@aws-sdk/client-redshift-data';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createRedshiftDataClient } from '../../lib/aws/clients.ts';
import { waitForRedshiftStatement } from '../../lib/aws/redshift-database.ts';
import { skipPauses } from '../skip-pauses.ts';
import { intercept } from './intercept.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('polls a statement after pauses that grow from 0.1 to 1 s, until the next one would exceed the deadline', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  const pauses = skipPauses((ms) => vi.setSystemTime(Date.now() + ms));
  const client = createRedshiftDataClient({ region: 'eu-central-1' });
  onTestFinished(() => client.destroy());
  const polls = intercept(client, DescribeStatementCommand, async ({ Id }) => ({
    $metadata: {},
    Id,
    Status: 'STARTED' as const,
  }));
  const deadline = Date.now() + 5_000;
  await expect(waitForRedshiftStatement(client, 's-1', deadline)).rejects.toMatchObject({
    name: 'DatabaseError',
    code: 'statement_not_finished',
    unreachable: false,
  });
  expect(pauses.map(Math.round)).toEqual([100, 150, 225, 338, 506, 759, 1_000, 1_000]);
  expect(polls).toHaveLength(pauses.length + 1);
});
