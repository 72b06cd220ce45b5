import { type Parameters, textOf } from '../aws-services/query-parameters.ts';
import { invalidParameter } from './errors.ts';

/**
 * Returns a required parameter.
 *
 * @throws AwsError `InvalidParameter` if the parameter is absent
 */
export function requireText(parameters: Parameters, name: string): string {
  const value = textOf(parameters, name);
  if (value === undefined) throw invalidParameter(`${name} Reason: no value for required parameter`);
  return value;
}

/** Returns the ARN to which a request publishes. @throws AwsError `InvalidParameter` */
export function topicArnOf(parameters: Parameters): string {
  const arn = textOf(parameters, 'TopicArn') ?? textOf(parameters, 'TargetArn');
  if (arn !== undefined) return arn;
  if (textOf(parameters, 'PhoneNumber') !== undefined) {
    throw invalidParameter('PhoneNumber Reason: the embedded cloud sends no SMS, publish to a TopicArn');
  }
  throw invalidParameter('TopicArn or TargetArn Reason: no value for required parameter');
}
