import { type QueueMapping, queueMappings } from '../../template/queues.ts';
import { propertiesOf, readNumber, readProperty, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

/** AWS recommends at least 5, so that a few throttled invocations do not move a valid message to the dead-letter queue. */
const ENOUGH_RECEIVES = 5;

/**
 * A mapping receives messages even if the function's invocations are throttled, and each throttled invocation counts as a
 * receive. After `maxReceiveCount` receives, a message that no function has processed moves to the dead-letter queue.
 * `MaximumConcurrency` limits how much the mapping receives.
 */
export const reservedConcurrency: Rule = {
  id: 'reserved-concurrency',
  title: 'Functions reserve at least the maximum concurrency of their mappings',
  page: 'https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html',
  examine: (template) => {
    const byFunction = Map.groupBy(queueMappings(template), ({ functionId }) => functionId);
    return [...byFunction].flatMap(([functionId, mappings]) => {
      const reserved = functionId && propertiesOf(template, functionId).ReservedConcurrentExecutions;
      if (reserved === undefined) return mappings.map(({ id }) => ({ place: id }));
      const capped = mappings.filter((mapping) => maximumOf(mapping) !== undefined);
      const sum = capped.reduce((total, mapping) => total + readNumber(maximumOf(mapping), 0), 0);
      return mappings.map((mapping) =>
        capped.includes(mapping)
          ? check(
              `${functionId}.ReservedConcurrentExecutions`,
              readNumber(reserved, 0) >= sum,
              reserved,
              `at least ${sum}, the MaximumConcurrency of ${capped.map(({ id }) => id).join(' + ')}`,
            )
          : checkReceives(template, mapping),
      );
    });
  },
};

const maximumOf = ({ properties }: QueueMapping): unknown =>
  readProperty(properties, 'ScalingConfig.MaximumConcurrency');

function checkReceives(template: Template, { id, queueId }: QueueMapping): Check {
  const receives = queueId && readProperty(propertiesOf(template, queueId), 'RedrivePolicy.maxReceiveCount');
  return check(
    `${id}.ScalingConfig.MaximumConcurrency`,
    readNumber(receives, Number.POSITIVE_INFINITY) >= ENOUGH_RECEIVES,
    undefined,
    `no more than the function reserves, or a maxReceiveCount of at least ${ENOUGH_RECEIVES} instead of ${receives}`,
  );
}
