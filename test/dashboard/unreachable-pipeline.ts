import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';

/** Port 1: nobody listens there, and connections are refused at once. */
const NOWHERE = 'http://127.0.0.1:1';
const queue = (name: string) => `${NOWHERE}/000000000000/${name}`;

/** Outputs of an embedded cloud that is not there, shipping and sales off. */
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

/** A pipeline all of which is out of reach: what the page's server does by itself needs no embedded cloud. */
export const openUnreachablePipeline = () => openEmbeddedPipeline(UNREACHABLE_OUTPUTS);
