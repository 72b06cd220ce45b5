import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { createDynamoDbClient, createSnsClient, createSqsClient } from '../../lib/aws/clients.ts';

/** The SDK's own clients, or those of this pipeline, which use less processor time. */
export type ClientKind = 'stock' | 'ours';

/** The clients of this pipeline have this many sockets. The SDK's default is 50, which halves the rate of some peers. */
const SOCKETS = { requestHandler: { httpAgent: { keepAlive: true, maxSockets: 256 } } } as const;

/** Creates clients of the given kind. Endpoint, region and credentials are in the environment. */
export const openSqs = (kind: ClientKind = 'stock'): SQSClient =>
  kind === 'ours' ? createSqsClient() : new SQSClient(SOCKETS);
export const openSns = (kind: ClientKind = 'stock'): SNSClient =>
  kind === 'ours' ? createSnsClient() : new SNSClient(SOCKETS);
export const openDynamoDb = (kind: ClientKind = 'stock'): DynamoDBClient =>
  kind === 'ours' ? createDynamoDbClient() : new DynamoDBClient(SOCKETS);
