import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { RDSDataClient } from '@aws-sdk/client-rds-data';
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/*
 * The one place that builds SDK clients. The SDK reads region, credentials, AWS_ENDPOINT_URL and
 * AWS_ENDPOINT_URL_<SERVICE> from the environment itself, and keeps connections alive unless told not to.
 */
const withTimeout = (requestTimeout: number, maxAttempts: number, keepAlive = true) => ({
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

export const createSqsClient = (): SQSClient => new SQSClient(BATCH_REQUEST);
/** For long polls only: `destroy` ends those that are under way. */
export const createLongPollClient = (): SQSClient => new SQSClient(LONG_POLL_REQUEST);
export const createSnsClient = (): SNSClient => new SNSClient(PUBLISH_REQUEST);
export const createDynamoDbClient = (): DynamoDBClient => new DynamoDBClient(BATCH_REQUEST);
export const createRdsDataClient = (): RDSDataClient => new RDSDataClient(STATEMENT_REQUEST);
export const createRedshiftDataClient = (): RedshiftDataClient => new RedshiftDataClient(SUBMIT_REQUEST);

/** @param pathStyle address buckets as `endpoint/bucket`, which endpoints without wildcard DNS need */
export const createS3Client = (pathStyle: boolean): S3Client =>
  new S3Client({ ...OBJECT_REQUEST, forcePathStyle: pathStyle });
