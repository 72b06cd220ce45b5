import { AwsError } from '../aws-services/aws-error.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../aws-services/service.ts';
import { escapeXml } from '../aws-services/xml.ts';
import { accessKeyIdOf, type Caller, identify } from '../iam/caller.ts';
import type { Action, Answer } from './action.ts';
import { authorize, credentialErrors } from './authorize.ts';
import type { Input } from './input.ts';
import { messageActions } from './message-actions.ts';
import { parseQuery, toXml } from './query-protocol.ts';
import { queueActions } from './queue-actions.ts';
import type { Sqs } from './sqs.ts';
import { jsonTypeOf, queryCodeOf, sqsError } from './sqs-error.ts';

const ACTIONS = new Map<string, Action>(Object.entries({ ...queueActions, ...messageActions }));
const TARGET_PREFIX = 'AmazonSQS.';
const NAMESPACE = 'http://queue.amazonaws.com/doc/2012-11-05/';

/** Reads requests and writes answers in one of SQS's two protocols. */
interface Protocol {
  read(request: ServiceRequest): { action: string; input: Input };
  write(action: string, output: object | undefined, request: ServiceRequest): ServiceResponse;
  writeError(error: AwsError, request: ServiceRequest): ServiceResponse;
}

/**
 * Creates SQS's API, with both its protocols: JSON, and the query protocol of clients from before November 2023.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html
 */
export function createSqsService(sqs: Sqs): Service {
  return async (request) => {
    const protocol = request.headers['x-amz-target'] === undefined ? query : json;
    const { access } = sqs.enforcement;
    try {
      const caller = access && identify(access, accessKeyIdOf(request), credentialErrors);
      const { action, input } = protocol.read(request);
      const { output, onLost } = await run(sqs, action, input, request, caller);
      const response = protocol.write(action, output, request);
      return onLost ? { ...response, onLost } : response;
    } catch (error) {
      if (error instanceof AwsError) return protocol.writeError(error, request);
      throw error;
    }
  };
}

function run(
  sqs: Sqs,
  name: string,
  input: Input,
  request: ServiceRequest,
  caller: Caller | undefined,
): Answer | Promise<Answer> {
  const action = ACTIONS.get(name);
  if (!action) throw sqsError('InvalidAction', `The action ${name} is not valid for this endpoint.`);
  if (caller) authorize(sqs, caller, name, input);
  return action(sqs, input, request);
}

const json: Protocol = {
  read({ headers, body }) {
    const target = String(headers['x-amz-target']);
    const action = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : target;
    return { action, input: parseBody(body.toString()) };
  },

  write: (_action, output, request) => ({
    status: 200,
    headers: jsonHeaders(request),
    body: JSON.stringify(output ?? {}),
  }),

  writeError: (error, request) => ({
    status: error.status,
    headers: { ...jsonHeaders(request), 'x-amzn-query-error': `${queryCodeOf(error)};${faultOf(error)}` },
    body: JSON.stringify({ __type: jsonTypeOf(error), message: error.message }),
  }),
};

const query: Protocol = {
  read({ method, body, query, path }) {
    const isForm = method === 'POST' && body.length > 0;
    const { action, input } = parseQuery(isForm ? body.toString() : `${query}`);
    // A client may send the request to the URL of the queue.
    if (path.length > 1) input.QueueUrl ??= path;
    return { action, input };
  },

  write(action, output, request) {
    const result = output ? `<${action}Result>${toXml(action, output)}</${action}Result>` : '';
    const metadata = `<ResponseMetadata><RequestId>${request.requestId}</RequestId></ResponseMetadata>`;
    return writeXml(200, `${action}Response`, `${result}${metadata}`, request);
  },

  writeError(error, request) {
    const { status, message } = error;
    const detail = `<Type>${faultOf(error)}</Type><Code>${queryCodeOf(error)}</Code><Message>${escapeXml(message)}</Message>`;
    const content = `<Error>${detail}<Detail/></Error><RequestId>${request.requestId}</RequestId>`;
    return writeXml(status, 'ErrorResponse', content, request);
  },
};

function parseBody(text: string): Input {
  let input: unknown;
  try {
    input = JSON.parse(text || '{}');
  } catch {
    input = undefined;
  }
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Input;
  throw new AwsError('SerializationException', 'The request body is not a JSON object.');
}

const faultOf = ({ status }: AwsError): string => (status < 500 ? 'Sender' : 'Receiver');

const jsonHeaders = ({ requestId }: ServiceRequest): Record<string, string> => ({
  'content-type': 'application/x-amz-json-1.0',
  'x-amzn-requestid': requestId,
});

function writeXml(
  status: number,
  root: string,
  content: string,
  { requestId }: ServiceRequest,
): ServiceResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<?xml version="1.0"?><${root} xmlns="${NAMESPACE}">${content}</${root}>`,
  };
}
