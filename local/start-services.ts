import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startAwsServices } from './aws-services/start-aws-services.ts';
import type { FunctionCalls } from './aws-services/worker.ts';
import { startDynamoDb } from './dynamodb/start-dynamodb.ts';
import { startPostgres } from './postgres/start-postgres.ts';
import { startTogether } from './start-together.ts';

/** Where the services listen and keep their data. */
export interface ServicesPlace {
  /** Port of the HTTP API; 0 for any free one. */
  port: number;
  /**
   * Port of SQS, SNS and S3; 0 for any free one. DynamoDB takes the next one, Postgres the one after that, or any free one
   * where theirs is taken.
   */
  awsPort: number;
  /** Keeps queues, objects and tables over restarts and crashes; default: in memory. */
  dataDir?: string | undefined;
  /** An empty Postgres database, or one that was used here before; default: one that is started. */
  databaseUrl?: string;
  /** Called when a service dies by itself. */
  onCrash: (error: Error) => void;
}

export interface ServicesOptions extends ServicesPlace {
  mailboxQueueName: string;
  /** The functions and mappings behind Lambda's API. */
  functions: FunctionCalls;
  /** Whether there is to be a database. */
  needsDatabase: () => Promise<boolean>;
}

/** Starts SQS, SNS and S3, DynamoDB, and Postgres where it is needed, side by side; they are stopped with `cleanUp`. */
export async function startServices(options: ServicesOptions, cleanUp: AsyncDisposableStack) {
  const { port, awsPort, dataDir, databaseUrl, onCrash, mailboxQueueName, functions } = options;
  // Postgres, which never runs as root, must be able to enter it. What is in it is for its owners alone: customers' data.
  if (dataDir) await mkdir(dataDir, { recursive: true, mode: 0o711 });

  async function storedIn(name: string): Promise<{ dataDir?: string }> {
    if (!dataDir) return {};
    const directory = join(dataDir, name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    return { dataDir: directory };
  }

  /** On a port that follows the AWS services', or, where that is taken or does not exist, on any free one. */
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
    // Whoever brought it stops it.
    if (databaseUrl) return { url: databaseUrl, stop: async () => undefined };
    const stored = await storedIn('postgres');
    return startBeside(2, (free) => startPostgres({ port: free, onCrash, ...stored }));
  }

  async function startDynamoDbBeside() {
    const stored = await storedIn('dynamodb');
    return startBeside(1, (free) => startDynamoDb({ port: free, onCrash, ...stored }));
  }

  const stored = await storedIn('aws-services');
  const [database, awsServices, dynamoDb] = await startTogether(
    cleanUp,
    startDatabase(),
    startAwsServices({ port: awsPort, mailboxQueueName, functions, onCrash, ...stored }),
    startDynamoDbBeside(),
  );
  return { database, awsServices, dynamoDb };
}
