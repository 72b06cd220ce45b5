import { asText, findReferred } from './references.ts';
import { readProperty, resourcesOf, type Template } from './template.ts';

/** An event source mapping that polls a queue, enabled or not. */
export interface QueueMapping {
  id: string;
  properties: Record<string, unknown>;
  /** Logical ids; undefined if the queue or the function is not in this template. */
  queueId: string | undefined;
  functionId: string | undefined;
}

/** Lists the event source mappings that poll queues. */
export const queueMappings = (template: Template): QueueMapping[] =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping')
    .map(([id, properties]) => ({
      id,
      properties,
      queueId: findReferred(template, 'AWS::SQS::Queue', properties.EventSourceArn),
      functionId: findReferred(template, 'AWS::Lambda::Function', properties.FunctionName),
    }))
    .filter(({ queueId, properties }) => queueId || asText(properties.EventSourceArn).includes(':sqs:'));

/** The property that names a resource's dead-letter queue, by the resource's type. */
const PATHS: Record<string, string> = {
  'AWS::SQS::Queue': 'RedrivePolicy.deadLetterTargetArn',
  'AWS::SNS::Subscription': 'RedrivePolicy.deadLetterTargetArn',
  'AWS::Lambda::Function': 'DeadLetterConfig.TargetArn',
  'AWS::Lambda::EventInvokeConfig': 'DestinationConfig.OnFailure.Destination',
};

/** Returns the dead-letter queues with their sources (queues, subscriptions and functions), all by logical id. */
export function deadLetterQueues(template: Template): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    const path = PATHS[Type];
    const queue = path && findReferred(template, 'AWS::SQS::Queue', readProperty(Properties, path));
    if (queue && queue !== id) sources.set(queue, [...(sources.get(queue) ?? []), id]);
  }
  return sources;
}
