import { once } from 'node:events';
import { createServer } from 'node:net';
import { resolve } from 'node:path';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test } from 'vitest';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { type EmbeddedCloudOptions, startEmbeddedCloud } from '../../local/embedded-cloud.ts';
import { startTestPostgres } from '../database/start-test-postgres.ts';
import { createTestDirectory } from '../local/create-test-directory.ts';
import { guardThreads } from '../local/guard-threads.ts';

guardThreads();

async function start(options: Partial<EmbeddedCloudOptions>) {
  return startEmbeddedCloud({
    projectDirectory: resolve(import.meta.dirname, '../..'),
    localDirectory: await createTestDirectory(),
    port: 0,
    awsPort: 0,
    onCrash: (error) => {
      throw error;
    },
    ...options,
  });
}

/**
 * Occupies a port until the test ends. It is below the range from which systems choose free ports (Linux: from 32,768), so that no
 * other test gets one of its neighbors.
 */
async function takePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer().listen(port, '127.0.0.1');
    const listening = await once(server, 'listening').catch(() => undefined);
    if (!listening) continue;
    onTestFinished(() => void server.close());
    return port;
  }
}

const countChildren = (): number =>
  process.getActiveResourcesInfo().filter((resource) => resource === 'ProcessWrap').length;

test('a start that fails at its last step leaves no thread and no process', async () => {
  const port = await takePort();
  const before = countChildren();
  await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  // esbuild's child process ends a moment after it was stopped.
  await expect.poll(countChildren).toBe(before);
});

test('a start fails with the reason and leaves the database unchanged if its schema is newer than the code', async () => {
  const postgres = await startTestPostgres();
  onTestFinished(() => postgres.stop());
  const cloud = await start({ databaseUrl: postgres.url });
  await cloud.stop();
  const database = createPostgresDatabase(postgres.url);
  onTestFinished(() => database.close());
  await database.query(
    "INSERT INTO schema_migrations VALUES ('sales', 99, '0099-of-next-year', CURRENT_TIMESTAMP)",
  );
  const [before] = await database.query('SELECT CAST(count(*) AS text) AS applied FROM schema_migrations');

  await expect(start({ databaseUrl: postgres.url })).rejects.toMatchObject({
    code: 'MIGRATION_FAILED',
    message: expect.stringMatching(/^migrate: sales: code must not be older than the schema: /),
  });
  const [after] = await database.query('SELECT CAST(count(*) AS text) AS applied FROM schema_migrations');
  expect(after).toEqual(before);
});

test('DynamoDB and Postgres use the ports after that of the AWS services, or free ones if those are in use', async () => {
  const taken = await takePort();
  const cloud = await start({ awsPort: taken - 2 });
  onTestFinished(() => cloud.stop());
  const portOf = (output: string) => Number(new URL(cloud.outputs[output] ?? '').port);
  expect(portOf('AwsEndpointUrl')).toBe(taken - 2);
  expect(portOf('DynamoDbEndpointUrl')).toBe(taken - 1);
  expect(portOf('DatabaseUrl')).not.toBe(taken);
});

test('no function receives a message before events are started', async () => {
  const cloud = await start({});
  onTestFinished(() => cloud.stop());
  const { payload } = await cloud.invoke('producer', { count: 50 });
  expect(JSON.parse(payload)).toMatchObject({ sent: 50 });
  const { Attributes } = await cloud.clients.sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: cloud.outputs.OrderQueueUrl, AttributeNames: ['All'] }),
  );
  // A running mapping would have some messages in flight during its batching window.
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '50',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
  cloud.startEvents();
  await expect.poll(async () => (await cloud.counts()).mails, { timeout: 15_000 }).toBe(50);
});
