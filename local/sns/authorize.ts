import { AwsError } from '../aws-services/aws-error.ts';
import { type Parameters, structuresOf, textOf } from '../aws-services/query-parameters.ts';
import { ACTIONS, needsOf, type SnsResource } from '../iam/actions.ts';
import type { Caller } from '../iam/caller.ts';
import { checkKey } from '../iam/key-access.ts';
import { arn } from '../stack/account.ts';
import { requireText, topicArnOf } from './required-parameters.ts';
import type { Topic } from './topic.ts';
import type { Topics } from './topics.ts';

/**
 * Actions that need no signature: the links in notifications and confirmations call them.
 * https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
 * https://docs.aws.amazon.com/sns/latest/api/API_Unsubscribe.html
 */
export const UNSIGNED: ReadonlySet<string> = new Set(['ConfirmSubscription', 'Unsubscribe']);

/**
 * Checks that a caller may call an action.
 *
 * @throws AwsError `AuthorizationError` or `KMSAccessDenied`, or that of a request without its topic
 */
export function authorize(topics: Topics, caller: Caller, name: string, parameters: Parameters): void {
  const context = contextOf(name, parameters);
  for (const { action, on } of needsOf(ACTIONS.sns, withTags(name, parameters))) {
    const topicArn = RESOURCES[on](name, parameters);
    checkTopic(caller, action, topicArn, topics.find(topicArn), context);
  }
}

/**
 * Checks an action on a topic, and on its key.
 *
 * @param topic `undefined` if it does not exist
 * @throws AwsError `AuthorizationError` or `KMSAccessDenied`
 */
export function checkTopic(
  caller: Caller,
  action: string,
  topicArn: string,
  topic: Topic | undefined,
  context?: Record<string, string>,
): void {
  // SNS's default policy gives no rights to roles of the account, and none to services that are embedded.
  const { Policy: resourcePolicy, KmsMasterKeyId: keyId } = topic?.attributes ?? {};
  const denial = caller.access.check(caller.principal, {
    action,
    resource: topicArn,
    ...(resourcePolicy && { resourcePolicy }),
    ...(context && { context }),
  });
  if (denial) throw new AwsError('AuthorizationError', denial.message, 403);
  const keyDenial = checkKey(caller, action, keyId);
  if (keyDenial) throw new AwsError('KMSAccessDenied', keyDenial.message);
}

/** The parameters that name the topic. Requests on tags and permissions have different ones. */
const TOPIC: Readonly<Record<string, (parameters: Parameters) => string>> = {
  CreateTopic: (parameters) => arn('sns', requireText(parameters, 'Name')),
  ListTagsForResource: (parameters) => requireText(parameters, 'ResourceArn'),
  Publish: topicArnOf,
  TagResource: (parameters) => requireText(parameters, 'ResourceArn'),
  UntagResource: (parameters) => requireText(parameters, 'ResourceArn'),
};

/** ARNs of the resource. It need not exist: the caller learns so only if the action is allowed. */
const RESOURCES: Record<SnsResource, (name: string, parameters: Parameters) => string> = {
  all: () => '*',
  topic: (name, parameters) => TOPIC[name]?.(parameters) ?? requireText(parameters, 'TopicArn'),
  // A subscription's ARN is its topic's with an id.
  subscription: (_name, parameters) => requireText(parameters, 'SubscriptionArn').replace(/:[^:]*$/, ''),
};

function withTags(name: string, parameters: Parameters): string {
  const hasTags = name === 'CreateTopic' && structuresOf(parameters, 'Tags').length > 0;
  return hasTags ? 'CreateTopic with tags' : name;
}

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html#list_sns-policy-keys */
function contextOf(name: string, parameters: Parameters): Record<string, string> | undefined {
  if (name !== 'Subscribe') return undefined;
  return {
    'sns:Protocol': textOf(parameters, 'Protocol') ?? '',
    'sns:Endpoint': textOf(parameters, 'Endpoint') ?? '',
  };
}
