import type { EntryAnswer } from '../batch/send-in-batches.ts';
import { isPassing, ServiceError } from '../errors.ts';

/** The part of an SQS or SNS batch answer that tells what became of each entry. */
interface BatchAnswer<Success> {
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
 * Reads an SQS or SNS batch answer into one answer per entry, in the order sent; undefined for an entry that it does
 * not mention. Entry ids are positions: `"0"`, `"1"`, …
 *
 * `SenderFault: false` means that the service is to blame, which passes; a throttled sender is told `true` by some
 * services, hence the look at the code as well.
 */
export function toEntryAnswers<Success, Value>(
  operation: string,
  size: number,
  answer: BatchAnswer<Success>,
  toValue: (success: Success) => Value,
): (EntryAnswer<Value> | undefined)[] {
  const answers = new Array<EntryAnswer<Value> | undefined>(size);
  for (const success of answer.Successful ?? []) {
    answers[Number(success.Id)] = { ok: true, value: toValue(success) };
  }
  for (const { Id, Code = 'Unknown', Message = 'no message', SenderFault } of answer.Failed ?? []) {
    const error = new ServiceError(operation, Code, Message);
    answers[Number(Id)] = { ok: false, error, retryable: !SenderFault || isPassing(Code) };
  }
  return answers;
}
