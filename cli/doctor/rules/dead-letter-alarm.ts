import { deadLetterQueues } from '../../template/queues.ts';
import { findReferred } from '../../template/references.ts';
import { readList, readProperty, resourcesOf, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

const RIGHT_METRIC = 'ApproximateNumberOfMessagesVisible';
/** Does not count messages that SQS moves to a dead-letter queue. */
const WRONG_METRIC = 'NumberOfMessagesSent';

export const deadLetterAlarm: Rule = {
  id: 'dead-letter-alarm',
  title: 'Each dead-letter queue has an alarm with an action',
  page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html',
  examine: (template) => [...deadLetterQueues(template).keys()].flatMap((id) => examineQueue(template, id)),
};

function examineQueue(template: Template, id: string): Check[] {
  const ofQueue = alarmMetrics(template).filter(
    ({ namespace, dimensions }) =>
      namespace === 'AWS/SQS' &&
      findReferred(template, 'AWS::SQS::Queue', dimensions.get('QueueName')) === id,
  );
  const wrong = ofQueue
    .filter(({ name }) => name === WRONG_METRIC)
    .map(({ alarmId }) => check(`${alarmId}.MetricName`, false, WRONG_METRIC, RIGHT_METRIC));
  const right = ofQueue.filter(({ name }) => name === RIGHT_METRIC);
  const hasAction = right.some(
    ({ alarm }) => readList(alarm.AlarmActions).length > 0 && String(alarm.ActionsEnabled) !== 'false',
  );
  const found =
    right.length > 0 ? `${right.map(({ alarmId }) => alarmId).join(', ')} without action` : undefined;
  return [...wrong, check(id, hasAction, found, `an alarm on its ${RIGHT_METRIC}, with an action`)];
}

/** An alarm and one of its metrics. An alarm on an expression has several. */
interface AlarmMetric {
  alarmId: string;
  alarm: Record<string, unknown>;
  namespace: unknown;
  name: unknown;
  /** Values in the template, by name. */
  dimensions: Map<unknown, unknown>;
}

const alarmMetrics = (template: Template): AlarmMetric[] =>
  resourcesOf(template, 'AWS::CloudWatch::Alarm').flatMap(([alarmId, alarm]) =>
    [alarm, ...readList(alarm.Metrics).map((metric) => readProperty(metric, 'MetricStat.Metric'))]
      .filter((metric) => readProperty(metric, 'MetricName') !== undefined)
      .map((metric) => ({
        alarmId,
        alarm,
        namespace: readProperty(metric, 'Namespace'),
        name: readProperty(metric, 'MetricName'),
        dimensions: new Map(
          readList(readProperty(metric, 'Dimensions')).map((dimension) => [
            readProperty(dimension, 'Name'),
            readProperty(dimension, 'Value'),
          ]),
        ),
      })),
  );
