import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { REGION } from './account.ts';

/** Clients of the embedded services. */
export interface Clients {
  sqs: SQSClient;
  sns: SNSClient;
  s3: S3Client;
  dynamodb: DynamoDBClient;
}

/** @param endpoint of SQS, SNS and S3 */
export function createClients(endpoint: string, dynamoDbEndpoint: string): Clients {
  const shared = {
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // Each poller of a mapping holds a connection while it waits.
    requestHandler: { httpAgent: { maxSockets: Number.POSITIVE_INFINITY } },
  };
  return {
    sqs: new SQSClient({ ...shared, endpoint }),
    sns: new SNSClient({ ...shared, endpoint }),
    s3: new S3Client({ ...shared, endpoint, forcePathStyle: true }),
    dynamodb: new DynamoDBClient({ ...shared, endpoint: dynamoDbEndpoint }),
  };
}
