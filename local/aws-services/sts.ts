import { ACCOUNT_ID } from '../stack/account.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';
import { escapeXml } from './xml.ts';

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Answers STS's GetCallerIdentity, by which clients check their credentials. Any credentials are the account's root. */
export function answerSts({ requestId, body, query }: ServiceRequest): ServiceResponse {
  const action = query.get('Action') ?? new URLSearchParams(body.toString()).get('Action') ?? '';
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  if (action !== 'GetCallerIdentity') {
    const message = `STS: the embedded cloud supports only GetCallerIdentity, received ${action}`;
    const error = `<Error><Type>Sender</Type><Code>InvalidAction</Code><Message>${escapeXml(message)}</Message></Error>`;
    return xml(
      400,
      `<ErrorResponse xmlns="${NAMESPACE}">${error}<RequestId>${requestId}</RequestId></ErrorResponse>`,
    );
  }
  const identity = `<Arn>arn:aws:iam::${ACCOUNT_ID}:root</Arn><UserId>${ACCOUNT_ID}</UserId><Account>${ACCOUNT_ID}</Account>`;
  return xml(
    200,
    `<GetCallerIdentityResponse xmlns="${NAMESPACE}"><GetCallerIdentityResult>${identity}</GetCallerIdentityResult>${metadata}</GetCallerIdentityResponse>`,
  );
}

const xml = (status: number, body: string): ServiceResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});
