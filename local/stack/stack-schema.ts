import * as z from 'zod';

/*
 * What the embedded cloud understands of a stack. Objects are strict: a property that is not listed here is refused
 * rather than ignored, so that the embedded cloud cannot quietly differ from what is deployed. Properties marked
 * `elsewhere` matter on AWS only.
 */
const elsewhere = z.unknown().optional();

const queue = z.strictObject({
  QueueName: z.string(),
  VisibilityTimeout: z.int().optional(),
  ReceiveMessageWaitTimeSeconds: z.int().optional(),
  MessageRetentionPeriod: z.int().optional(),
  RedrivePolicy: z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.int() }).optional(),
  RedriveAllowPolicy: elsewhere,
  SqsManagedSseEnabled: elsewhere,
});

const topic = z.strictObject({ TopicName: z.string(), DisplayName: elsewhere, KmsMasterKeyId: elsewhere });

const subscription = z.strictObject({
  TopicArn: z.string(),
  Protocol: z.literal('sqs'),
  Endpoint: z.string(),
  RawMessageDelivery: z.boolean().optional(),
  FilterPolicy: z.record(z.string(), z.unknown()).optional(),
  FilterPolicyScope: z.string().optional(),
  // Here SNS never fails to deliver.
  RedrivePolicy: elsewhere,
});

const topicConfiguration = z.strictObject({ Event: z.string(), Topic: z.string() });

const bucket = z.strictObject({
  BucketName: z.string(),
  NotificationConfiguration: z.strictObject({ TopicConfigurations: z.array(topicConfiguration) }).optional(),
  BucketEncryption: elsewhere,
  PublicAccessBlockConfiguration: elsewhere,
  OwnershipControls: elsewhere,
  LifecycleConfiguration: elsewhere,
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
  // Nothing runs here for the 30 days after which an item would expire.
  TimeToLiveSpecification: elsewhere,
  SSESpecification: elsewhere,
});

/** Resource types that the embedded cloud embodies, with their properties. */
export const resourceSchemas = {
  'AWS::SQS::Queue': queue,
  'AWS::SNS::Topic': topic,
  'AWS::SNS::Subscription': subscription,
  'AWS::S3::Bucket': bucket,
  'AWS::DynamoDB::Table': table,
};

const sqsEvent = z.strictObject({
  arn: z.string(),
  // Off where a fleet of workers polls instead.
  enabled: z.boolean().default(true),
  batchSize: z.int().min(1).max(10_000).default(10),
  maximumBatchingWindow: z.coerce.number().int().min(0).max(300).default(0),
  maximumConcurrency: z.coerce.number().int().min(1).max(1_000).optional(),
  functionResponseType: z.literal('ReportBatchItemFailures').optional(),
});

const httpApiEvent = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']),
  path: z.string().regex(/^\/[^*:+]*$/, 'must begin with / and hold no greedy parameter'),
  authorizer: elsewhere,
});

const scheduleEvent = z.strictObject({
  rate: z.union([z.string(), z.array(z.string())]),
  // A parameter on the command line is text: `--param producerScheduleEnabled=false`.
  enabled: z.union([z.boolean(), z.stringbool()]).default(true),
  input: z.unknown().optional(),
});

/** Environment variables, as text. */
export const environmentSchema = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);

/** A function of serverless.yml. */
export const functionSchema = z.strictObject({
  handler: z.string().regex(/^[\w/-]+\.\w+$/),
  description: elsewhere,
  timeout: z.int().min(1).max(900).default(6),
  memorySize: z.int().default(1_024),
  // Here an asynchronous run is never repeated.
  maximumRetryAttempts: elsewhere,
  destinations: elsewhere,
  dependsOn: elsewhere,
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
  iamRoleStatements: elsewhere,
});

export type QueueProperties = z.output<typeof queue>;
export type TopicProperties = z.output<typeof topic>;
export type SubscriptionProperties = z.output<typeof subscription>;
export type BucketProperties = z.output<typeof bucket>;
export type TableProperties = z.output<typeof table>;
export type FunctionProperties = z.output<typeof functionSchema>;
export type SqsEventProperties = z.output<typeof sqsEvent>;
export type ScheduleProperties = z.output<typeof scheduleEvent>;
