import { resolve } from 'node:path';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { startAwsServices } from '../../local/aws-services/start-aws-services.ts';
import { startDynamoDb } from '../../local/dynamodb/start-dynamodb.ts';
import { portOfProcess } from '../../local/port-of-process.ts';
import { createClients } from '../../local/stack/clients.ts';
import { provision } from '../../local/stack/provision.ts';
import { readStack } from '../../local/stack/read-stack.ts';
import { resolveServerlessYml } from '../../local/stack/resolve-serverless-yml.ts';
import { startTogether } from '../../local/start-together.ts';
import { serve } from '../../local/thread-rpc.ts';
import type { Inspection } from '../../operations/status/inspection.ts';
import { IDEMPOTENCY_TABLE } from './idempotency-table.ts';

/*
 * SQS, SNS, S3 and DynamoDB in a process of their own, with the resources of serverless.yml in them and nobody at work on
 * its queues. The process that forks it calls what is served below.
 */

/** Where everything is, by the name of the setting that tells it: the functions' environment. */
export type Settings = Readonly<Record<string, string>>;

const project = resolve(import.meta.dirname, '../..');
/** Resolved once: each start after the first one takes a tenth of a second. */
const configuration = resolveServerlessYml(project, 'local', {}, {});
let running = new AsyncDisposableStack();
let awsServices: Awaited<ReturnType<typeof startAwsServices>>;

const handlers = {
  /** Starts them, empty. Those of an earlier start are gone by then. */
  async start(): Promise<Settings> {
    await running.disposeAsync();
    running = new AsyncDisposableStack();
    const onCrash = (error: Error) => {
      throw error;
    };
    const [services, dynamoDb] = await startTogether(
      running,
      startAwsServices({ port: 0, mailboxQueueName: 'mailbox', onCrash }),
      startDynamoDb({ port: 0, onCrash }),
    );
    awsServices = services;
    const stack = readStack(await configuration, services.endpoint);
    const clients = createClients(services.endpoint, dynamoDb.endpoint);
    await provision(stack, clients, services);
    await clients.dynamodb.send(
      new CreateTableCommand({
        TableName: IDEMPOTENCY_TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    const outputs = {
      ...stack.outputs,
      AwsEndpointUrl: services.endpoint,
      DynamoDbEndpointUrl: dynamoDb.endpoint,
    };
    const { functions } = readStack(
      await resolveServerlessYml(project, 'local', {}, outputs),
      services.endpoint,
    );
    return Object.assign({}, ...Array.from(functions.values(), ({ environment }) => environment));
  },
  /** Messages that a queue has taken, and that were deleted from it. */
  async counts(queueName: string): Promise<{ taken: number; deleted: number }> {
    const answer = await fetch(awsServices.inspectionUrl);
    const { queues } = (await answer.json()) as Inspection;
    return queues[queueName] ?? { taken: 0, deleted: 0 };
  },
  stop: (): Promise<void> => running.disposeAsync(),
};
export type ServicesProcessCalls = typeof handlers;

serve(portOfProcess(process), handlers);
// Whoever wanted this has gone.
process.once('disconnect', () => process.exit());
