import * as z from 'zod';
import { ACCOUNT_ID, arn, REGION } from './account.ts';
import { type Attributes, evaluateIntrinsics } from './evaluate-intrinsics.ts';
import { listReferences } from './list-references.ts';
import type { ResourceSection, ServerlessConfiguration } from './package-stack.ts';
import {
  type BucketProperties,
  environmentSchema,
  type FunctionProperties,
  functionSchema,
  type QueueProperties,
  resourceSchemas,
  type SubscriptionProperties,
  type TableProperties,
  type TopicProperties,
} from './stack-schema.ts';

export interface Queue extends QueueProperties {
  url: string;
  arn: string;
}

/** The stack of the embedded cloud, with CloudFormation functions evaluated and properties validated. */
export interface Stack {
  service: string;
  queues: Queue[];
  topics: TopicProperties[];
  subscriptions: SubscriptionProperties[];
  buckets: BucketProperties[];
  tables: TableProperties[];
  /** Functions by their name in serverless.yml. */
  functions: Map<string, FunctionProperties>;
  /** Stack outputs, without those that refer to AWS-only resources. */
  outputs: Record<string, string>;
  /** Resource types that exist on AWS only. */
  unsupportedResources: string[];
}

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  // The embedded cloud creates resources in a fixed order and never removes a stack.
  DependsOn: z.unknown().optional(),
  DeletionPolicy: z.unknown().optional(),
  UpdateReplacePolicy: z.unknown().optional(),
  CreationPolicy: z.unknown().optional(),
  UpdatePolicy: z.unknown().optional(),
  // Only `npm run doctor` reads it.
  Metadata: z.unknown().optional(),
});
const output = z.object({ Value: z.unknown() });

/** Types of resources that say who may do what. read-access.ts reads them from the packaged template. */
const ACCESS_TYPES = new Set([
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::KMS::Key',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::QueuePolicy',
]);

/**
 * Reads the stack of a resolved serverless.yml.
 *
 * @param endpoint Endpoint of SQS, SNS and S3. Queue URLs begin with it.
 * @throws Error with the resource or function and the property that the embedded cloud does not support
 */
export function readStack(configuration: ServerlessConfiguration, endpoint: string): Stack {
  const { resources, attributes, awsOnly, outputs } = readResources(
    [configuration.resources].flat(),
    endpoint,
  );
  const ofType = <Schema extends z.ZodType>(type: string, schema: Schema): z.output<Schema>[] =>
    [...resources]
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties }]) => check(id, schema, evaluate(id, Properties, attributes)));

  const place = 'provider.environment';
  const shared = evaluate(place, configuration.provider.environment ?? {}, attributes);
  const common = check(place, environmentSchema, shared);
  const functions = new Map<string, FunctionProperties>();
  for (const [name, value] of Object.entries(mergeMaps([configuration.functions].flat()))) {
    const properties = check(name, functionSchema, evaluate(name, value, attributes));
    functions.set(name, { ...properties, environment: { ...common, ...properties.environment } });
  }

  return {
    service: configuration.service,
    queues: ofType('AWS::SQS::Queue', resourceSchemas['AWS::SQS::Queue']).map((queue) => ({
      ...queue,
      ...locateQueue(queue.QueueName, endpoint),
    })),
    topics: ofType('AWS::SNS::Topic', resourceSchemas['AWS::SNS::Topic']),
    subscriptions: ofType('AWS::SNS::Subscription', resourceSchemas['AWS::SNS::Subscription']),
    buckets: ofType('AWS::S3::Bucket', resourceSchemas['AWS::S3::Bucket']),
    tables: ofType('AWS::DynamoDB::Table', resourceSchemas['AWS::DynamoDB::Table']),
    functions,
    outputs,
    unsupportedResources: [...new Set(awsOnly)].sort(),
  };
}

/**
 * Reads the outputs of a stack, without those that refer to AWS-only resources.
 *
 * @param endpoint Endpoint of SQS, SNS and S3. Queue URLs begin with it.
 */
export const readOutputs = (sections: readonly ResourceSection[], endpoint: string): Record<string, string> =>
  readResources(sections, endpoint).outputs;

function readResources(sections: readonly ResourceSection[], endpoint: string) {
  const resources = new Map<string, z.output<typeof resource>>();
  const values = new Map<string, unknown>();
  for (const { Resources = {}, Outputs = {} } of sections) {
    for (const [id, value] of Object.entries(Resources)) resources.set(id, check(id, resource, value));
    for (const [id, value] of Object.entries(Outputs)) values.set(id, check(id, output, value).Value);
  }
  const attributes = readAttributes(resources, endpoint);
  const awsOnly = new Map(
    [...resources].filter(([, { Type }]) => !(Type in resourceSchemas || ACCESS_TYPES.has(Type))),
  );
  const isSupported = (value: unknown) =>
    !listReferences(value).some((place) => awsOnly.has(place.replace(/\..*/, '')));
  // The embedded cloud adds the URL of its own HTTP API.
  values.delete('ApiUrl');
  const outputs = Object.fromEntries(
    [...values]
      .filter(([, value]) => isSupported(value))
      .map(([id, value]) => [id, String(evaluate(id, value, attributes))]),
  );
  return { resources, attributes, awsOnly: [...awsOnly.values()].map(({ Type }) => Type), outputs };
}

/** Computes the values of `Ref` and `Fn::GetAtt`. URLs and ARNs follow from names, so no resource needs to exist yet. */
export function readAttributes(
  resources: Iterable<readonly [id: string, { Type: string; Properties?: Record<string, unknown> }]>,
  endpoint: string,
): Map<string, string> {
  const attributes = new Map([
    ['AWS::AccountId', ACCOUNT_ID],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', REGION],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
  const pseudoParameters = new Map(attributes);
  for (const [id, { Type, Properties = {} }] of resources) {
    // CloudFormation generates a name if the template gives none.
    const name = (property: string) =>
      String(evaluate(id, Properties[property] ?? id.toLowerCase(), pseudoParameters));
    const [ref, resourceArn] = describe(Type, id, name, endpoint);
    attributes.set(id, ref).set(`${id}.Arn`, resourceArn);
  }
  return attributes;
}

/** Returns the `Ref` and the ARN of a resource, as the CloudFormation reference lists them under "Return values". */
function describe(
  type: string,
  id: string,
  name: (property: string) => string,
  endpoint: string,
): [string, string] {
  switch (type) {
    case 'AWS::SQS::Queue': {
      const { url, arn: queueArn } = locateQueue(name('QueueName'), endpoint);
      return [url, queueArn];
    }
    case 'AWS::SNS::Topic':
      return [arn('sns', name('TopicName')), arn('sns', name('TopicName'))];
    case 'AWS::S3::Bucket':
      return [name('BucketName'), arn('s3', name('BucketName'))];
    case 'AWS::DynamoDB::Table':
      return [name('TableName'), arn('dynamodb', `table/${name('TableName')}`)];
    case 'AWS::SecretsManager::Secret':
      return [arn('secretsmanager', `secret:${id}`), arn('secretsmanager', `secret:${id}`)];
    case 'AWS::KMS::Key':
      return [id, arn('kms', `key/${id}`)];
    default:
      return [id, id];
  }
}

/** Returns the URL and ARN of a queue. */
export function locateQueue(name: string, endpoint: string): { url: string; arn: string } {
  return { url: `${endpoint}/${ACCOUNT_ID}/${name}`, arn: arn('sqs', name) };
}

function evaluate(place: string, value: unknown, attributes: Attributes): unknown {
  try {
    return evaluateIntrinsics(value, attributes);
  } catch (error) {
    throw new Error(`${place}: ${(error as Error).message}`, { cause: error });
  }
}

function check<Schema extends z.ZodType>(place: string, schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${place}: the embedded cloud does not support this: ${z.prettifyError(result.error)}`);
}

/** Merges maps recursively, as Serverless merges the lists of `functions` and `resources`. */
function mergeMaps(maps: readonly Record<string, unknown>[]): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const [key, value] of maps.flatMap(Object.entries)) {
    const before = merged[key];
    merged[key] = isMap(before) && isMap(value) ? mergeMaps([before, value]) : value;
  }
  return merged;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
