import type { Message } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** Converts a received message into a record of a Lambda event: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export function toSqsRecord(message: Message, queueArn: string): SQSRecord {
  const messageAttributes = Object.entries(message.MessageAttributes ?? {}).map(
    ([name, { DataType = 'String', StringValue, BinaryValue }]) => {
      const attribute = {
        dataType: DataType,
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: Buffer.from(BinaryValue).toString('base64') }),
      };
      return [name, attribute] as const;
    },
  );
  const [, , , awsRegion = ''] = queueArn.split(':');
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes } as unknown as SQSRecord['attributes'],
    // Unlike an assignment, this keeps an attribute with the name `__proto__`.
    messageAttributes: Object.fromEntries(messageAttributes),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion,
  };
}
