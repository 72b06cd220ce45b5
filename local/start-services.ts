import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeniedRequest } from '../operations/status/inspection.ts';
import { startAwsServices } from './aws-services/start-aws-services.ts';
import type { FunctionCalls } from './aws-services/worker.ts';
import { startDynamoDb } from './dynamodb/start-dynamodb.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import { startTogether } from './start-together.ts';

/** Ports and data directory of the services. */
export interface ServicesPlace {
  /** Port of the HTTP API; 0 for any free port. */
  port: number;
  /**
   * Port of SQS, SNS and S3; 0 for any free port. DynamoDB uses the next port and Postgres the one after it, or any free port
   * if theirs is in use.
   */
  awsPort: number;
  /** Directory that keeps queues, objects and tables across restarts and crashes. Default: memory. */
  dataDir?: string | undefined;
  /** URL of an empty Postgres database, or of one that a previous run used. Default: a server is started. */
  databaseUrl?: string;
  /** Called when a service crashes. */
  onCrash: (error: Error) => void;
}

export interface ServicesOptions extends ServicesPlace {
  mailboxQueueName: string;
  /** Functions and event source mappings for Lambda's API. */
  functions: FunctionCalls;
  /** Called with each request that IAM refuses. */
  onDenied: (request: DeniedRequest) => void;
  /** Returns whether any function uses Postgres. */
  needsDatabase: () => Promise<boolean>;
}

/** Starts SQS, SNS, S3, DynamoDB and, if needed, Postgres concurrently. `cleanUp` stops them. */
export async function startServices(options: ServicesOptions, cleanUp: AsyncDisposableStack) {
  const { port, awsPort, dataDir, databaseUrl, onCrash, mailboxQueueName, functions, onDenied } = options;
  // Postgres never runs as root and must be able to enter the directory. Its subdirectories are private: they hold
  // customers' data.
  if (dataDir) await mkdir(dataDir, { recursive: true, mode: 0o711 });

  async function storedIn(name: string): Promise<{ dataDir?: string }> {
    if (!dataDir) return {};
    const directory = join(dataDir, name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { dataDir: directory };
  }

  /** Starts a service on the port at this distance from `awsPort`, or on any free port if that one is not available. */
  async function startBeside<Service>(distance: number, start: (port: number) => Promise<Service>) {
    const wanted = awsPort + distance;
    if (awsPort === 0 || wanted === port || wanted > 65_535) return start(0);
    return start(wanted).catch((error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return start(0);
    });
  }

  async function startDatabase(): Promise<{ url: string; stop(): Promise<void> } | undefined> {
    if (!(await options.needsDatabase())) return undefined;
    // The caller owns this database and stops it.
    if (databaseUrl) return { url: databaseUrl, stop: async () => undefined };
    const stored = await storedIn('postgres');
    return startBeside(2, (free) => startPostgres({ port: free, onCrash, ...stored }));
  }

  async function startDynamoDbBeside() {
    const stored = await storedIn('dynamodb');
    return startBeside(1, (free) => startDynamoDb({ port: free, onDenied, onCrash, ...stored }));
  }

  const stored = await storedIn('aws-services');
  const [database, awsServices, dynamoDb] = await startTogether(
    cleanUp,
    startDatabase(),
    startAwsServices({ port: awsPort, mailboxQueueName, functions, onDenied, onCrash, ...stored }),
    startDynamoDbBeside(),
  );
  return { database, awsServices, dynamoDb };
}
