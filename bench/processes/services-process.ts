import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { answerParent } from '../../harness/start-process.ts';
import { type RunningStack, startStack } from '../../harness/start-stack.ts';
import type { Inspection } from '../../operations/status/inspection.ts';
import { IDEMPOTENCY_TABLE } from './contender.ts';

/*
 * SQS, SNS, S3 and DynamoDB in a process of their own, with the resources of serverless.yml in them and nothing that works on
 * its queues. `start-services.ts` starts it and makes the calls below.
 */

/** The functions' environment: endpoints, queues, topics, buckets and tables by the name of their setting. */
export type Settings = Readonly<Record<string, string>>;

let running: RunningStack | undefined;

const handlers = {
  /** Starts them, empty. Those of an earlier start are gone by then. */
  async start(): Promise<Settings> {
    await running?.stop();
    running = await startStack();
    await running.clients.dynamodb.send(
      new CreateTableCommand({
        TableName: IDEMPOTENCY_TABLE,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      }),
    );
    return Object.assign({}, ...Array.from(running.functions.values(), ({ environment }) => environment));
  },
  /** Messages that a queue has taken, and that were deleted from it. */
  async counts(queueName: string): Promise<{ taken: number; deleted: number }> {
    const answer = await fetch(running?.services.inspectionUrl ?? '');
    const { queues } = (await answer.json()) as Inspection;
    return queues[queueName] ?? { taken: 0, deleted: 0 };
  },
};
export type ServicesProcessCalls = typeof handlers;

answerParent(handlers);
