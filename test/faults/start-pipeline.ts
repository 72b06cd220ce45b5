import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import type { FaultProxy } from '../../harness/fault-proxy/start-fault-proxy.ts';
import { type Cloud, type CloudOptions, startCloud } from '../../harness/start-cloud.ts';
import { startPostgres } from '../../local/postgres/start-postgres.ts';
import type { Schedule } from './schedule.ts';
import { startGate } from './start-gate.ts';
import { startWorkers, type Workers } from './start-workers.ts';

/**
 * Visibility timeouts in seconds, shorter than deployed, so that failed messages are redelivered within a test. As when deployed,
 * the order queue's exceeds a claim's lease: 8 s + 5 s for clock skew with workers, 30 s + 5 s with the function.
 */
const VISIBILITY_TIMEOUTS: Record<Schedule['runtime'], { order: number; others: number }> = {
  workers: { order: 14, others: 10 },
  functions: { order: 36, others: 20 },
};
/** One batch in flight per consumer, so that a kill interrupts only one batch. */
const WORKERS = {
  'consumer-1': { functionName: 'consumer', args: ['--concurrency', '1', '--timeout', '8'] },
  'consumer-2': { functionName: 'consumer', args: ['--concurrency', '1', '--timeout', '8'] },
  'fulfillment-1': { functionName: 'fulfillment', args: ['--concurrency', '2', '--timeout', '30'] },
  'analytics-1': { functionName: 'analytics', args: ['--concurrency', '1', '--timeout', '30'] },
  // Ingest stops reading one minute before its timeout.
  'ingest-1': { functionName: 'ingest', args: ['--concurrency', '1', '--timeout', '90'] },
} as const;
/** Number of concurrent consumers: workers or invocations. */
export const CONSUMERS = 2;
/** Maximum number of orders in flight per consumer. */
export const MAX_IN_FLIGHT = { workers: 10, functions: 100 };

/** The whole pipeline in separate processes that can be killed. */
export interface RunningPipeline {
  /** Returns the running embedded cloud. */
  current(): Cloud;
  workers: Workers | undefined;
  /** Returns the number of starts of the embedded cloud. */
  cloudStarts(): number;
  /** Stops the embedded cloud with a signal, if it is running, and restarts it with its data directory. */
  restartCloud(signal: NodeJS.Signals): Promise<void>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  cutDatabase(): void;
  stop(): Promise<void>;
}

/** @param directory Empty directory that the Postgres user can access. */
export async function startPipeline(
  { runtime }: Schedule,
  proxy: FaultProxy,
  directory: string,
): Promise<RunningPipeline> {
  await using cleanUp = new AsyncDisposableStack();
  const gate = await startGate();
  cleanUp.defer(gate.close);
  const database = { port: 0, dataDir: join(directory, 'postgres') };
  let postgres = await startPostgres(database);
  cleanUp.defer(() => postgres.stop());
  const useDatabase = () => gate.setTarget(Number(new URL(postgres.url).port));
  useDatabase();

  const proxyOfFunctions = await proxy.addClient('functions');
  const options: CloudOptions = {
    directory,
    keepsData: true,
    databaseUrl: `postgres://postgres@127.0.0.1:${gate.port}/orders`,
    params: { consumerConcurrency: CONSUMERS },
    proxy: proxyOfFunctions,
    quiet: true,
  };
  let cloudStarts = 0;
  async function start(): Promise<Cloud> {
    cloudStarts++;
    const started = await startCloud(options);
    const { AwsEndpointUrl = '', DynamoDbEndpointUrl = '' } = started.outputs;
    const { clients, queues } = started.pipeline;
    for (const { name, url: QueueUrl } of queues) {
      const { order, others } = VISIBILITY_TIMEOUTS[runtime];
      const Attributes = { VisibilityTimeout: String(name === 'order' ? order : others) };
      await clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    }
    proxy.setUpstream({ awsEndpoint: AwsEndpointUrl, dynamoDbEndpoint: DynamoDbEndpointUrl });
    if (runtime === 'functions') await started.call('startEvents');
    return started;
  }
  let cloud = await start();
  cleanUp.defer(() => cloud.kill('SIGKILL'));

  let workers: Workers | undefined;
  if (runtime === 'workers') {
    const environments = new Map<string, Record<string, string>>();
    for (const [name, { functionName }] of Object.entries(WORKERS)) {
      const file = join(directory, 'local/workers', `${functionName}.env`);
      const own = await proxy.addClient(name);
      const settings = parseEnv((await readFile(file, 'utf8')).replaceAll(proxyOfFunctions, own));
      environments.set(name, { ...settings, NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '' });
    }
    const environmentOf = (name: string) => environments.get(name) ?? {};
    workers = await startWorkers({ directory, environmentOf, workers: WORKERS });
    cleanUp.defer(workers.stop);
  }

  const running = cleanUp.move();
  return {
    current: () => cloud,
    workers,
    cloudStarts: () => cloudStarts,
    async restartCloud(signal) {
      proxy.setUpstream(undefined);
      await cloud.kill(signal);
      cloud = await start();
    },
    async stopDatabase() {
      await postgres.stop();
      gate.cut();
    },
    async startDatabase() {
      postgres = await startPostgres(database);
      useDatabase();
    },
    cutDatabase: gate.cut,
    stop: () => running.disposeAsync(),
  };
}
