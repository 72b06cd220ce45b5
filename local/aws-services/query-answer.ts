import { INVALID_TOKEN, MISSING_TOKEN } from '../iam/caller.ts';
import { AwsError } from './aws-error.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';
import { escapeXml } from './xml.ts';

/** Errors of AWS's query protocol for credentials that do not exist. */
export const credentialErrors = {
  missing: () => new AwsError('MissingAuthenticationToken', MISSING_TOKEN, 403),
  unknown: () => new AwsError('InvalidClientTokenId', INVALID_TOKEN, 403),
};

/** Answers an action of AWS's query protocol. @param result XML of the action's result */
export function queryAnswer(
  namespace: string,
  action: string,
  result: string,
  { requestId }: ServiceRequest,
): ServiceResponse {
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  const content = `<${action}Result>${result}</${action}Result>${metadata}`;
  return answer(200, namespace, `${action}Response`, content);
}

/** Answers a request of AWS's query protocol with an error. */
export function queryError(
  namespace: string,
  { code, message, status }: AwsError,
  { requestId }: ServiceRequest,
): ServiceResponse {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return answer(status, namespace, 'ErrorResponse', `${error}<RequestId>${requestId}</RequestId>`);
}

const answer = (status: number, namespace: string, root: string, content: string): ServiceResponse => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body: `<${root} xmlns="${namespace}">${content}</${root}>`,
});
