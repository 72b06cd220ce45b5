import { type TopicNotification, unableToValidate } from './notifications.ts';
import { invalidArgument, malformedXml, notImplemented } from './s3-error.ts';
import { type Operation, type S3Request, xmlResponse } from './s3-request.ts';
import { childText, element, elements, parseXml, text, type XmlValue, xmlDocument } from './xml.ts';

const SUPPORTED_EVENT = /^s3:ObjectCreated:(\*|Put|Post|Copy|CompleteMultipartUpload)$/;

export const getBucketNotification: Operation = ({ s3, bucket }) =>
  xmlResponse(
    xmlDocument(
      'NotificationConfiguration',
      ...s3.notifications
        .get(bucket.name)
        .map((topic) =>
          element(
            'TopicConfiguration',
            text('Id', topic.id ?? topic.topicArn),
            text('Topic', topic.topicArn),
            ...topic.events.map((event) => text('Event', event)),
            filterXml(topic),
          ),
        ),
    ),
  );

function filterXml({ prefix, suffix }: TopicNotification): string {
  const rules = Object.entries({ Prefix: prefix, Suffix: suffix })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => element('FilterRule', text('Name', name), text('Value', value)));
  return rules.length === 0 ? '' : element('Filter', element('S3Key', ...rules));
}

export const putBucketNotification: Operation = ({ s3, bucket, body }) => {
  const configuration = parseXml(body, 'NotificationConfiguration');
  for (const name of Object.keys(configuration)) {
    if (name.endsWith('Configuration') && name !== 'TopicConfiguration') {
      throw notImplemented(`notifications with ${name}`);
    }
  }
  const topics = elements(configuration, 'TopicConfiguration').map((topic) => readTopic(s3, topic));
  s3.notifications.set(bucket.name, topics);
  return { status: 200 };
};

function readTopic({ notifications }: S3Request['s3'], topic: XmlValue): TopicNotification {
  const topicArn = childText(topic, 'Topic') ?? '';
  if (!notifications.hasTopic(topicArn)) {
    throw unableToValidate(topicArn, 'The destination topic does not exist');
  }
  const events = elements(topic, 'Event').map(String);
  if (events.length === 0) throw malformedXml();
  for (const event of events) {
    if (!SUPPORTED_EVENT.test(event)) throw notImplemented(`notifications of ${event}`);
  }
  const id = childText(topic, 'Id');
  return { ...(id && { id }), topicArn, events, ...readFilter(topic) };
}

function readFilter(topic: XmlValue): { prefix?: string; suffix?: string } {
  const [filter] = elements(topic, 'Filter');
  const [keyFilter] = elements(filter, 'S3Key');
  const read: { prefix?: string; suffix?: string } = {};
  for (const rule of elements(keyFilter, 'FilterRule')) {
    const name = childText(rule, 'Name')?.toLowerCase();
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalidArgument(
        'filter rule name must be either prefix or suffix',
        'FilterRule.Name',
        name ?? '',
      );
    }
    read[name] = childText(rule, 'Value') ?? '';
  }
  return read;
}
