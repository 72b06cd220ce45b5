import { AwsError } from '../aws-services/aws-error.ts';
import { credentialErrors, queryAnswer, queryError } from '../aws-services/query-answer.ts';
import { parseParameters, textOf } from '../aws-services/query-parameters.ts';
import type { Service } from '../aws-services/service.ts';
import { accessKeyIdOf, identify } from '../iam/caller.ts';
import type { Action } from './action.ts';
import { authorize, UNSIGNED } from './authorize.ts';
import { publishActions } from './publish-actions.ts';
import type { Sns } from './sns.ts';
import { subscriptionActions } from './subscription-actions.ts';
import { topicActions } from './topic-actions.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

const ACTIONS = new Map<string, Action>(
  Object.entries({ ...topicActions, ...subscriptionActions, ...publishActions }),
);

/** Creates SNS's API, in AWS's query protocol: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
export function createSnsService(sns: Sns): Service {
  return (request) => {
    try {
      const { body, query } = request;
      const parameters = parseParameters(body.length > 0 ? body.toString() : `${query}`);
      const name = textOf(parameters, 'Action') ?? '';
      const action = ACTIONS.get(name);
      const { access } = sns.enforcement;
      const accessKeyId = access && accessKeyIdOf(request);
      const isChecked = access && (accessKeyId !== undefined || !UNSIGNED.has(name));
      const caller = isChecked ? identify(access, accessKeyId, credentialErrors) : undefined;
      if (!action) throw new AwsError('InvalidAction', `The action ${name} is not valid for this endpoint.`);
      if (caller) authorize(sns.topics, caller, name, parameters);
      return queryAnswer(NAMESPACE, name, action(sns, parameters, request), request);
    } catch (error) {
      if (error instanceof AwsError) return queryError(NAMESPACE, error, request);
      throw error;
    }
  };
}
