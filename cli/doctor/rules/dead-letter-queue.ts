import { deadLetterQueues } from '../../template/queues.ts';
import { findReferred } from '../../template/references.ts';
import { propertiesOf, readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, onPage, type Rule } from '../rule.ts';

const TARGET = 'RedrivePolicy.deadLetterTargetArn';

/** A person reads these; nobody would read what was left of them in a queue. */
const TO_PEOPLE = ['email', 'email-json', 'sms'];

export const deadLetterQueue: Rule = {
  id: 'dead-letter-queue',
  title: 'What queues, subscriptions and asynchronous functions give up is kept',
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

/** What SNS cannot deliver, it discards. Subscriptions inside a topic's own properties cannot have a queue for it. */
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
    'a queue or topic, or an EventInvokeConfig with a destination OnFailure',
  );
}

// Services that invoke a function and do not wait for it.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
const ASYNCHRONOUS = [
  ...['events', 's3', 'sns', 'scheduler', 'ses', 'iot', 'logs', 'config'],
  ...['codecommit', 'codepipeline', 'cloudformation'],
].map((service) => `${service}.amazonaws.com`);

/** Logical ids of the functions that are invoked asynchronously: as a target, or by who is permitted to invoke them. */
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
