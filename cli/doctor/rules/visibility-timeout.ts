import { queueMappings } from '../../template/queues.ts';
import { asText } from '../../template/references.ts';
import { propertiesOf, readNumber } from '../../template/template.ts';
import { check, type Rule } from '../rule.ts';

// Defaults of AWS, in seconds.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
const DEFAULT_VISIBILITY = 30;
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html
const DEFAULT_TIMEOUT = 3;

/** Disabled mappings are checked too, because they can be enabled at any time. */
export const visibilityTimeout: Rule = {
  id: 'visibility-timeout',
  title: 'Visibility timeouts are at least 6 x the function timeout + the batching window',
  page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html',
  examine: (template) =>
    queueMappings(template).map(({ id, properties, queueId, functionId }) => {
      if (!queueId || !functionId) {
        const between = `${asText(properties.EventSourceArn)} to ${asText(properties.FunctionName)}`;
        return check(id, false, between, 'a queue and a function of this template');
      }
      const { VisibilityTimeout } = propertiesOf(template, queueId);
      const timeout = readNumber(propertiesOf(template, functionId).Timeout, DEFAULT_TIMEOUT);
      const window = readNumber(properties.MaximumBatchingWindowInSeconds, 0);
      const least = 6 * timeout + window;
      return check(
        `${queueId}.VisibilityTimeout`,
        readNumber(VisibilityTimeout, DEFAULT_VISIBILITY) >= least,
        VisibilityTimeout,
        `at least ${least}: 6 x ${timeout} s of ${functionId} + ${window} s of ${id}`,
      );
    }),
};
