import sqsPartialBatchFailure from '@middy/sqs-partial-batch-failure';
import type { SQSRecord } from 'aws-lambda';
import { logger } from '../observability/logger.ts';

/**
 * Middleware that answers Lambda with the records that failed, and only those. Its own way of logging, which prints
 * whole records, is replaced: bodies hold personal data.
 */
export const partialBatch = () =>
  sqsPartialBatchFailure({
    logger: (reason: Error, record: SQSRecord) =>
      logger.debug('record failed', { message_id: record.messageId, reason: reason.name }),
  });
