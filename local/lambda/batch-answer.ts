import { type BatchAnswer, readBatchAnswer, wholeBatch } from '../../lib/records/batch-answer.ts';
import type { InvokeResult } from './execution-environment.ts';

/**
 * What a mapping makes of an invocation: an error fails the whole batch; where the function does not report failures
 * item by item (`ReportBatchItemFailures`), anything else is success.
 *
 * @param messageIds of the batch
 */
export function readInvokeResult(
  { payload, functionError }: InvokeResult,
  messageIds: readonly string[],
  reportsItemFailures: boolean,
): BatchAnswer {
  if (functionError) return wholeBatch(messageIds, `function error: ${payload.slice(0, 500)}`);
  if (!reportsItemFailures) return { failed: new Set() };
  return readBatchAnswer(JSON.parse(payload), messageIds);
}
