import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { intercept } from './intercept.ts';

/**
 * Answers in the place of every queue until the test is over: takes messages, or refuses them for good.
 *
 * @param refusal code with which a body is refused; undefined where it is taken
 * @returns the bodies of each request so far
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
