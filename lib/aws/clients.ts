import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/*
 * The one place that builds SDK clients. The SDK reads region, credentials, AWS_ENDPOINT_URL and
 * AWS_ENDPOINT_URL_<SERVICE> from the environment itself, and keeps connections alive.
 */
const withTimeout = (requestTimeout: number) => ({
  // The SDK's default is 3; between attempts it waits with jitter, from 100 ms, doubled each time.
  maxAttempts: 4,
  requestHandler: {
    connectionTimeout: 2_000,
    // Until the answer's headers, so a long download is not cut.
    requestTimeout,
    throwOnRequestTimeout: true,
    // Enough for the highest concurrency in use (16 batches at once over two services).
    httpAgent: { maxSockets: 64 },
    httpsAgent: { maxSockets: 64 },
  },
});

/** 4 attempts of 3 s end within intake's 15 s: connections that hang must not eat a whole function timeout. */
const BATCH_REQUEST = withTimeout(3_000);
/** An order file of 11 MB, or a part of 5 MB, goes up in one request. */
const OBJECT_REQUEST = withTimeout(30_000);

export const createSqsClient = (): SQSClient => new SQSClient(BATCH_REQUEST);
export const createSnsClient = (): SNSClient => new SNSClient(BATCH_REQUEST);
export const createDynamoDbClient = (): DynamoDBClient => new DynamoDBClient(BATCH_REQUEST);

/** @param pathStyle address buckets as `endpoint/bucket`, which endpoints without wildcard DNS need */
export const createS3Client = (pathStyle: boolean): S3Client =>
  new S3Client({ ...OBJECT_REQUEST, forcePathStyle: pathStyle });
