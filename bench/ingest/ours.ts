import { handler } from '../../handlers/ingest.ts';
import { pollForHandler } from '../poll-for-handler.ts';
import type { Contend } from '../processes/contender.ts';

/** The ingest function as Lambda runs it, with one message of the upload queue per invocation. */
export const contend: Contend = async (task) =>
  pollForHandler(
    handler,
    {
      functionName: 'ingest',
      queueUrl: process.env.UPLOAD_QUEUE_URL,
      batchSize: 1,
      batchingWindow: 0,
      timeout: 900,
    },
    task,
  );
