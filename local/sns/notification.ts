import type { PublishedMessage } from './message.ts';

/** The part of a subscription that its notifications contain. */
interface Recipient {
  arn: string;
  protocol: string;
}

/** A topic's settings that its notifications contain. */
export interface Sender {
  /** Base URL of the services, such as `http://127.0.0.1:4566`. */
  endpoint: string;
  signatureVersion: string;
}

/** SNS signs with a key of its own, which no one else has. Consumers that verify signatures cannot do so here. */
const SIGNATURE = Buffer.from('not signed by the embedded cloud').toString('base64');

/** The fields of a signature, with the URL of a certificate that does not exist. */
export const signatureOf = ({ endpoint, signatureVersion }: Sender) => ({
  SignatureVersion: signatureVersion,
  Signature: SIGNATURE,
  SigningCertURL: `${endpoint}/SimpleNotificationService-embedded.pem`,
});

/** Returns a URL that ends a subscription when it is opened. */
export const unsubscribeUrl = (endpoint: string, subscriptionArn: string): string =>
  `${endpoint}/?Version=2010-03-31&Action=Unsubscribe&SubscriptionArn=${subscriptionArn}`;

/**
 * Returns the JSON that queues, HTTP endpoints and e-mails receive:
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 */
export function toNotification(message: PublishedMessage, to: Recipient, sender: Sender): string {
  return JSON.stringify({
    Type: 'Notification',
    MessageId: message.messageId,
    SequenceNumber: message.sequenceNumber,
    TopicArn: message.topicArn,
    Subject: message.subject,
    Message: message.textFor(to.protocol),
    Timestamp: message.timestamp,
    ...signatureOf(sender),
    UnsubscribeURL: unsubscribeUrl(sender.endpoint, to.arn),
    MessageAttributes: hasAttributes(message) ? toAttributes(message) : undefined,
  });
}

/** Returns the event of a Lambda function: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html */
export function toLambdaEvent(message: PublishedMessage, to: Recipient, sender: Sender): object {
  const { SignatureVersion, Signature, SigningCertURL } = signatureOf(sender);
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: to.arn,
        Sns: {
          Type: 'Notification',
          MessageId: message.messageId,
          TopicArn: message.topicArn,
          Subject: message.subject ?? null,
          Message: message.textFor(to.protocol),
          Timestamp: message.timestamp,
          SignatureVersion,
          Signature,
          // Lambda's events spell these two names differently.
          SigningCertUrl: SigningCertURL,
          UnsubscribeUrl: unsubscribeUrl(sender.endpoint, to.arn),
          MessageAttributes: toAttributes(message),
        },
      },
    ],
  };
}

const hasAttributes = ({ attributes }: PublishedMessage): boolean => Object.keys(attributes).length > 0;

const toAttributes = ({ attributes }: PublishedMessage) =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      { Type: DataType, Value: StringValue ?? BinaryValue ?? '' },
    ]),
  );
