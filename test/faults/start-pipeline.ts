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
 * Seconds for which each queue hides a message, much shorter than deployed, so that what failed is redelivered within a test. The
 * order queue's outlasts a claim's lease, as it does when deployed: with workers that is their 8 s and 5 s for clocks, with
 * the function 30 s and 5 s.
 */
const HIDING: Record<Schedule['runtime'], { order: number; others: number }> = {
  workers: { order: 14, others: 10 },
  functions: { order: 36, others: 20 },
};
/** One batch in flight each, so that a death between two of its steps is not also one between steps of another batch. */
const WORKERS = {
  'consumer-1': { functionName: 'consumer', args: ['--concurrency', '1', '--timeout', '8'] },
  'consumer-2': { functionName: 'consumer', args: ['--concurrency', '1', '--timeout', '8'] },
  'fulfillment-1': { functionName: 'fulfillment', args: ['--concurrency', '2', '--timeout', '30'] },
  'analytics-1': { functionName: 'analytics', args: ['--concurrency', '1', '--timeout', '30'] },
  // Reading ends a minute before its time does.
  'ingest-1': { functionName: 'ingest', args: ['--concurrency', '1', '--timeout', '90'] },
} as const;
/** Concurrent consumers: workers, or invocations. */
export const CONSUMERS = 2;
/** Orders that one of them has in flight, at most: a worker's batch, or an invocation's. */
export const IN_HAND = { workers: 10, functions: 100 };

/** The whole pipeline in processes of its own, each of which can be made to fail. */
export interface RunningPipeline {
  /** The embedded cloud that was started last. */
  current(): Cloud;
  workers: Workers | undefined;
  /** How often the embedded cloud has been started. */
  cloudStarts(): number;
  /** Has the embedded cloud end by a signal, unless it has ended, and starts it again on its data directory. */
  restartCloud(signal: NodeJS.Signals): Promise<void>;
  stopDatabase(): Promise<void>;
  startDatabase(): Promise<void>;
  cutDatabase(): void;
  stop(): Promise<void>;
}

/** @param directory an empty one, which Postgres' user must be able to enter */
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
      const { order, others } = HIDING[runtime];
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
    const settings = parseEnv(await readFile(join(directory, 'local', 'worker.env'), 'utf8'));
    const proxies = new Map<string, string>();
    for (const name of Object.keys(WORKERS)) proxies.set(name, await proxy.addClient(name));
    const environmentOf = (name: string) => {
      const text = JSON.stringify(settings).replaceAll(proxyOfFunctions, proxies.get(name) ?? '');
      return { ...JSON.parse(text), NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '' };
    };
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
