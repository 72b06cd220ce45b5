import { resolve } from 'node:path';
import { type AwsServices, startAwsServices } from '../local/aws-services/start-aws-services.ts';
import { startDynamoDb } from '../local/dynamodb/start-dynamodb.ts';
import { type Clients, createClients } from '../local/stack/clients.ts';
import { fillOutputs, packageStack } from '../local/stack/package-stack.ts';
import { provision } from '../local/stack/provision.ts';
import { readStack, type Stack } from '../local/stack/read-stack.ts';
import { startTogether } from '../local/start-together.ts';

const PROJECT = resolve(import.meta.dirname, '..');

/** SQS, SNS, S3 and DynamoDB in this process, with the stack's resources but without consumers. */
export interface RunningStack {
  services: AwsServices;
  clients: Clients;
  stack: Stack;
  /** The stack's functions with their environment variables. */
  functions: Stack['functions'];
  stop(): Promise<void>;
}

/** Starts the services without any data. */
export async function startStack(): Promise<RunningStack> {
  await using cleanUp = new AsyncDisposableStack();
  const { configuration } = await packageStack(PROJECT);
  const [services, dynamoDb] = await startTogether(
    cleanUp,
    startAwsServices({ port: 0, mailboxQueueName: 'mailbox' }),
    startDynamoDb({ port: 0 }),
  );
  const stack = readStack(configuration, services.endpoint);
  const clients = createClients(services.endpoint, dynamoDb.endpoint);
  await provision(stack, clients, services);
  const outputs = {
    ...stack.outputs,
    AwsEndpointUrl: services.endpoint,
    DynamoDbEndpointUrl: dynamoDb.endpoint,
  };
  // The stack is read again, because the functions' environment depends on the outputs.
  const { functions } = readStack(fillOutputs(configuration, outputs), services.endpoint);
  const running = cleanUp.move();
  return { services, clients, stack, functions, stop: () => running.disposeAsync() };
}
