import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';

/*
 * The one place that builds SDK clients. The SDK reads region, credentials, AWS_ENDPOINT_URL and
 * AWS_ENDPOINT_URL_<SERVICE> from the environment itself, and keeps connections alive.
 */
const SHARED = {
  // The SDK's default is 3; a throttled minute on Black Friday deserves more patience. Still bounded: 100 ms, doubled
  // to 20 s at most, with jitter.
  maxAttempts: 5,
  requestHandler: {
    connectionTimeout: 2_000,
    // A hung connection must not eat a whole function timeout (30 s for the consumer). Counts until the answer's
    // headers, so a long download is not cut.
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
    // Enough for the highest concurrency in use (16 batches at once over two services).
    httpAgent: { maxSockets: 64 },
    httpsAgent: { maxSockets: 64 },
  },
};

export const createSqsClient = (): SQSClient => new SQSClient(SHARED);
export const createSnsClient = (): SNSClient => new SNSClient(SHARED);
export const createDynamoDbClient = (): DynamoDBClient => new DynamoDBClient(SHARED);

/** @param pathStyle address buckets as `endpoint/bucket`, which endpoints without wildcard DNS need */
export const createS3Client = (pathStyle: boolean): S3Client =>
  new S3Client({ ...SHARED, forcePathStyle: pathStyle });
