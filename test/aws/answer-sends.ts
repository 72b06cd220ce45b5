import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { intercept } from './intercept.ts';

/**
 * Replaces SendMessageBatch of all queues until the end of the test: accepts messages, or rejects them as invalid.
 *
 * @param refusal Returns the error code of a rejected body; undefined for an accepted one.
 * @returns The message bodies of each request so far.
 */
export function answerSends(refusal: (body: string) => string | undefined = () => undefined): string[][] {
  const requests: string[][] = [];
  intercept(SQSClient.prototype, SendMessageBatchCommand, async ({ Entries = [] }) => {
    const entries = Entries.map(({ Id, MessageBody = '' }) => ({ Id, Code: refusal(MessageBody) }));
    requests.push(Entries.map(({ MessageBody = '' }) => MessageBody));
    return {
      Successful: entries
        .filter(({ Code }) => Code === undefined)
        .map(({ Id }) => ({ Id, MessageId: `message-${Id}`, MD5OfMessageBody: '' })),
      Failed: entries
        .filter(({ Code }) => Code !== undefined)
        .map(({ Id, Code }) => ({ Id, Code, Message: 'injected', SenderFault: true })),
      $metadata: {},
    };
  });
  return requests;
}
