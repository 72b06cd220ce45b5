import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { leanClient, Sha256 } from '../../lib/aws/lean-client.ts';
import { REGION } from './account.ts';

export interface Clients {
  sqs: SQSClient;
  sns: SNSClient;
  s3: S3Client;
  dynamodb: DynamoDBClient;
}

/** @param endpoint Endpoint of SQS, SNS and S3. */
export function createClients(endpoint: string, dynamoDbEndpoint: string): Clients {
  const shared = {
    sha256: Sha256,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: {
      // Each poller holds a connection during its long poll.
      httpAgent: { maxSockets: Number.POSITIVE_INFINITY },
      // The timeout exceeds a long poll. Without one, a poller whose response is lost would wait forever.
      requestTimeout: 25_000,
      throwOnRequestTimeout: true,
    },
  };
  return {
    sqs: leanClient(new SQSClient({ ...shared, endpoint, md5: false })),
    sns: leanClient(new SNSClient({ ...shared, endpoint })),
    s3: leanClient(new S3Client({ ...shared, endpoint, forcePathStyle: true })),
    dynamodb: leanClient(new DynamoDBClient({ ...shared, endpoint: dynamoDbEndpoint })),
  };
}
