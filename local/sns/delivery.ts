import { AwsError } from '../aws-services/aws-error.ts';
import { functionNameOf, type InvokeFunction } from '../aws-services/invoke-route.ts';
import type { Enforcement } from '../iam/caller.ts';
import { checkQueue } from '../sqs/authorize.ts';
import { checkMessage } from '../sqs/check-message.ts';
import type { NewMessage } from '../sqs/message.ts';
import type { PublishedMessage } from './message.ts';
import { type Sender, signatureOf, toLambdaEvent, toNotification } from './notification.ts';
import { post } from './post.ts';
import { isHttp, type Subscription } from './subscription.ts';

/** Finds a queue by its ARN. `send` throws AwsError if the queue refuses the message. */
export type FindQueue = (arn: string) => TargetQueue | undefined;
interface TargetQueue {
  send(message: NewMessage): unknown;
  /** Its policy and key are among them. */
  attributes?: Readonly<Record<string, string>>;
}

export interface Deliveries {
  /** Delivers a message. Queues have it on return; functions and HTTP endpoints receive it later. */
  deliver(message: PublishedMessage, to: Subscription, sender: Sender): void;
  /** Asks an HTTP endpoint to confirm its subscription. */
  requestConfirmation(to: Subscription, token: string, messageId: string, sender: Sender): void;
  /** Resolves when all deliveries have succeeded or failed. */
  settled(): Promise<void>;
  /** Gives up deliveries that have not succeeded yet. */
  stop(): Promise<void>;
}

/** Creates the deliveries except e-mails. A message that fails goes to the subscription's dead-letter queue. */
export function createDeliveries(
  findQueue: FindQueue,
  invoke: InvokeFunction,
  enforcement: Enforcement,
): Deliveries {
  const pending = new Set<Promise<unknown>>();
  const stopping = new AbortController();

  function track(delivery: Promise<unknown>): void {
    pending.add(delivery);
    void delivery.finally(() => pending.delete(delivery));
  }

  function sendToQueue(arn: string, { message, to, sender }: Delivery): boolean {
    const queue = findQueue(arn);
    if (!queue) return false;
    const isFifo = arn.endsWith('.fifo');
    // FIFO topics do not pass the group to standard queues.
    const keepsGroup = isFifo || message.sequenceNumber === undefined;
    const queued = {
      ...(to.raw ? toRawMessage(message, to) : { body: toNotification(message, to, sender) }),
      traceHeader: message.traceHeader,
      groupId: keepsGroup ? message.groupId : undefined,
      deduplicationId: isFifo ? message.deduplicationId : undefined,
    };
    try {
      const { access } = enforcement;
      if (access) {
        const principal = { kind: 'service', service: 'sns.amazonaws.com', sourceArn: to.topicArn } as const;
        checkQueue({ access, principal }, 'sqs:SendMessage', arn, queue);
      }
      // "Messages with more than 10 message attributes directed towards Raw Message Delivery enabled Amazon SQS
      // subscriptions will be discarded": https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
      checkMessage(queued, isFifo);
      queue.send(queued);
      return true;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return false;
    }
  }

  function sendToDeadLetterQueue(delivery: Delivery): void {
    const { deadLetterArn } = delivery.to;
    if (deadLetterArn === undefined) return;
    const isStored = sendToQueue(deadLetterArn, delivery);
    // A raw message that no queue accepts, for example with 11 attributes, is kept as JSON.
    if (!isStored) sendToQueue(deadLetterArn, { ...delivery, to: { ...delivery.to, raw: false } });
  }

  async function sendToFunction({ message, to, sender }: Delivery): Promise<boolean> {
    const event = toLambdaEvent(message, to, sender);
    return (await invoke(functionNameOf(to.endpoint), event, 'Event')).found;
  }

  function sendToUrl({ message, to, sender }: Delivery): Promise<boolean> {
    const headers = {
      ...headersOf('Notification', message.messageId, to),
      'x-amz-sns-subscription-arn': to.arn,
      ...(to.raw && { 'x-amz-sns-rawdelivery': 'true' }),
    };
    const body = to.raw ? message.textFor(to.protocol) : toNotification(message, to, sender);
    return post(to.endpoint, headers, body, stopping.signal);
  }

  return {
    deliver(message, to, sender) {
      const delivery = { message, to, sender };
      if (to.protocol === 'sqs') {
        if (!sendToQueue(to.endpoint, delivery)) sendToDeadLetterQueue(delivery);
        return;
      }
      const sent = isHttp(to) ? sendToUrl(delivery) : sendToFunction(delivery);
      track(
        sent
          .catch(() => false)
          .then((isDelivered) => {
            if (!isDelivered && !stopping.signal.aborted) sendToDeadLetterQueue(delivery);
          }),
      );
    },

    requestConfirmation(to, token, messageId, sender) {
      const { topicArn } = to;
      const body = JSON.stringify({
        Type: 'SubscriptionConfirmation',
        MessageId: messageId,
        Token: token,
        TopicArn: topicArn,
        Message:
          `You have chosen to subscribe to the topic ${topicArn}.\n` +
          'To confirm the subscription, visit the SubscribeURL included in this message.',
        SubscribeURL: `${sender.endpoint}/?Version=2010-03-31&Action=ConfirmSubscription&TopicArn=${topicArn}&Token=${token}`,
        Timestamp: new Date().toISOString(),
        ...signatureOf(sender),
      });
      const headers = headersOf('SubscriptionConfirmation', messageId, to);
      track(post(to.endpoint, headers, body, stopping.signal));
    },

    async settled() {
      while (pending.size > 0) await Promise.all(pending);
    },

    async stop() {
      stopping.abort();
      await Promise.all(pending);
    },
  };
}

interface Delivery {
  message: PublishedMessage;
  to: Subscription;
  sender: Sender;
}

const toRawMessage = (message: PublishedMessage, { protocol }: Subscription): NewMessage => ({
  body: message.textFor(protocol),
  attributes: message.attributes,
});

const headersOf = (type: string, messageId: string, { topicArn }: Subscription) => ({
  'x-amz-sns-message-type': type,
  'x-amz-sns-message-id': messageId,
  'x-amz-sns-topic-arn': topicArn,
});
