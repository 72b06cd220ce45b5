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

/** A queue, its dead-letter queue and its consumer. */
export interface PipelineQueue {
  name: QueueName;
  url: string;
  deadLetterUrl: string;
  /** Name of the function in serverless.yml that processes the queue's messages. */
  consumer: string;
  /** DynamoDB table in which the consumer stores orders; undefined if it stores them elsewhere or not at all. */
  storeTable?: string;
}

/** SDK clients for operations. */
export interface PipelineClients {
  sqs: ReturnType<typeof createSqsClient>;
  s3: ReturnType<typeof createS3Client>;
  dynamoDb: ReturnType<typeof createDynamoDbClient>;
  lambda: ReturnType<typeof createLambdaClient>;
  cloudWatch: ReturnType<typeof createCloudWatchClient>;
}

/** One stage of the pipeline, on AWS or in the embedded cloud, with everything that operations need. */
export interface Pipeline {
  /** `local` for the embedded cloud. */
  stage: string;
  /** Prefix of function names on AWS: `order-pipeline-STAGE-`. */
  prefix: string;
  /**
   * Endpoint of the embedded cloud for metrics and the mailbox. It is undefined on AWS, which has CloudWatch and real mailboxes;
   * operations that differ between the two check this field.
   */
  inspectionUrl: string | undefined;
  /** The stage's queues: always upload and order, and those of the enabled parts. */
  queues: readonly PipelineQueue[];
  topicArn: string;
  uploadBucket: string;
  resultsBucket: string;
  ledgerTable: string;
  clients: PipelineClients;
  /** Undefined if shipping is disabled. */
  shippingDatabase: Database | undefined;
  /** Undefined if sales are disabled. */
  salesDatabase: Database | undefined;
  /** Closes all clients and connections. */
  close(): Promise<void>;
}

/**
 * Finds one of a pipeline's queues by its name.
 *
 * @throws InvalidInputError if the stage does not have the queue
 */
export function findQueue({ queues, stage }: Pipeline, name: QueueName): PipelineQueue {
  const queue = queues.find((each) => each.name === name);
  if (queue) return queue;
  const names = queues.map((each) => each.name).join(', ');
  throw new InvalidInputError(`queue: must be one of ${names} in stage ${stage}, received ${name}`);
}

/** Opens the ledger of a pipeline. */
export const ledgerOf = ({ clients, ledgerTable }: Pipeline): Ledger =>
  createLedger(clients.dynamoDb, { tableName: ledgerTable });
