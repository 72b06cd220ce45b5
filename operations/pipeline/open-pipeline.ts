import {
  type ClientConfig,
  createCloudWatchClient,
  createDynamoDbClient,
  createLambdaClient,
  createRdsDataClient,
  createRedshiftDataClient,
  createS3Client,
  createSqsClient,
} from '../../lib/aws/clients.ts';
import { createRdsDatabase } from '../../lib/aws/rds-database.ts';
import { createRedshiftDatabase } from '../../lib/aws/redshift-database.ts';
import { createPostgresDatabase } from '../../lib/database/postgres-database.ts';
import { QUEUES } from '../../topology.ts';
import { type StackOutputs, toStackOutputs } from './outputs.ts';
import type { Pipeline, PipelineQueue } from './pipeline.ts';

/** `service` in serverless.yml: stacks, functions and queues are called `order-pipeline-STAGE…`. */
const SERVICE = 'order-pipeline';
/** Stage of the embedded cloud. */
const LOCAL_STAGE = 'local';
/** The embedded cloud accepts any credentials. */
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
/** `databaseName` of both databases in `resources/`. */
const DATABASE_NAME = 'orders';

/** Returns the name of a stage's CloudFormation stack. */
export const stackNameOf = (stage: string): string => `${SERVICE}-${stage}`;

/**
 * Opens the embedded cloud. Connections are made on first use.
 *
 * @param outputs The outputs that the embedded cloud wrote when it started.
 * @throws Error that names each output that is missing or malformed
 */
export function openEmbeddedPipeline(outputs: Readonly<Record<string, unknown>>): Pipeline {
  const known = toStackOutputs(outputs);
  const {
    AwsEndpointUrl: endpoint = '',
    DynamoDbEndpointUrl: dynamoDbEndpoint = '',
    DatabaseUrl: url,
  } = known;
  const place = { region: 'us-east-1', endpoint, credentials: LOCAL_CREDENTIALS };
  const database = url === undefined ? undefined : createPostgresDatabase(url);
  return assemble(LOCAL_STAGE, known, {
    clients: openClients(place, { ...place, endpoint: dynamoDbEndpoint }),
    shippingDatabase: known.ShippingQueueUrl ? database : undefined,
    salesDatabase: known.AnalyticsQueueUrl ? database : undefined,
    closeDatabases: async () => database?.close(),
  });
}

/**
 * Opens a stage on AWS.
 *
 * @param outputs Outputs of the stage's stack.
 * @param place Region and credentials; default: the environment's.
 * @throws Error that names each output that is missing or malformed
 */
export function openDeployedPipeline(
  stage: string,
  outputs: Readonly<Record<string, unknown>>,
  place: ClientConfig,
): Pipeline {
  const known = toStackOutputs(outputs);
  const { ShippingDatabaseArn, ShippingDatabaseSecretArn, SalesWarehouseArn, SalesWarehouseSecretArn } =
    known;
  return assemble(stage, known, {
    clients: openClients(place, place),
    shippingDatabase:
      ShippingDatabaseArn && ShippingDatabaseSecretArn
        ? createRdsDatabase(createRdsDataClient(place), {
            clusterArn: ShippingDatabaseArn,
            secretArn: ShippingDatabaseSecretArn,
            databaseName: DATABASE_NAME,
          })
        : undefined,
    salesDatabase:
      SalesWarehouseArn && SalesWarehouseSecretArn
        ? createRedshiftDatabase(createRedshiftDataClient(place), {
            workgroupArn: SalesWarehouseArn,
            secretArn: SalesWarehouseSecretArn,
            databaseName: DATABASE_NAME,
          })
        : undefined,
    closeDatabases: async () => undefined,
  });
}

type Opened = Pick<Pipeline, 'clients' | 'shippingDatabase' | 'salesDatabase'> & {
  closeDatabases: () => Promise<void>;
};

function assemble(stage: string, outputs: StackOutputs, { closeDatabases, ...opened }: Opened): Pipeline {
  return {
    stage,
    prefix: `${SERVICE}-${stage}-`,
    inspectionUrl: outputs.InspectionUrl,
    queues: queuesOf(outputs),
    topicArn: outputs.OrderEventsTopicArn,
    uploadBucket: outputs.UploadBucketName,
    resultsBucket: outputs.ResultsBucketName,
    ledgerTable: outputs.LedgerTableName,
    ...opened,
    async close() {
      for (const client of Object.values(opened.clients)) client.destroy();
      await closeDatabases();
    },
  };
}

function openClients(place: ClientConfig, dynamoDbPlace: ClientConfig): Pipeline['clients'] {
  return {
    sqs: createSqsClient(place),
    s3: createS3Client(place.endpoint !== undefined, place),
    dynamoDb: createDynamoDbClient(dynamoDbPlace),
    lambda: createLambdaClient(place),
    cloudWatch: createCloudWatchClient(place),
  };
}

function queuesOf(outputs: StackOutputs): PipelineQueue[] {
  return QUEUES.flatMap(({ name, id, dlqId, consumer, stores }) => {
    const [url, deadLetterUrl] = [outputs[`${id}Url`], outputs[`${dlqId}Url`]];
    if (!url || !deadLetterUrl) return [];
    const storeTable = typeof stores?.in === 'object' ? outputs[stores.in.tableOutput] : undefined;
    return [{ name, url, deadLetterUrl, consumer, ...(storeTable && { storeTable }) }];
  });
}
