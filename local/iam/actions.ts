/**
 * The actions that an operation needs, by the kind of resource to which they apply. Each service knows how to find a kind of
 * resource in a request.
 */
type Needs<Kind extends string> = Readonly<Partial<Record<Kind, readonly string[]>>>;

/** An action that an operation needs. */
interface Need<Kind extends string> {
  action: string;
  on: Kind;
}

/** The needs of a service's operations, by the operation's name. */
type Table<Kind extends string> = ReadonlyMap<string, readonly Need<Kind>[]>;

/**
 * - `queue`: the queue of the request's URL
 * - `named`: the queue of the request's `QueueName`
 * - `source`: the dead-letter queue whose messages a task moves
 * - `destination`: the queues to which it moves them
 * - `task`: the dead-letter queue of the task that the request names
 */
export type SqsResource = 'queue' | 'named' | 'source' | 'destination' | 'task' | 'all';

/** - `subscription`: the topic of a subscription. SNS has no ARNs of subscriptions in policies. */
export type SnsResource = 'topic' | 'subscription' | 'all';

/**
 * - `listing`: the bucket, with the condition keys of a list
 * - `read`: an object that the operation reads. If it does not exist, the request also needs {@link MISSING_OBJECT}.
 * - `source`: the source of a copy, otherwise like `read`
 * - `each`: each object that the body lists
 * - `form`: the object that a form creates
 */
export type S3Resource = 'bucket' | 'listing' | 'object' | 'read' | 'source' | 'each' | 'form' | 'all';

/**
 * - `target`: the index of a request that names one, otherwise its table
 * - `tables`: the tables of a batch
 * - `Get`, `Put`, and so on: the tables of these actions of a transaction
 * - `INSERT`, `SELECT`, and so on: the table of such a PartiQL statement
 */
export type DynamoDbResource =
  | 'table'
  | 'target'
  | 'tables'
  | 'Get'
  | 'Put'
  | 'Update'
  | 'Delete'
  | 'ConditionCheck'
  | StatementKind
  | 'all';
export type StatementKind = 'INSERT' | 'SELECT' | 'UPDATE' | 'DELETE';

export type LambdaResource = 'function' | 'mapping' | 'all';

/**
 * - `database`: the cluster or workgroup
 * - `secret`: the secret with the credentials of its user
 * - `own`: all statements, with the condition key that says who submitted them
 */
export type DataApiResource = 'database' | 'secret' | 'own';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html */
const SQS = toTable<SqsResource>({
  AddPermission: { queue: ['sqs:AddPermission'] },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
  CancelMessageMoveTask: {
    task: ['sqs:CancelMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
  },
  ChangeMessageVisibility: { queue: ['sqs:ChangeMessageVisibility'] },
  ChangeMessageVisibilityBatch: { queue: ['sqs:ChangeMessageVisibility'] },
  CreateQueue: { named: ['sqs:CreateQueue'] },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  'CreateQueue with tags': { named: ['sqs:CreateQueue', 'sqs:TagQueue'] },
  DeleteMessage: { queue: ['sqs:DeleteMessage'] },
  DeleteMessageBatch: { queue: ['sqs:DeleteMessage'] },
  DeleteQueue: { queue: ['sqs:DeleteQueue'] },
  GetQueueAttributes: { queue: ['sqs:GetQueueAttributes'] },
  GetQueueUrl: { named: ['sqs:GetQueueUrl'] },
  ListDeadLetterSourceQueues: { queue: ['sqs:ListDeadLetterSourceQueues'] },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
  ListMessageMoveTasks: { source: ['sqs:ListMessageMoveTasks', 'sqs:GetQueueAttributes'] },
  ListQueueTags: { queue: ['sqs:ListQueueTags'] },
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_sqs.html
  ListQueues: { all: ['sqs:ListQueues'] },
  PurgeQueue: { queue: ['sqs:PurgeQueue'] },
  ReceiveMessage: { queue: ['sqs:ReceiveMessage'] },
  RemovePermission: { queue: ['sqs:RemovePermission'] },
  SendMessage: { queue: ['sqs:SendMessage'] },
  SendMessageBatch: { queue: ['sqs:SendMessage'] },
  SetQueueAttributes: { queue: ['sqs:SetQueueAttributes'] },
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
  StartMessageMoveTask: {
    source: ['sqs:StartMessageMoveTask', 'sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
    destination: ['sqs:SendMessage'],
  },
  TagQueue: { queue: ['sqs:TagQueue'] },
  UntagQueue: { queue: ['sqs:UntagQueue'] },
});

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html */
const SNS = toTable<SnsResource>({
  AddPermission: { topic: ['sns:AddPermission'] },
  ConfirmSubscription: { topic: ['sns:ConfirmSubscription'] },
  CreateTopic: { topic: ['sns:CreateTopic'] },
  // https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
  'CreateTopic with tags': { topic: ['sns:CreateTopic', 'sns:TagResource'] },
  DeleteTopic: { topic: ['sns:DeleteTopic'] },
  GetSubscriptionAttributes: { subscription: ['sns:GetSubscriptionAttributes'] },
  GetTopicAttributes: { topic: ['sns:GetTopicAttributes'] },
  ListSubscriptions: { all: ['sns:ListSubscriptions'] },
  ListSubscriptionsByTopic: { topic: ['sns:ListSubscriptionsByTopic'] },
  ListTagsForResource: { topic: ['sns:ListTagsForResource'] },
  ListTopics: { all: ['sns:ListTopics'] },
  Publish: { topic: ['sns:Publish'] },
  // https://docs.aws.amazon.com/sns/latest/dg/sns-batch-api-actions.html
  PublishBatch: { topic: ['sns:Publish'] },
  RemovePermission: { topic: ['sns:RemovePermission'] },
  SetSubscriptionAttributes: { subscription: ['sns:SetSubscriptionAttributes'] },
  SetTopicAttributes: { topic: ['sns:SetTopicAttributes'] },
  Subscribe: { topic: ['sns:Subscribe'] },
  TagResource: { topic: ['sns:TagResource'] },
  Unsubscribe: { subscription: ['sns:Unsubscribe'] },
  UntagResource: { topic: ['sns:UntagResource'] },
});

/**
 * Operations on all buckets and on one bucket, by method and the parameter that selects them.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
const S3_BUCKET = toTable<S3Resource>({
  ListBuckets: { all: ['s3:ListAllMyBuckets'] },
  // CreateBucket
  PUT: { bucket: ['s3:CreateBucket'] },
  // ListObjects, ListObjectsV2
  GET: { listing: ['s3:ListBucket'] },
  // HeadBucket
  HEAD: { bucket: ['s3:ListBucket'] },
  DELETE: { bucket: ['s3:DeleteBucket'] },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
  POST: { form: ['s3:PutObject'] },
  // DeleteObjects
  'POST delete': { each: ['s3:DeleteObject'] },
  'GET accelerate': { bucket: ['s3:GetAccelerateConfiguration'] },
  'GET acl': { bucket: ['s3:GetBucketAcl'] },
  'PUT acl': { bucket: ['s3:PutBucketAcl'] },
  'GET cors': { bucket: ['s3:GetBucketCORS'] },
  'DELETE cors': { bucket: ['s3:PutBucketCORS'] },
  'GET encryption': { bucket: ['s3:GetEncryptionConfiguration'] },
  'DELETE encryption': { bucket: ['s3:PutEncryptionConfiguration'] },
  'GET lifecycle': { bucket: ['s3:GetLifecycleConfiguration'] },
  'DELETE lifecycle': { bucket: ['s3:PutLifecycleConfiguration'] },
  'GET location': { bucket: ['s3:GetBucketLocation'] },
  'GET logging': { bucket: ['s3:GetBucketLogging'] },
  'GET notification': { bucket: ['s3:GetBucketNotification'] },
  'PUT notification': { bucket: ['s3:PutBucketNotification'] },
  'GET object-lock': { bucket: ['s3:GetBucketObjectLockConfiguration'] },
  'GET ownershipControls': { bucket: ['s3:GetBucketOwnershipControls'] },
  'GET policy': { bucket: ['s3:GetBucketPolicy'] },
  'PUT policy': { bucket: ['s3:PutBucketPolicy'] },
  'DELETE policy': { bucket: ['s3:DeleteBucketPolicy'] },
  'GET policyStatus': { bucket: ['s3:GetBucketPolicyStatus'] },
  'GET publicAccessBlock': { bucket: ['s3:GetBucketPublicAccessBlock'] },
  'GET replication': { bucket: ['s3:GetReplicationConfiguration'] },
  'DELETE replication': { bucket: ['s3:PutReplicationConfiguration'] },
  'GET requestPayment': { bucket: ['s3:GetBucketRequestPayment'] },
  'GET tagging': { bucket: ['s3:GetBucketTagging'] },
  'DELETE tagging': { bucket: ['s3:PutBucketTagging'] },
  // ListMultipartUploads
  'GET uploads': { bucket: ['s3:ListBucketMultipartUploads'] },
  'GET versioning': { bucket: ['s3:GetBucketVersioning'] },
  // ListObjectVersions
  'GET versions': { listing: ['s3:ListBucketVersions'] },
  'GET website': { bucket: ['s3:GetBucketWebsite'] },
  'DELETE website': { bucket: ['s3:DeleteBucketWebsite'] },
});

/** Operations on an object, from the same page as those on a bucket. */
const S3_OBJECT = toTable<S3Resource>({
  GET: { read: ['s3:GetObject'] },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
  HEAD: { read: ['s3:GetObject'] },
  PUT: { object: ['s3:PutObject'] },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
  'PUT copy': { source: ['s3:GetObject'], object: ['s3:PutObject'] },
  DELETE: { object: ['s3:DeleteObject'] },
  'GET acl': { read: ['s3:GetObjectAcl'] },
  'PUT acl': { object: ['s3:PutObjectAcl'] },
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
  'GET attributes': { read: ['s3:GetObject', 's3:GetObjectAttributes'] },
  'GET legal-hold': { read: ['s3:GetObjectLegalHold'] },
  'GET retention': { read: ['s3:GetObjectRetention'] },
  'GET tagging': { read: ['s3:GetObjectTagging'] },
  'PUT tagging': { read: ['s3:PutObjectTagging'] },
  'DELETE tagging': { read: ['s3:DeleteObjectTagging'] },
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
  // CreateMultipartUpload
  'POST uploads': { object: ['s3:PutObject'] },
  // UploadPart
  'PUT uploadId': { object: ['s3:PutObject'] },
  // UploadPartCopy
  'PUT uploadId copy': { source: ['s3:GetObject'], object: ['s3:PutObject'] },
  // CompleteMultipartUpload
  'POST uploadId': { object: ['s3:PutObject'] },
  // ListParts
  'GET uploadId': { object: ['s3:ListMultipartUploadParts'] },
  // AbortMultipartUpload
  'DELETE uploadId': { object: ['s3:AbortMultipartUpload'] },
});

/**
 * Needed in addition to read an object that does not exist: without it, S3 answers 403 instead of 404.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
export const MISSING_OBJECT = 's3:ListBucket';

/**
 * Needed in addition to create an object with tags, and to copy them from its source.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/tagging-and-policies.html
 */
export const TAGGED = { object: 's3:PutObjectTagging', source: 's3:GetObjectTagging' };

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-iam.html */
const STATEMENT = {
  INSERT: ['dynamodb:PartiQLInsert'],
  SELECT: ['dynamodb:PartiQLSelect'],
  UPDATE: ['dynamodb:PartiQLUpdate'],
  DELETE: ['dynamodb:PartiQLDelete'],
};

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_dynamodb.html */
const DYNAMODB = toTable<DynamoDbResource>({
  BatchExecuteStatement: STATEMENT,
  BatchGetItem: { tables: ['dynamodb:BatchGetItem'] },
  BatchWriteItem: { tables: ['dynamodb:BatchWriteItem'] },
  CreateTable: { table: ['dynamodb:CreateTable'] },
  DeleteItem: { table: ['dynamodb:DeleteItem'] },
  DeleteTable: { table: ['dynamodb:DeleteTable'] },
  DescribeTable: { table: ['dynamodb:DescribeTable'] },
  DescribeTimeToLive: { table: ['dynamodb:DescribeTimeToLive'] },
  ExecuteStatement: STATEMENT,
  GetItem: { table: ['dynamodb:GetItem'] },
  ListTables: { all: ['dynamodb:ListTables'] },
  PutItem: { table: ['dynamodb:PutItem'] },
  Query: { target: ['dynamodb:Query'] },
  Scan: { target: ['dynamodb:Scan'] },
  // Transactions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  TransactGetItems: { Get: ['dynamodb:GetItem'] },
  TransactWriteItems: {
    Put: ['dynamodb:PutItem'],
    Update: ['dynamodb:UpdateItem'],
    Delete: ['dynamodb:DeleteItem'],
    ConditionCheck: ['dynamodb:ConditionCheckItem'],
  },
  UpdateItem: { table: ['dynamodb:UpdateItem'] },
  UpdateTimeToLive: { table: ['dynamodb:UpdateTimeToLive'] },
});

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_lambda.html */
const LAMBDA = toTable<LambdaResource>({
  Invoke: { function: ['lambda:InvokeFunction'] },
  GetEventSourceMapping: { mapping: ['lambda:GetEventSourceMapping'] },
  ListEventSourceMappings: { all: ['lambda:ListEventSourceMappings'] },
  UpdateEventSourceMapping: { mapping: ['lambda:UpdateEventSourceMapping'] },
});

/** The service gets the secret with the caller's rights. */
const SECRET = { secret: ['secretsmanager:GetSecretValue'] };

/** https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.access.html */
const RDS_DATA = toTable<DataApiResource>({
  BeginTransaction: { database: ['rds-data:BeginTransaction'], ...SECRET },
  CommitTransaction: { database: ['rds-data:CommitTransaction'], ...SECRET },
  ExecuteStatement: { database: ['rds-data:ExecuteStatement'], ...SECRET },
  RollbackTransaction: { database: ['rds-data:RollbackTransaction'], ...SECRET },
});

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_redshift-data.html */
const REDSHIFT_DATA = toTable<DataApiResource>({
  BatchExecuteStatement: { database: ['redshift-data:BatchExecuteStatement'], ...SECRET },
  DescribeStatement: { own: ['redshift-data:DescribeStatement'] },
  ExecuteStatement: { database: ['redshift-data:ExecuteStatement'], ...SECRET },
  GetStatementResult: { own: ['redshift-data:GetStatementResult'] },
});

/** The needs of all operations. */
export const ACTIONS = {
  sqs: SQS,
  sns: SNS,
  s3Bucket: S3_BUCKET,
  s3Object: S3_OBJECT,
  dynamodb: DYNAMODB,
  lambda: LAMBDA,
  rdsData: RDS_DATA,
  redshiftData: REDSHIFT_DATA,
};

/**
 * Actions on the key of an encrypted queue or topic that an action needs in addition.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export const KEY_ACTIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['sqs:ReceiveMessage', ['kms:Decrypt']],
  ['sqs:SendMessage', ['kms:GenerateDataKey', 'kms:Decrypt']],
  ['sns:Publish', ['kms:GenerateDataKey', 'kms:Decrypt']],
]);

/**
 * Actions that an event source mapping needs on its queue. Lambda requires all of them.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
 */
export const MAPPING_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];

/** Actions that roles and policies of the stack grant, but that the embedded cloud never asks for. */
const UNSERVED = [
  'cloudformation:DescribeStacks',
  'cloudformation:SignalResource',
  'cloudwatch:GetMetricData',
  'ecr:BatchGetImage',
  'ecr:GetAuthorizationToken',
  'ecr:GetDownloadUrlForLayer',
  'execute-api:Invoke',
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'rds-data:BatchExecuteStatement',
  'sts:AssumeRole',
  // https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html: no policy can deny it.
  'sts:GetCallerIdentity',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];

/** All actions that policies of this stack can grant. Any other action in a policy is probably misspelled. */
export const KNOWN_ACTIONS: ReadonlySet<string> = new Set([
  ...Object.values(ACTIONS).flatMap((table) => [...table.values()].flat().map(({ action }) => action)),
  ...[...KEY_ACTIONS.values()].flat(),
  ...MAPPING_ACTIONS,
  ...Object.values(TAGGED),
  MISSING_OBJECT,
  ...UNSERVED,
]);

/**
 * Returns the needs of an operation.
 *
 * @throws Error for an operation that the table lacks, so that none is allowed by mistake
 */
export function needsOf<Kind extends string>(table: Table<Kind>, operation: string): readonly Need<Kind>[] {
  const needs = table.get(operation);
  if (needs) return needs;
  throw new Error(`IAM: the actions that ${operation} needs are unknown, add it to local/iam/actions.ts`);
}

function toTable<Kind extends string>(rows: Readonly<Record<string, Needs<Kind>>>): Table<Kind> {
  return new Map(
    Object.entries(rows).map(([operation, needs]) => [
      operation,
      (Object.entries(needs) as [Kind, readonly string[]][]).flatMap(([on, actions]) =>
        actions.map((action) => ({ action, on })),
      ),
    ]),
  );
}
