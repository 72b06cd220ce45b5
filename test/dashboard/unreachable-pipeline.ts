import { openEmbeddedPipeline } from '../../operations/pipeline/open-pipeline.ts';
import { PERMANENT_QUEUES, queueOutputs } from '../pipeline/queue-outputs.ts';

/** Port 1 refuses connections immediately. */
const NOWHERE = 'http://127.0.0.1:1';

/** Stack outputs of an embedded cloud that is not running, with all optional parts disabled. */
export const UNREACHABLE_OUTPUTS = {
  ...queueOutputs((name) => `${NOWHERE}/000000000000/${name}-queue`, PERMANENT_QUEUES),
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
