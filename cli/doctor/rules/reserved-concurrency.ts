import { type QueueMapping, queueMappings } from '../../template/queues.ts';
import { propertiesOf, readNumber, readProperty, type Template } from '../../template/template.ts';
import { type Check, check, type Rule } from '../rule.ts';

/** What AWS advises, so that a few throttled invokes do not send a good message to the dead-letter queue. */
const ENOUGH_RECEIVES = 5;

/**
 * A mapping receives messages whether or not the function has room for them. Each throttled invoke is a receive spent, and
 * `maxReceiveCount` of them put a message into the dead-letter queue that no function has seen. `MaximumConcurrency` keeps
 * the mapping from receiving more than the function may take.
 */
export const reservedConcurrency: Rule = {
  id: 'reserved-concurrency',
  title: 'Functions reserve no less than their mappings invoke at once',
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
