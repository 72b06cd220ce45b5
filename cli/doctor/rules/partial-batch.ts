import { queueMappings } from '../../template/queues.ts';
import { readList } from '../../template/template.ts';
import { check, type Rule } from '../rule.ts';

export const partialBatch: Rule = {
  id: 'partial-batch',
  title: 'Event source mappings of queues accept partial batch failures',
  page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html',
  examine: (template) =>
    queueMappings(template).map(({ id, properties: { FunctionResponseTypes } }) =>
      check(
        `${id}.FunctionResponseTypes`,
        readList(FunctionResponseTypes).includes('ReportBatchItemFailures'),
        FunctionResponseTypes,
        'ReportBatchItemFailures',
      ),
    ),
};
