import { asText } from './as-text.ts';
import { findReferred } from './find-referred.ts';
import { resourcesOf, type Template } from './template.ts';

/** An event source mapping that polls a queue, enabled or not. */
export interface QueueMapping {
  id: string;
  properties: Record<string, unknown>;
  /** Logical ids; undefined where the queue or the function is none of this template. */
  queueId: string | undefined;
  functionId: string | undefined;
}

export const queueMappings = (template: Template): QueueMapping[] =>
  resourcesOf(template, 'AWS::Lambda::EventSourceMapping')
    .map(([id, properties]) => ({
      id,
      properties,
      queueId: findReferred(template, 'AWS::SQS::Queue', properties.EventSourceArn),
      functionId: findReferred(template, 'AWS::Lambda::Function', properties.FunctionName),
    }))
    .filter(({ queueId, properties }) => queueId || asText(properties.EventSourceArn).includes(':sqs:'));
