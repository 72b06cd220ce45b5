import { findReferred } from './references.ts';
import { readList, readProperty, resourcesOf, type Template } from './template.ts';

/** An AWS service that sends messages to a topic or queue without a role. */
export interface Publisher {
  /** Logical id of the topic or queue. */
  target: string;
  service: string;
  /** Logical id of the resource that configures this. */
  source: string;
}

/** Lists the publishers: bucket notifications, alarms, EventBridge rules, subscriptions and their dead-letter queues. */
export function listPublishers(template: Template): Publisher[] {
  const publish = (source: string, service: string, targets: unknown[]): Publisher[] =>
    targets.flatMap((value) =>
      ['AWS::SNS::Topic', 'AWS::SQS::Queue']
        .map((type) => findReferred(template, type, value))
        .filter((target) => target !== undefined)
        .map((target) => ({ target, service: `${service}.amazonaws.com`, source })),
    );
  const each = (
    type: string,
    service: string,
    targetsOf: (properties: Record<string, unknown>) => unknown[],
  ): Publisher[] =>
    resourcesOf(template, type).flatMap(([id, properties]) => publish(id, service, targetsOf(properties)));
  return [
    ...each('AWS::S3::Bucket', 's3', ({ NotificationConfiguration: notifications }) => [
      ...readList(readProperty(notifications, 'TopicConfigurations')).map((to) => readProperty(to, 'Topic')),
      ...readList(readProperty(notifications, 'QueueConfigurations')).map((to) => readProperty(to, 'Queue')),
    ]),
    ...['AWS::CloudWatch::Alarm', 'AWS::CloudWatch::CompositeAlarm'].flatMap((type) =>
      each(type, 'cloudwatch', ({ AlarmActions, OKActions, InsufficientDataActions }) =>
        [AlarmActions, OKActions, InsufficientDataActions].flatMap(readList),
      ),
    ),
    ...each('AWS::Events::Rule', 'events', ({ Targets }) =>
      readList(Targets).flatMap((target) => [
        readProperty(target, 'Arn'),
        readProperty(target, 'DeadLetterConfig.Arn'),
      ]),
    ),
    ...each('AWS::SNS::Subscription', 'sns', ({ Endpoint, RedrivePolicy }) => [
      Endpoint,
      readProperty(RedrivePolicy, 'deadLetterTargetArn'),
    ]),
  ];
}
