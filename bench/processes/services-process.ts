import { answerParent } from '../../harness/start-process.ts';
import { type RunningStack, startStack } from '../../harness/start-stack.ts';
import { provisionTable } from '../../local/dynamodb/provision-table.ts';
import type { Inspection } from '../../operations/status/inspection.ts';
import { IDEMPOTENCY_TABLE } from './contender.ts';

/*
 * Runs SQS, SNS, S3 and DynamoDB in a separate process, with the resources of serverless.yml but without consumers.
 * `start-services.ts` starts it and makes the calls below.
 */

/** The functions' environment variables: endpoints, queues, topics, buckets and tables. */
export type Settings = Readonly<Record<string, string>>;

let running: RunningStack | undefined;

const handlers = {
  /** Starts the services without any data, after stopping those of an earlier start. */
  async start(): Promise<Settings> {
    await running?.stop();
    running = await startStack();
    await provisionTable(running.clients.dynamodb, {
      TableName: IDEMPOTENCY_TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    });
    return Object.assign({}, ...Array.from(running.functions.values(), ({ environment }) => environment));
  },
  /** Returns the number of messages that a queue has accepted, and that were deleted from it. */
  async counts(queueName: string): Promise<{ taken: number; deleted: number }> {
    const answer = await fetch(running?.services.inspectionUrl ?? '');
    const { queues } = (await answer.json()) as Inspection;
    return queues[queueName] ?? { taken: 0, deleted: 0 };
  },
};
export type ServicesProcessCalls = typeof handlers;

answerParent(handlers);
