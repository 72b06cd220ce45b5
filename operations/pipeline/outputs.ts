import * as z from 'zod';
import { received } from '../../lib/text.ts';

const url = z.url().describe('a URL');
const name = z.string().min(3).describe('a name of at least 3 characters');
const arn = z.string().startsWith('arn:').describe('an ARN');
const optionalUrl = url.optional().describe('a URL');
const optionalArn = arn.optional().describe('an ARN');

/** What an operator needs of the stack's outputs, and of those that the embedded cloud adds. */
const schema = {
  OrderQueueUrl: url,
  OrderQueueDLQUrl: url,
  UploadQueueUrl: url,
  UploadQueueDLQUrl: url,
  ShippingQueueUrl: optionalUrl,
  ShippingQueueDLQUrl: optionalUrl,
  AnalyticsQueueUrl: optionalUrl,
  AnalyticsQueueDLQUrl: optionalUrl,
  OrderEventsTopicArn: arn,
  UploadBucketName: name,
  ResultsBucketName: name,
  LedgerTableName: name,
  ShippingDatabaseArn: optionalArn,
  ShippingDatabaseSecretArn: optionalArn,
  SalesWarehouseArn: optionalArn,
  SalesWarehouseSecretArn: optionalArn,
  AwsEndpointUrl: optionalUrl,
  DynamoDbEndpointUrl: optionalUrl,
  DatabaseUrl: optionalUrl,
  InspectionUrl: optionalUrl,
};

/** Outputs by their keys. */
export type StackOutputs = z.output<z.ZodObject<typeof schema>>;

/**
 * Reads the outputs of a stack; those that operators do not need are left out.
 *
 * @throws Error that names each output that is missing or malformed
 */
export function toStackOutputs(outputs: Readonly<Record<string, unknown>>): StackOutputs {
  const result = z.object(schema).safeParse(outputs);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path }) => {
    const key = String(path[0]);
    const rule = schema[key as keyof typeof schema].meta()?.description ?? 'a text';
    return `${key}: must be ${rule}, received ${received(outputs[key])}`;
  });
  throw new Error(`stack outputs: ${faults.join('; ')}`);
}
