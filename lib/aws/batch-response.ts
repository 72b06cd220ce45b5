import type { EntryResult } from '../batch/send-in-batches.ts';
import { isTransient, ServiceError } from '../errors.ts';

/** The part of an SQS or SNS batch response that lists the results of its entries. */
interface BatchResponse<Success> {
  Successful?: readonly (Success & { Id?: string | undefined })[] | undefined;
  Failed?:
    | readonly {
        Id?: string | undefined;
        Code?: string | undefined;
        Message?: string | undefined;
        SenderFault?: boolean | undefined;
      }[]
    | undefined;
}

/**
 * Converts an SQS or SNS batch response to one result per entry, in the order sent; undefined for an entry that the response
 * does not list. Entry ids are positions: `"0"`, `"1"`, …
 *
 * `SenderFault: false` means that the service failed, so the entry is retryable. Some services set `true` for a throttled
 * sender, so the code is checked as well.
 */
export function toEntryResults<Success, Value>(
  operation: string,
  size: number,
  response: BatchResponse<Success>,
  toValue: (success: Success) => Value,
): (EntryResult<Value> | undefined)[] {
  const results = new Array<EntryResult<Value> | undefined>(size);
  for (const success of response.Successful ?? []) {
    results[Number(success.Id)] = { ok: true, value: toValue(success) };
  }
  for (const { Id, Code = 'Unknown', Message = 'no message', SenderFault } of response.Failed ?? []) {
    const error = new ServiceError(operation, Code, Message);
    results[Number(Id)] = { ok: false, error, retryable: !SenderFault || isTransient(Code) };
  }
  return results;
}
