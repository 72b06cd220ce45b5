import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';

/** Port 1 refuses connections immediately. */
const NOWHERE = 'http://127.0.0.1:1';
const queue = (name: string) => `${NOWHERE}/000000000000/${name}`;

/** Stack outputs of an embedded cloud that is not running, with shipping and sales disabled. */
export const UNREACHABLE_OUTPUTS = {
  OrderQueueUrl: queue('order-queue'),
  OrderQueueDLQUrl: queue('order-queue-dlq'),
  UploadQueueUrl: queue('upload-queue'),
  UploadQueueDLQUrl: queue('upload-queue-dlq'),
  OrderEventsTopicArn: 'arn:aws:sns:us-east-1:000000000000:order-events',
  UploadBucketName: 'uploads',
  ResultsBucketName: 'results',
  LedgerTableName: 'ledger',
  AwsEndpointUrl: NOWHERE,
  DynamoDbEndpointUrl: NOWHERE,
  InspectionUrl: `${NOWHERE}/inspection`,
};

/** Opens a pipeline whose services are all unreachable, for tests that need no embedded cloud. */
export const openUnreachablePipeline = () => openEmbeddedPipeline(UNREACHABLE_OUTPUTS);
