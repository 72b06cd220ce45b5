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
 * No other file of `lib/` builds SDK clients. By default the SDK reads region, credentials, AWS_ENDPOINT_URL and
 * AWS_ENDPOINT_URL_<SERVICE> from the environment, and keeps connections alive.
 */
const withTimeout = (requestTimeout: number, maxAttempts: number, keepAlive = true) => ({
  sha256: Sha256,
  // Between attempts the SDK waits with jitter, from 100 ms, doubled each time.
  maxAttempts,
  requestHandler: {
    connectionTimeout: 2_000,
    // The timeout ends with the response's headers, so a long download is not cut off.
    requestTimeout,
    throwOnRequestTimeout: true,
    // This is enough for the highest concurrency in use: a worker's 200 batches, ingest's 4 batches of 8 requests.
    httpAgent: { keepAlive, maxSockets: 256 },
    httpsAgent: { keepAlive, maxSockets: 256 },
  },
});

/** Omits the MD5 of bodies, which TLS protects already. For ten messages it takes a sixth of the request's processor time. */
const UNCHECKED_BODIES = { md5: false } as const;

/** A batch request to SQS or DynamoDB may be repeated. Four attempts end after some 12 s, within intake's 15 s. */
const BATCH_REQUEST = withTimeout(3_000, 4);
/**
 * SQS responds to a long poll after 20 s at most
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html). Pollers
 * repeat a failed poll themselves.
 */
const LONG_POLL_REQUEST = withTimeout(25_000, 1);
/** A long timeout: repeating a publish whose response is only late would send its e-mails twice. */
const PUBLISH_REQUEST = withTimeout(8_000, 3);
/** One request uploads an order file of 11 MB, or a part of 5 MB. */
const OBJECT_REQUEST = withTimeout(15_000, 3);
/**
 * The RDS Data API responds when a statement has ended, after 45 s at most
 * (https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.calling.html).
 * A statement whose response is lost may have run, so the SDK must not repeat it; `lib/aws/rds-database.ts` repeats those that
 * certainly did not run. Connections are not kept alive: one that closed while its function was frozen would lose the next
 * statement.
 */
const STATEMENT_REQUEST = withTimeout(50_000, 1, false);
/** The Redshift Data API only accepts statements here, and recognizes a repeated one by its client token. */
const SUBMIT_REQUEST = withTimeout(8_000, 3);

/** The timeout exceeds that of the longest invocation, 29 s, so that a slow one is not repeated. */
const OPERATOR_REQUEST = withTimeout(30_000, 2);

/** Endpoint, region and credentials. Default of each: the environment. */
export interface ClientConfig {
  region?: string;
  endpoint?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
}

export const createSqsClient = (config: ClientConfig = {}): SQSClient =>
  leanClient(new SQSClient({ ...BATCH_REQUEST, ...UNCHECKED_BODIES, ...config }));
/** Creates a client for long polls only: its `destroy` ends the polls in flight. */
export const createLongPollClient = (): SQSClient =>
  leanClient(new SQSClient({ ...LONG_POLL_REQUEST, ...UNCHECKED_BODIES }));
export const createSnsClient = (): SNSClient => leanClient(new SNSClient(PUBLISH_REQUEST));
export const createDynamoDbClient = (config: ClientConfig = {}): DynamoDBClient =>
  leanClient(new DynamoDBClient({ ...BATCH_REQUEST, ...config }));
export const createRdsDataClient = (config: ClientConfig = {}): RDSDataClient =>
  leanClient(new RDSDataClient({ ...STATEMENT_REQUEST, ...config }));
export const createRedshiftDataClient = (config: ClientConfig = {}): RedshiftDataClient =>
  leanClient(new RedshiftDataClient({ ...SUBMIT_REQUEST, ...config }));
export const createLambdaClient = (config: ClientConfig): LambdaClient =>
  leanClient(new LambdaClient({ ...OPERATOR_REQUEST, ...config }));
export const createCloudWatchClient = (config: ClientConfig): CloudWatchClient =>
  leanClient(new CloudWatchClient({ ...OPERATOR_REQUEST, ...config }));
export const createCloudFormationClient = (config: ClientConfig): CloudFormationClient =>
  leanClient(new CloudFormationClient({ ...OPERATOR_REQUEST, ...config }));

/** @param pathStyle Whether to address buckets as `endpoint/bucket`, for an endpoint without wildcard DNS. */
export const createS3Client = (pathStyle: boolean, config: ClientConfig = {}): S3Client =>
  leanClient(new S3Client({ ...OBJECT_REQUEST, forcePathStyle: pathStyle, ...config }));
