import * as z from 'zod';

/*
 * The part of a stack that the embedded cloud supports. Objects are strict: an unlisted property is an error, so the
 * embedded cloud cannot silently differ from the deployed stack. Properties marked `awsOnly` have no effect here.
 */
const awsOnly = z.unknown().optional();

const queue = z.strictObject({
  QueueName: z.string(),
  VisibilityTimeout: z.int().optional(),
  ReceiveMessageWaitTimeSeconds: z.int().optional(),
  MessageRetentionPeriod: z.int().optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.int() }).optional(),
  RedriveAllowPolicy: awsOnly,
  SqsManagedSseEnabled: awsOnly,
});

const topic = z.strictObject({
  TopicName: z.string(),
  DisplayName: awsOnly,
  // Nothing is encrypted here, but publishing needs rights to the key.
  KmsMasterKeyId: z.string().optional(),
});

const subscription = z.strictObject({
  TopicArn: z.string(),
  Protocol: z.literal('sqs'),
  Endpoint: z.string(),
  RawMessageDelivery: z.boolean().optional(),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
  FilterPolicyScope: z.string().optional(),
  // The embedded SNS never fails to deliver.
  RedrivePolicy: awsOnly,
});

const topicConfiguration = z.strictObject({ Event: z.string(), Topic: z.string() });

const bucket = z.strictObject({
  BucketName: z.string(),
  NotificationConfiguration: z.strictObject({ TopicConfigurations: z.array(topicConfiguration) }).optional(),
  BucketEncryption: awsOnly,
  PublicAccessBlockConfiguration: awsOnly,
  OwnershipControls: awsOnly,
  LifecycleConfiguration: awsOnly,
});

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const table = z.strictObject({
  TableName: z.string(),
  BillingMode: z.literal('PAY_PER_REQUEST'),
  AttributeDefinitions: z.array(
    z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) }),
  ),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z
    .array(
      z.strictObject({
        IndexName: z.string(),
        KeySchema: keySchema,
        Projection: z.strictObject({
          ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
          NonKeyAttributes: z.array(z.string()).optional(),
        }),
      }),
    )
    .optional(),
  // The embedded cloud does not run for the 30 days after which items expire.
  TimeToLiveSpecification: awsOnly,
  SSESpecification: awsOnly,
});

/** Schemas of the supported resource types. */
export const resourceSchemas = {
  'AWS::SQS::Queue': queue,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::S3::Bucket': bucket,
  'AWS::DynamoDB::Table': table,
};

const sqsEvent = z.strictObject({
  arn: z.string(),
  // False if a fleet of workers polls the queue instead.
  enabled: z.boolean().default(true),
  batchSize: z.int().min(1).max(10_000).default(10),
  maximumBatchingWindow: z.coerce.number().int().min(0).max(300).default(0),
  maximumConcurrency: z.coerce.number().int().min(1).max(1_000).optional(),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
});

const httpApiEvent = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  path: z.string().regex(/^\/[^*:+]*$/, 'must begin with / and contain no greedy parameter'),
  authorizer: awsOnly,
});

const scheduleEvent = z.strictObject({
  rate: z.union([z.string(), z.array(z.string())]),
  // Parameters from the command line are text: `--param producerScheduleEnabled=false`.
  enabled: z.union([z.boolean(), z.stringbool()]).default(true),
  input: z.unknown().optional(),
});

/** Environment variables. Values are converted to text. */
export const environmentSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);

/** A function of serverless.yml. */
export const functionSchema = z.strictObject({
  handler: z.string().regex(/^[\w/-]+\.\w+$/),
  // Serverless adds it: SERVICE-STAGE-FUNCTION.
  name: awsOnly,
  description: awsOnly,
  timeout: z.int().min(1).max(900).default(6),
  memorySize: z.int().default(1_024),
  // The embedded cloud does not retry asynchronous invocations.
  maximumRetryAttempts: awsOnly,
  destinations: awsOnly,
  dependsOn: awsOnly,
  environment: environmentSchema.default({}),
  events: z
    .array(
      z.union(
        [
          z.strictObject({ sqs: sqsEvent }),
          z.strictObject({ httpApi: httpApiEvent }),
          z.strictObject({ schedule: scheduleEvent }),
        ],
        { error: 'must be an sqs, httpApi or schedule event' },
      ),
    )
    .default([]),
  iamRoleStatements: awsOnly,
});

export type QueueProperties = z.output<typeof queue>;
export type TopicProperties = z.output<typeof topic>;
export type SubscriptionProperties = z.output<typeof subscription>;
export type BucketProperties = z.output<typeof bucket>;
export type TableProperties = z.output<typeof table>;
export type FunctionProperties = z.output<typeof functionSchema>;
export type SqsEventProperties = z.output<typeof sqsEvent>;
export type ScheduleProperties = z.output<typeof scheduleEvent>;
