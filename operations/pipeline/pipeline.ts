import type {
  createCloudWatchClient,
  createDynamoDbClient,
  createLambdaClient,
  createS3Client,
  createSqsClient,
} from '../../lib/aws/clients.ts';
import { createLedger, type Ledger } from '../../lib/aws/ledger.ts';
import type { Database } from '../../lib/database/database.ts';
import { InvalidInputError } from '../../lib/errors.ts';
import type { QueueName } from '../../topology.ts';

/** A queue with its dead-letter queue, and the function that works on it. */
export interface PipelineQueue {
  name: QueueName;
  url: string;
  deadLetterUrl: string;
  /** As in serverless.yml. */
  consumer: string;
  /** The DynamoDB table in which the consumer stores a record of each order; undefined where it stores elsewhere, or nothing. */
  storeTable?: string;
}

/** SDK clients for what an operator sees and does. */
export interface PipelineClients {
  sqs: ReturnType<typeof createSqsClient>;
  s3: ReturnType<typeof createS3Client>;
  dynamoDb: ReturnType<typeof createDynamoDbClient>;
  lambda: ReturnType<typeof createLambdaClient>;
  cloudWatch: ReturnType<typeof createCloudWatchClient>;
}

/** One stage of the pipeline as its operator reaches it: on AWS, or the embedded cloud. */
export interface Pipeline {
  /** `local` for the embedded cloud. */
  stage: string;
  /** Goes before the names of functions: `order-pipeline-STAGE-`. */
  prefix: string;
  /**
   * Where the embedded cloud tells what AWS has CloudWatch and a real mailbox for; undefined on AWS, which is how the two
   * are told apart.
   */
  inspectionUrl: string | undefined;
  /** Those that are on; upload and order always are. */
  queues: readonly PipelineQueue[];
  topicArn: string;
  uploadBucket: string;
  resultsBucket: string;
  ledgerTable: string;
  clients: PipelineClients;
  /** Undefined where shipping is off. */
  shippingDatabase: Database | undefined;
  /** Undefined where sales are off. */
  salesDatabase: Database | undefined;
  /** Ends connections. */
  close(): Promise<void>;
}

/**
 * One of a pipeline's queues.
 *
 * @throws InvalidInputError where that part of the pipeline is off
 */
export function findQueue({ queues, stage }: Pipeline, name: QueueName): PipelineQueue {
  const queue = queues.find((each) => each.name === name);
  if (queue) return queue;
  const names = queues.map((each) => each.name).join(', ');
  throw new InvalidInputError(`queue: must be one of stage ${stage}'s (${names}), received ${name}`);
}

/** The ledger of a pipeline. */
export const ledgerOf = ({ clients, ledgerTable }: Pipeline): Ledger =>
  createLedger(clients.dynamoDb, { tableName: ledgerTable });
