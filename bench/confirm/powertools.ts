import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { PublishCommand } from '@aws-sdk/client-sns';
import type { Context, SQSEvent, SQSRecord } from 'aws-lambda';
import { CONSUMER_MAPPING, pollForHandler } from '../poll-for-handler.ts';
import { openDynamoDb, openSns } from '../processes/clients.ts';
import { type Contend, IDEMPOTENCY_TABLE } from '../processes/contender.ts';
import { toPublish } from './to-publish.ts';

/** Powertools: the batch processor with idempotency by `order_id`, one publish per record. */
export const contend: Contend = async (task) => {
  const sns = openSns();
  const config = new IdempotencyConfig({ eventKeyJmesPath: 'powertools_json(body).order_id' });
  const processor = new BatchProcessor(EventType.SQS);
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName: IDEMPOTENCY_TABLE,
    awsSdkV3Client: openDynamoDb(),
  });
  const confirm = makeIdempotent(
    async ({ body }: SQSRecord) => {
      const { MessageId } = await sns.send(new PublishCommand(toPublish(body)));
      return { snsMessageId: MessageId ?? '' };
    },
    { config, persistenceStore },
  );
  async function handler(event: SQSEvent, context: Context) {
    config.registerLambdaContext(context);
    return processPartialResponse(event, confirm, processor, { context });
  }
  return pollForHandler(handler, CONSUMER_MAPPING, task);
};
