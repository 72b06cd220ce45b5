import type { ServiceRequest } from '../aws-services/service.ts';
import type { Input } from './input.ts';
import type { Sqs } from './sqs.ts';

/** The answer of an action. */
export interface Answer {
  /** The result in the form of the JSON protocol. `undefined`: the action has no result. */
  output?: object;
  /** Called if the client has disconnected before the answer is sent. */
  onLost?: () => void;
}

/** An action of SQS's API. */
export type Action = (
  sqs: Sqs,
  input: Input,
  request: Pick<ServiceRequest, 'signal'>,
) => Answer | Promise<Answer>;
