import * as z from 'zod';
import { received } from '../../lib/text.ts';
import { QUEUES } from '../../topology.ts';

const url = z.url().describe('a URL');
const name = z.string().min(3).describe('a name of at least 3 characters');
const arn = z.string().startsWith('arn:').describe('an ARN');
const optionalUrl = url.optional().describe('a URL');
const optionalArn = arn.optional().describe('an ARN');

/** What an operator needs of the stack's outputs, and of those that the embedded cloud adds. */
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

/** Outputs by their keys. */
export type StackOutputs = z.output<z.ZodObject<typeof schema>> &
  Readonly<Record<string, string | undefined>>;

/** Those of queues, and of the tables of their consumers: some are missing where their part is off. */
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
