import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { guardServer } from '../dashboard/server/guard-server.ts';
import type { InvokeResult } from './lambda/execution-environment.ts';
import { ACCOUNT_ID } from './stack/account.ts';

export interface Route {
  method: string;
  /** Path in API Gateway's syntax, such as `/orders/{order_id}`. */
  path: string;
  invoke: (payload: string) => Promise<InvokeResult>;
}

/** Content types that functions receive as text. Other bodies are base64-encoded. */
const TEXT = /^(text\/|application\/([\w.+-]+\+)?(json|xml|javascript))/i;
/** Payload quota of an HTTP API: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const BODY_LIMIT = 10 * 1_048_576;

/** Timeouts for clients, in milliseconds. */
export interface RequestTimeouts {
  /** Time in which a request must have arrived completely. An HTTP API on AWS gives up after 30 s. */
  request: number;
  /** Interval at which connections are checked for this timeout. */
  check: number;
}
const TIMEOUTS: RequestTimeouts = { request: 30_000, check: 5_000 };

/**
 * Starts an HTTP API on 127.0.0.1. Functions receive events of payload format 2.0, as from API Gateway. Callers are not
 * authorized, unlike on AWS, where IAM does so. Requests from pages of other web sites are refused.
 *
 * @param port Port on 127.0.0.1; 0 for any free port.
 * @param extend Adds further routes to the server.
 * @param timeouts Timeouts for slow clients, which are answered 408 and disconnected.
 * @throws Error with code `EADDRINUSE` if the port is in use
 */
export async function startHttpApi(
  routes: readonly Route[],
  port: number,
  extend?: (app: FastifyInstance) => void,
  timeouts: RequestTimeouts = TIMEOUTS,
): Promise<{ url: string; stop(): Promise<void> }> {
  const sendStatus = ({ statusCode = 500 }: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
    reply.code(statusCode).send({ message: STATUS_CODES[statusCode] });
  const app = fastify({
    // Fastify's default answer contains the path and names the framework.
    frameworkErrors: sendStatus,
    bodyLimit: BODY_LIMIT,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    requestTimeout: timeouts.request,
    http: { headersTimeout: timeouts.request, connectionsCheckingInterval: timeouts.check },
    routerOptions: { maxParamLength: 1_024 },
  });
  guardServer(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  for (const { method, path, invoke } of routes) {
    const url = path.replace(/\{(\w+)\}/g, ':$1');
    app.route({
      method,
      url,
      handler: async (request, reply) =>
        answer(reply, await invoke(JSON.stringify(toEvent(request, method, path)))),
    });
  }
  app.setNotFoundHandler((_request, reply) => reply.code(404).send({ message: 'Not Found' }));
  app.setErrorHandler(sendStatus);
  extend?.(app);
  const url = await app.listen({ host: '127.0.0.1', port });
  return { url, stop: () => app.close() };
}

/** Format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function toEvent(request: FastifyRequest, method: string, path: string): APIGatewayProxyEventV2 {
  const { rawPath, rawQueryString } = splitUrl(request.url);
  const routeKey = `${method} ${path}`;
  const { cookie, ...otherHeaders } = request.headers;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(otherHeaders))
    if (value !== undefined) headers[name] = String(value);
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(rawQueryString))
    query[name] = Object.hasOwn(query, name) ? `${query[name]},${value}` : value;
  const pathParameters = request.params as Record<string, string>;
  const body = request.body instanceof Buffer ? request.body : undefined;
  const isText = TEXT.test(headers['content-type'] ?? 'text/plain');
  const now = new Date();
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookie && { cookies: cookie.split(/; */) }),
    headers,
    ...(rawQueryString && { queryStringParameters: query }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters }),
    requestContext: {
      accountId: ACCOUNT_ID,
      apiId: 'local',
      domainName: request.host,
      domainPrefix: 'local',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: request.ip,
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomUUID(),
      routeKey,
      stage: '$default',
      time: now.toISOString(),
      timeEpoch: now.getTime(),
    },
    ...(body && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body !== undefined && !isText,
  };
}

function splitUrl(url: string): { rawPath: string; rawQueryString: string } {
  const [rawPath = '', ...query] = url.split('?');
  return { rawPath, rawQueryString: query.join('?') };
}

/** Answers by API Gateway's rules for payload format 2.0: a failed function is a 500, a result without a status is a 200. */
function answer(reply: FastifyReply, { payload, functionError }: InvokeResult): FastifyReply {
  if (functionError) return reply.code(500).send({ message: 'Internal Server Error' });
  const result = JSON.parse(payload) as APIGatewayProxyStructuredResultV2 | string | null;
  if (typeof result !== 'object' || result === null || result.statusCode === undefined) {
    return reply.code(200).type('application/json').send(payload);
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = result;
  for (const [name, value] of Object.entries(headers)) reply.header(name, value);
  if (cookies.length > 0) reply.header('set-cookie', cookies);
  return reply.code(statusCode).send(isBase64Encoded ? Buffer.from(body, 'base64') : body);
}
