import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateTableCommand,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
} from '@aws-sdk/client-dynamodb';
import type { TableProperties } from '../stack/stack-schema.ts';

/** Creates a table unless it exists, and waits until it is active: until then, requests fail as if it did not exist. */
export async function provisionTable(dynamodb: DynamoDBClient, table: TableProperties): Promise<void> {
  const { TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = table;
  const command = new CreateTableCommand({
    TableName,
    BillingMode,
    AttributeDefinitions,
    KeySchema,
    GlobalSecondaryIndexes,
  });
  await dynamodb.send(command).catch((error) => {
    if (!(error instanceof ResourceInUseException)) throw error;
  });
  // The table is active within milliseconds, but the SDK's waiter polls in intervals of seconds.
  const isActive = async () =>
    (await dynamodb.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus === 'ACTIVE';
  while (!(await isActive())) await sleep(5);
}
