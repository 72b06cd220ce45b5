import { PublishCommand } from '@aws-sdk/client-sns';
import middy from '@middy/core';
import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSEvent } from 'aws-lambda';
import { CONSUMER_MAPPING, pollForHandler } from '../poll-for-handler.ts';
import { openSns } from '../processes/clients.ts';
import type { Contend } from '../processes/contender.ts';
import { toPublish } from './to-publish.ts';

/** middy with partial batch responses: all records of a batch concurrently, one publish per record. */
export const contend: Contend = async (task) => {
  const sns = openSns();
  const handler = middy(({ Records }: SQSEvent) =>
    Promise.allSettled(Records.map(async ({ body }) => sns.send(new PublishCommand(toPublish(body))))),
  ).use(sqsPartialBatchFailure());
  return pollForHandler(handler, CONSUMER_MAPPING, task);
};
