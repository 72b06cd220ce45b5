import type { Enforcement } from '../iam/caller.ts';
import { answerInspection, INSPECTION_PATH, type InspectionCalls } from './inspection-routes.ts';
import { answerInvoke, type InvokeFunction } from './invoke-route.ts';
import { answerMappings, type MappingCalls } from './mapping-routes.ts';
import type { Service, ServiceRequest } from './service.ts';
import { answerSts } from './sts.ts';

/** The services behind one endpoint. */
export interface Services extends InspectionCalls, MappingCalls {
  sqs: Service;
  sns: Service;
  s3: Service;
  invoke: InvokeFunction;
  /** For Lambda and STS; the other services know it. Default: nothing is enforced. */
  enforcement?: Enforcement;
}

const LAMBDA = /^\/2015-03-31\/(?:functions\/([^/]+)\/invocations|event-source-mappings(?:\/([^/]*))?)\/?$/;

/** Paths of the query protocol: the endpoint itself, or a queue's URL. */
const QUERY_PATH = /^\/(?:\d{12}\/[^/]+)?$/;

/** Services of the query protocol by the version that a request names. */
const QUERY_SERVICES: Record<string, (services: Services) => Service> = {
  '2012-11-05': ({ sqs }) => sqs,
  '2010-03-31': ({ sns }) => sns,
  '2011-06-15':
    ({ enforcement }) =>
    (request) =>
      answerSts(request, enforcement),
};

/**
 * Creates the service that passes each request to SQS, SNS, S3, STS, Lambda or the inspection routes. AWS has a host name for
 * each of these services.
 */
export function routeRequests(services: Services): Service {
  return (request) => {
    const { headers, path } = request;
    const target = headers['x-amz-target'];
    if (typeof target === 'string' && target.startsWith('AmazonSQS.')) return services.sqs(request);
    const queryService = QUERY_PATH.test(path) && QUERY_SERVICES[readVersion(request) ?? ''];
    if (queryService) return queryService(services)(request);
    const [isLambda, functionName, uuid = ''] = LAMBDA.exec(path) ?? [];
    if (functionName !== undefined) {
      return answerInvoke(decode(functionName), request, services.invoke, services.enforcement);
    }
    if (isLambda) return answerMappings(decode(uuid), request, services, services.enforcement);
    if (path === INSPECTION_PATH || path.startsWith(`${INSPECTION_PATH}/`)) {
      return answerInspection(request, services);
    }
    return services.s3(request);
  };
}

/** Decodes a segment of a path. Returns an invalid segment unchanged: nothing has such a name. */
function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Returns the version that a request of the query protocol names, in the form of a POST or in the query of a GET. */
function readVersion({ method, headers, query, body }: ServiceRequest): string | null | undefined {
  if (method === 'GET') return query.get('Version');
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  if (method !== 'POST' || !isForm) return undefined;
  // Form values contain no unencoded `=` or `&`. So this match is exact, and cheaper than parsing the form.
  return /(?:^|&)Version=([\d-]+)/.exec(body.toString('latin1'))?.[1];
}
