import { deadLetterQueues } from '../../template/queues.ts';
import { propertiesOf, readNumber } from '../../template/template.ts';
import { check, type Rule } from '../rule.ts';

// 4 days, in seconds.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
const DEFAULT_RETENTION = 345_600;

/**
 * When SQS moves a message to a dead-letter queue, the message keeps its age. SNS and Lambda send a new message instead, so
 * only source queues are compared.
 */
export const deadLetterRetention: Rule = {
  id: 'dead-letter-retention',
  title: 'Dead-letter queues keep messages at least as long as their source queues',
  page: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html',
  examine: (template) => {
    const retentionOf = (id: string) =>
      readNumber(propertiesOf(template, id).MessageRetentionPeriod, DEFAULT_RETENTION);
    return [...deadLetterQueues(template)].flatMap(([id, sources]) =>
      sources
        .filter((source) => template.Resources[source]?.Type === 'AWS::SQS::Queue')
        .map((source) =>
          check(
            `${id}.MessageRetentionPeriod`,
            retentionOf(id) >= retentionOf(source),
            propertiesOf(template, id).MessageRetentionPeriod,
            `at least the ${retentionOf(source)} s of ${source}`,
          ),
        ),
    );
  },
};
