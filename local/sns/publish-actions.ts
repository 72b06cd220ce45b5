import { type Parameters, structuresOf, textOf } from '../aws-services/query-parameters.ts';
import type { ServiceRequest } from '../aws-services/service.ts';
import type { MessageAttribute } from '../sqs/message.ts';
import { type Action, element } from './action.ts';
import type { MessageAttributes } from './message.ts';
import { publishBatch } from './publish-batch.ts';
import { requireText, topicArnOf } from './required-parameters.ts';
import type { PublishRequest } from './sns.ts';
import type { Published } from './topic.ts';

/** SNS's actions on messages. */
export const publishActions: Record<string, Action> = {
  Publish(sns, parameters, request) {
    return toXml(sns.publish({ topicArn: topicArnOf(parameters), ...readMessage(parameters, request) }));
  },

  PublishBatch(sns, parameters, request) {
    const entries = structuresOf(parameters, 'PublishBatchRequestEntries').map((entry) => ({
      id: textOf(entry, 'Id') ?? '',
      ...readMessage(entry, request),
    }));
    const { successful, failed } = publishBatch(sns, requireText(parameters, 'TopicArn'), entries);
    const successes = successful.map(
      ({ id, ...published }) => `<member>${element('Id', id)}${toXml(published)}</member>`,
    );
    const failures = failed.map(({ id, error: { code, message } }) => {
      const reason = element('Code', code) + element('Message', message) + element('SenderFault', 'true');
      return `<member>${element('Id', id)}${reason}</member>`;
    });
    return `<Successful>${successes.join('')}</Successful><Failed>${failures.join('')}</Failed>`;
  },
};

const toXml = ({ messageId, sequenceNumber }: Published): string =>
  element('MessageId', messageId) +
  (sequenceNumber === undefined ? '' : element('SequenceNumber', sequenceNumber));

function readMessage(parameters: Parameters, { headers }: ServiceRequest): Omit<PublishRequest, 'topicArn'> {
  const traceHeader = headers['x-amzn-trace-id'];
  return {
    message: textOf(parameters, 'Message') ?? '',
    subject: textOf(parameters, 'Subject'),
    messageStructure: textOf(parameters, 'MessageStructure'),
    attributes: readAttributes(parameters),
    groupId: textOf(parameters, 'MessageGroupId'),
    deduplicationId: textOf(parameters, 'MessageDeduplicationId'),
    traceHeader: typeof traceHeader === 'string' ? traceHeader : undefined,
  };
}

function readAttributes(parameters: Parameters): MessageAttributes {
  const entries = structuresOf(parameters, 'MessageAttributes', 'entry');
  return Object.fromEntries(entries.map((entry) => [textOf(entry, 'Name') ?? '', readAttribute(entry)]));
}

function readAttribute({ Value: value = {} }: Parameters): MessageAttribute {
  const parameters = typeof value === 'object' ? value : {};
  const text = textOf(parameters, 'StringValue');
  const binary = textOf(parameters, 'BinaryValue');
  return {
    DataType: textOf(parameters, 'DataType') ?? '',
    ...(text !== undefined && { StringValue: text }),
    ...(binary !== undefined && { BinaryValue: binary }),
  };
}
