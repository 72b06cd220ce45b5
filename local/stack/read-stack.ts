import * as z from 'zod';
import { ACCOUNT_ID, arn, REGION } from './account.ts';
import { type Attributes, evaluateIntrinsics } from './evaluate-intrinsics.ts';
import { listReferences } from './list-references.ts';
import type { ServerlessConfiguration } from './resolve-serverless-yml.ts';
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

/** A queue, and where it is. */
export interface Queue extends QueueProperties {
  url: string;
  arn: string;
}

/** The stack as the embedded cloud makes it: CloudFormation's functions evaluated, properties checked. */
export interface Stack {
  service: string;
  queues: Queue[];
  topics: TopicProperties[];
  subscriptions: SubscriptionProperties[];
  buckets: BucketProperties[];
  tables: TableProperties[];
  /** By the name they have in serverless.yml. */
  functions: Map<string, FunctionProperties>;
  /** Stack outputs; those about what exists on AWS only are left out. */
  outputs: Record<string, string>;
  /** Resource types that exist on AWS only. */
  notEmbodied: string[];
}

const resource = z.strictObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  // Here everything is made before anything refers to it, and a stack is never removed.
  DependsOn: z.unknown().optional(),
  DeletionPolicy: z.unknown().optional(),
  UpdateReplacePolicy: z.unknown().optional(),
  CreationPolicy: z.unknown().optional(),
  UpdatePolicy: z.unknown().optional(),
  // Read by nobody but the doctor.
  Metadata: z.unknown().optional(),
});
const output = z.object({ Value: z.unknown() });

/**
 * Reads a resolved serverless.yml into a stack.
 *
 * @param endpoint of SQS, SNS and S3: queue URLs begin with it
 * @throws Error that names the resource or function, and the property that the embedded cloud cannot embody
 */
export function readStack(configuration: ServerlessConfiguration, endpoint: string): Stack {
  const { resources, attributes, elsewhere, outputs } = readResources(configuration.resources, endpoint);
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
    notEmbodied: [...new Set(elsewhere)].sort(),
  };
}

/**
 * Reads the outputs of a stack's resources; those about what exists on AWS only are left out.
 *
 * @param endpoint of SQS, SNS and S3: queue URLs begin with it
 */
export const readOutputs = (
  sections: ServerlessConfiguration['resources'],
  endpoint: string,
): Record<string, string> => readResources(sections, endpoint).outputs;

function readResources(sections: ServerlessConfiguration['resources'], endpoint: string) {
  const resources = new Map<string, z.output<typeof resource>>();
  const values = new Map<string, unknown>();
  for (const { Resources = {}, Outputs = {} } of sections) {
    for (const [id, value] of Object.entries(Resources)) resources.set(id, check(id, resource, value));
    for (const [id, value] of Object.entries(Outputs)) values.set(id, check(id, output, value).Value);
  }
  const attributes = readAttributes(resources, endpoint);
  const elsewhere = new Map([...resources].filter(([, { Type }]) => !(Type in resourceSchemas)));
  const isHere = (value: unknown) =>
    !listReferences(value).some((place) => elsewhere.has(place.replace(/\..*/, '')));
  // The embedded cloud has an HTTP API of its own.
  values.delete('ApiUrl');
  const outputs = Object.fromEntries(
    [...values]
      .filter(([, value]) => isHere(value))
      .map(([id, value]) => [id, String(evaluate(id, value, attributes))]),
  );
  return { resources, attributes, elsewhere: [...elsewhere.values()].map(({ Type }) => Type), outputs };
}

/** What `Ref` and `Fn::GetAtt` give: names are known before anything exists, and so are URLs and ARNs. */
function readAttributes(resources: Map<string, z.output<typeof resource>>, endpoint: string): Attributes {
  const attributes = new Map([
    ['AWS::AccountId', ACCOUNT_ID],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', REGION],
    ['AWS::URLSuffix', 'amazonaws.com'],
  ]);
  const pseudoParameters = new Map(attributes);
  for (const [id, { Type, Properties }] of resources) {
    const name = (property: string) => String(evaluate(id, Properties[property], pseudoParameters));
    const [ref, resourceArn] = describe(Type, id, name, endpoint);
    attributes.set(id, ref).set(`${id}.Arn`, resourceArn);
  }
  return attributes;
}

/** A resource's `Ref` and ARN, by type (the "Return values" of its page in the CloudFormation reference). */
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
    default:
      return [id, id];
  }
}

/** Where a queue is, from its name. */
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
  throw new Error(`${place}: the embedded cloud cannot embody this: ${z.prettifyError(result.error)}`);
}

/** Merges maps, and maps within them, as Serverless merges the lists of `functions` and `resources`. */
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
