import { findReferred } from './find-referred.ts';
import { readProperty } from './read-property.ts';
import type { Template } from './template.ts';

/** Where a resource, by its type, names the queue for what it gives up. */
const PATHS: Record<string, string> = {
  'AWS::SQS::Queue': 'RedrivePolicy.deadLetterTargetArn',
  'AWS::SNS::Subscription': 'RedrivePolicy.deadLetterTargetArn',
  'AWS::Lambda::Function': 'DeadLetterConfig.TargetArn',
  'AWS::Lambda::EventInvokeConfig': 'DestinationConfig.OnFailure.Destination',
};

/** Logical ids of the dead-letter queues, each with those of what names it: queues, subscriptions, functions. */
export function deadLetterQueues(template: Template): Map<string, string[]> {
  const sources = new Map<string, string[]>();
  for (const [id, { Type, Properties }] of Object.entries(template.Resources)) {
    const path = PATHS[Type];
    const queue = path && findReferred(template, 'AWS::SQS::Queue', readProperty(Properties, path));
    if (queue && queue !== id) sources.set(queue, [...(sources.get(queue) ?? []), id]);
  }
  return sources;
}
