import { ACTIONS, needsOf, type SqsResource } from '../iam/actions.ts';
import { type Caller, INVALID_TOKEN, MISSING_TOKEN } from '../iam/caller.ts';
import { checkKey } from '../iam/key-access.ts';
import { arn } from '../stack/account.ts';
import { type Input, mapIn, requireText, textIn } from './input.ts';
import type { Queue } from './queue.ts';
import { nameInUrl, type Sqs } from './sqs.ts';
import { sqsError } from './sqs-error.ts';

/** SQS's errors for credentials that do not exist. */
export const credentialErrors = {
  missing: () => sqsError('MissingAuthenticationToken', MISSING_TOKEN),
  unknown: () => sqsError('InvalidClientTokenId', INVALID_TOKEN),
};

/**
 * Checks that a caller may call an action.
 *
 * @throws AwsError `AccessDenied` or `KmsAccessDenied`, or that of a request without its queue
 */
export function authorize(sqs: Sqs, caller: Caller, action: string, input: Input): void {
  for (const need of needsOf(ACTIONS.sqs, withTags(action, input))) {
    for (const queueArn of RESOURCES[need.on](sqs, input)) {
      checkQueue(caller, need.action, queueArn, sqs.byArn(queueArn));
    }
  }
}

/**
 * Checks an action on a queue, and on its key.
 *
 * @param queue `undefined` if it does not exist
 * @throws AwsError `AccessDenied` or `KmsAccessDenied`
 */
export function checkQueue(
  caller: Caller,
  action: string,
  queueArn: string,
  queue: Partial<Pick<Queue, 'attributes'>> | undefined,
): void {
  const { Policy: resourcePolicy, KmsMasterKeyId: keyId } = queue?.attributes ?? {};
  const request = { action, resource: queueArn, ...(resourcePolicy && { resourcePolicy }) };
  const denial = caller.access.check(caller.principal, request);
  if (denial) throw sqsError('AccessDenied', denial.message);
  const keyDenial = checkKey(caller, action, keyId);
  if (keyDenial) throw sqsError('KmsAccessDenied', keyDenial.message);
}

/** ARNs of the queues of a request. A queue need not exist: the caller learns so only if the action is allowed. */
const RESOURCES: Record<SqsResource, (sqs: Sqs, input: Input) => readonly string[]> = {
  all: () => ['*'],
  queue: (_sqs, input) => [arn('sqs', nameInUrl(requireText(input, 'QueueUrl')))],
  named: (_sqs, input) => [arn('sqs', requireText(input, 'QueueName'))],
  source: (_sqs, input) => [requireText(input, 'SourceArn')],
  task: ({ moveTasks }, input) => [moveTasks.sourceOf(requireText(input, 'TaskHandle'))],
  destination(sqs, input) {
    const destination = textIn(input, 'DestinationArn');
    if (destination !== undefined) return [destination];
    const source = sqs.byArn(requireText(input, 'SourceArn'));
    return source ? sqs.sourcesOf(source).map((queue) => queue.arn) : [];
  },
};

function withTags(action: string, input: Input): string {
  if (action !== 'CreateQueue') return action;
  const tags = mapIn(input, input.tags === undefined ? 'Tags' : 'tags');
  return Object.keys(tags).length > 0 ? 'CreateQueue with tags' : action;
}
