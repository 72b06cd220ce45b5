import * as z from 'zod';
import { received } from '../../lib/text.ts';
import { QUEUES } from '../../topology.ts';

const url = z.url().describe('a URL');
const name = z.string().min(3).describe('a name of at least 3 characters');
const arn = z.string().startsWith('arn:').describe('an ARN');
const optionalUrl = url.optional().describe('a URL');
const optionalArn = arn.optional().describe('an ARN');

/** The stack outputs that operations need, including those that only the embedded cloud has. */
const schema = {
  ...queueOutputs(),
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

/** Output values by their keys. */
export type StackOutputs = z.output<z.ZodObject<typeof schema>> &
  Readonly<Record<string, string | undefined>>;

/** Outputs of the queues and of their consumers' tables. Outputs of a disabled part are absent. */
function queueOutputs(): Record<string, typeof url | typeof optionalUrl | typeof name> {
  return Object.fromEntries(
    QUEUES.flatMap(({ id, dlqId, part, stores }) => [
      [`${id}Url`, part ? optionalUrl : url],
      [`${dlqId}Url`, part ? optionalUrl : url],
      ...(typeof stores?.in === 'object' ? [[stores.in.tableOutput, part ? name.optional() : name]] : []),
    ]),
  );
}

/**
 * Reads the outputs of a stack that operations need.
 *
 * @throws Error that names each output that is missing or malformed
 */
export function toStackOutputs(outputs: Readonly<Record<string, unknown>>): StackOutputs {
  const result = z.object(schema).safeParse(outputs);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path }) => {
    const key = String(path[0]);
    const rule = schema[key as keyof typeof schema].meta()?.description ?? 'a string';
    return `${key}: must be ${rule}, received ${received(outputs[key])}`;
  });
  throw new Error(`stack outputs: ${faults.join('; ')}`);
}
