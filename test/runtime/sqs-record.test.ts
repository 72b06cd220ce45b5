import { expect, test } from 'vitest';
import { toSqsRecord } from '../../runtime/sqs-record.ts';

const QUEUE_ARN = 'arn:aws:sqs:eu-west-1:123456789012:orders';

test('converts a message into the record that Lambda would pass to a function', () => {
  const message = {
    MessageId: 'message-1',
    ReceiptHandle: 'handle-1',
    Body: '{}',
    MD5OfBody: 'md5',
    Attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1795329424262' },
    MessageAttributes: {
      event: { DataType: 'String', StringValue: 'OrderConfirmed' },
      picture: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 255]) },
      plain: { StringValue: 'text', DataType: undefined },
    },
  };
  expect(toSqsRecord(message, QUEUE_ARN)).toEqual({
    messageId: 'message-1',
    receiptHandle: 'handle-1',
    body: '{}',
    attributes: { ApproximateReceiveCount: '2', SentTimestamp: '1795329424262' },
    messageAttributes: {
      event: { dataType: 'String', stringValue: 'OrderConfirmed' },
      picture: { dataType: 'Binary', binaryValue: 'AQL/' },
      plain: { dataType: 'String', stringValue: 'text' },
    },
    md5OfBody: 'md5',
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE_ARN,
    awsRegion: 'eu-west-1',
  });
});

test('leaves the fields empty that a message lacks', () => {
  expect(toSqsRecord({}, 'orders')).toEqual({
    messageId: '',
    receiptHandle: '',
    body: '',
    attributes: {},
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'orders',
    awsRegion: '',
  });
});
