import { ACCOUNT_ID } from '../stack/account.ts';
import { AwsError } from './aws-error.ts';
import { queryAnswer, queryError } from './query-answer.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

const IDENTITY = `<Arn>arn:aws:iam::${ACCOUNT_ID}:root</Arn><UserId>${ACCOUNT_ID}</UserId><Account>${ACCOUNT_ID}</Account>`;

/** Answers STS's GetCallerIdentity, with which clients check their credentials. Any credentials are those of the root user. */
export function answerSts(request: ServiceRequest): ServiceResponse {
  const { body, query } = request;
  const action = query.get('Action') ?? new URLSearchParams(body.toString()).get('Action') ?? '';
  if (action === 'GetCallerIdentity') return queryAnswer(NAMESPACE, action, IDENTITY, request);
  const message = `STS: the embedded cloud supports only GetCallerIdentity, received ${action}`;
  return queryError(NAMESPACE, new AwsError('InvalidAction', message), request);
}
