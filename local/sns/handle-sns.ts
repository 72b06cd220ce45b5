import { AwsError } from '../aws-services/aws-error.ts';
import { parseParameters, textOf } from '../aws-services/query-parameters.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../aws-services/service.ts';
import { escapeXml } from '../aws-services/xml.ts';
import type { Action } from './action.ts';
import { publishActions } from './publish-actions.ts';
import type { Sns } from './sns.ts';
import { subscriptionActions } from './subscription-actions.ts';
import { topicActions } from './topic-actions.ts';

const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

const ACTIONS = new Map<string, Action>(
  Object.entries({ ...topicActions, ...subscriptionActions, ...publishActions }),
);

/** Creates SNS's API, AWS's query protocol: https://docs.aws.amazon.com/sns/latest/api/API_Operations.html */
export function createSnsService(sns: Sns): Service {
  return (request) => {
    try {
      const { body, query } = request;
      const parameters = parseParameters(body.length > 0 ? body.toString() : `${query}`);
      const name = textOf(parameters, 'Action') ?? '';
      const action = ACTIONS.get(name);
      if (!action) throw new AwsError('InvalidAction', `The action ${name} is not valid for this endpoint.`);
      return respond(200, `${name}Response`, withResult(name, action(sns, parameters, request)), request);
    } catch (error) {
      if (error instanceof AwsError) return respondWithError(error, request);
      throw error;
    }
  };
}

const withResult = (name: string, result: string): string => `<${name}Result>${result}</${name}Result>`;

function respond(status: number, root: string, xml: string, { requestId }: ServiceRequest): ServiceResponse {
  const id = `<RequestId>${requestId}</RequestId>`;
  const metadata = status === 200 ? `<ResponseMetadata>${id}</ResponseMetadata>` : id;
  return {
    status,
    headers: { 'content-type': 'text/xml' },
    body: `<${root} xmlns="${NAMESPACE}">${xml}${metadata}</${root}>`,
  };
}

function respondWithError({ code, message, status }: AwsError, request: ServiceRequest): ServiceResponse {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
  return respond(status, 'ErrorResponse', error, request);
}
