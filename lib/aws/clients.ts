import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { leanClient, Sha256 } from './lean-client.ts';

/*
 * The one place that builds SDK clients. The SDK reads region, credentials, AWS_ENDPOINT_URL and
 * AWS_ENDPOINT_URL_<SERVICE> from the environment itself, and keeps connections alive unless told not to.
 */
const withTimeout = (requestTimeout: number, maxAttempts: number, keepAlive = true) => ({
  sha256: Sha256,
  // Between attempts the SDK waits with jitter, from 100 ms, doubled each time.
  maxAttempts,
  requestHandler: {
    connectionTimeout: 2_000,
    // Until the answer's headers, so a long download is not cut.
    requestTimeout,
    throwOnRequestTimeout: true,
    // Enough for the highest concurrency in use: a worker's 200 batches, ingest's 4 batches of 8 requests.
    httpAgent: { keepAlive, maxSockets: 256 },
    httpsAgent: { keepAlive, maxSockets: 256 },
  },
});

/** No MD5 of each message's body on top of what TLS sees to, a sixth of the processor time of a request with ten of them. */
const UNCHECKED_BODIES = { md5: false } as const;

/** A batch request to SQS or DynamoDB may be repeated; it ends in 12 s and a bit, within intake's 15 s. */
const BATCH_REQUEST = withTimeout(3_000, 4);
/**
 * SQS answers a long poll after 20 s at most
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html). Whoever
 * polls comes again by itself.
 */
const LONG_POLL_REQUEST = withTimeout(25_000, 1);
/** A publish that is repeated because its answer is late reaches customers twice: so there is patience first. */
const PUBLISH_REQUEST = withTimeout(8_000, 3);
/** An order file of 11 MB, or a part of 5 MB, goes up in one request. */
const OBJECT_REQUEST = withTimeout(15_000, 3);
/**
 * The RDS Data API answers when a statement is done, after 45 s at most
 * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.calling.html). One whose answer is lost may have
 * run: `lib/aws/rds-database.ts` repeats those that surely have not. Hence no kept connections either: one that ended while
 * its function was frozen would lose the next statement.
 */
const STATEMENT_REQUEST = withTimeout(50_000, 1, false);
/** The Redshift Data API only takes statements in, and knows a repeated one by its token. */
const SUBMIT_REQUEST = withTimeout(8_000, 3);

/** What an operator asks for once, and waits for: also an invocation of up to 29 s, which is not to be made twice. */
const OPERATOR_REQUEST = withTimeout(30_000, 2);

/** Where the services are, where the environment does not say it. */
export interface ClientPlace {
  region?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export const createSqsClient = (place: ClientPlace = {}): SQSClient =>
  leanClient(new SQSClient({ ...BATCH_REQUEST, ...UNCHECKED_BODIES, ...place }));
/** For long polls only: `destroy` ends those that are under way. */
export const createLongPollClient = (): SQSClient =>
  leanClient(new SQSClient({ ...LONG_POLL_REQUEST, ...UNCHECKED_BODIES }));
export const createSnsClient = (): SNSClient => leanClient(new SNSClient(PUBLISH_REQUEST));
export const createDynamoDbClient = (place: ClientPlace = {}): DynamoDBClient =>
  leanClient(new DynamoDBClient({ ...BATCH_REQUEST, ...place }));
export const createRdsDataClient = (place: ClientPlace = {}): RDSDataClient =>
  leanClient(new RDSDataClient({ ...STATEMENT_REQUEST, ...place }));
export const createRedshiftDataClient = (place: ClientPlace = {}): RedshiftDataClient =>
  leanClient(new RedshiftDataClient({ ...SUBMIT_REQUEST, ...place }));
export const createLambdaClient = (place: ClientPlace): LambdaClient =>
  leanClient(new LambdaClient({ ...OPERATOR_REQUEST, ...place }));
export const createCloudWatchClient = (place: ClientPlace): CloudWatchClient =>
  leanClient(new CloudWatchClient({ ...OPERATOR_REQUEST, ...place }));
export const createCloudFormationClient = (place: ClientPlace): CloudFormationClient =>
  leanClient(new CloudFormationClient({ ...OPERATOR_REQUEST, ...place }));

/** @param pathStyle address buckets as `endpoint/bucket`, which endpoints without wildcard DNS need */
export const createS3Client = (pathStyle: boolean, place: ClientPlace = {}): S3Client =>
  leanClient(new S3Client({ ...OBJECT_REQUEST, forcePathStyle: pathStyle, ...place }));
