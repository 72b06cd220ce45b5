import { deadLetterQueues } from '../../template/queues.ts';
import { findReferred } from '../../template/references.ts';
import { propertiesOf, readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

const TARGET = 'RedrivePolicy.deadLetterTargetArn';

/** Protocols that deliver to people. Their undelivered messages need no dead-letter queue. */
const TO_PEOPLE = ['email', 'email-json', 'sms'];

export const deadLetterQueue: Rule = {
  id: 'dead-letter-queue',
  title: 'Queues, subscriptions and asynchronous functions keep what they cannot process',
  page: 'https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html',
  examine: (template) => [
    ...onPage(
      'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html',
      examineQueues(template),
    ),
    ...onPage(
      'https://docs.aws.amazon.com/sns/latest/dg/sns-dead-letter-queues.html',
      examineSubscriptions(template),
    ),
    ...[...asynchronousFunctions(template)].map((id) => examineFunction(template, id)),
  ],
};

function examineQueues(template: Template): Check[] {
  const deadLetters = deadLetterQueues(template);
  return resourcesOf(template, 'AWS::SQS::Queue')
    .filter(([id]) => !deadLetters.has(id))
    .map(([id, queue]) => {
      const target = findReferred(template, 'AWS::SQS::Queue', readProperty(queue, TARGET));
      const holds = target !== undefined && target !== id;
      return check(`${id}.RedrivePolicy`, holds, queue.RedrivePolicy, 'another queue of this template');
    });
}

/**
 * SNS discards messages that it cannot deliver. Subscriptions in a topic's `Subscription` property cannot have a
 * RedrivePolicy.
 */
function examineSubscriptions(template: Template): Check[] {
  const inside = resourcesOf(template, 'AWS::SNS::Topic').flatMap(([id, topic]) =>
    readList(topic.Subscription).map((subscription, index) => ({
      place: `${id}.Subscription[${index}]`,
      subscription,
    })),
  );
  const outside = resourcesOf(template, 'AWS::SNS::Subscription').map(([id, subscription]) => ({
    place: id,
    subscription,
  }));
  return [...outside, ...inside]
    .filter(({ subscription }) => !TO_PEOPLE.includes(String(readProperty(subscription, 'Protocol'))))
    .map(({ place, subscription }) =>
      check(
        `${place}.RedrivePolicy`,
        findReferred(template, 'AWS::SQS::Queue', readProperty(subscription, TARGET)) !== undefined,
        readProperty(subscription, 'RedrivePolicy'),
        'a queue of this template',
      ),
    );
}

function examineFunction(template: Template, id: string): Check {
  const failures = resourcesOf(template, 'AWS::Lambda::EventInvokeConfig')
    .filter(([, { FunctionName }]) => findReferred(template, 'AWS::Lambda::Function', FunctionName) === id)
    .map(([, config]) => readProperty(config, 'DestinationConfig.OnFailure.Destination'));
  const kept = [...failures, readProperty(propertiesOf(template, id), 'DeadLetterConfig.TargetArn')];
  return check(
    `${id}.DeadLetterConfig`,
    kept.some((target) => target !== undefined),
    undefined,
    'a queue or topic, or an EventInvokeConfig with an OnFailure destination',
  );
}

// Services that invoke functions asynchronously.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
const ASYNCHRONOUS = [
  ...['events', 's3', 'sns', 'scheduler', 'ses', 'iot', 'logs', 'config'],
  ...['codecommit', 'codepipeline', 'cloudformation'],
].map((service) => `${service}.amazonaws.com`);

/** Returns the logical ids of functions that an event rule, a schedule or a permitted service invokes asynchronously. */
function asynchronousFunctions(template: Template): Set<string> {
  const rules = resourcesOf(template, 'AWS::Events::Rule').flatMap(([, { Targets }]) => readList(Targets));
  const schedules = resourcesOf(template, 'AWS::Scheduler::Schedule').map(([, { Target }]) => Target);
  const permitted = resourcesOf(template, 'AWS::Lambda::Permission')
    .filter(([, { Principal }]) => ASYNCHRONOUS.includes(String(Principal)))
    .map(([, { FunctionName }]) => FunctionName);
  const targets = [...rules, ...schedules].map((target) => readProperty(target, 'Arn'));
  const ids = [...targets, ...permitted].map((value) =>
    findReferred(template, 'AWS::Lambda::Function', value),
  );
  return new Set(ids.filter((id) => id !== undefined));
}
