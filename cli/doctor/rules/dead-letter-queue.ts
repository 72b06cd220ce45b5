import { asynchronousFunctions } from '../../template/asynchronous-functions.ts';
import { deadLetterQueues } from '../../template/dead-letter-queues.ts';
import { findReferred } from '../../template/find-referred.ts';
import { readList, readProperty } from '../../template/read-property.ts';
import { propertiesOf, resourcesOf, type Template } from '../../template/template.ts';
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
