import { once } from 'node:events';
import { type IncomingMessage, request, type Server } from 'node:http';
import { connect } from 'node:net';
import { json, text } from 'node:stream/consumers';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Route, startHttpApi } from '../../local/http-api.ts';
import type { InvokeResult } from '../../local/lambda/execution-environment.ts';

/** Starts an API whose routes all return one answer, and records the events. */
async function start(answer: InvokeResult | unknown, ...routes: [method: string, path: string][]) {
  const events: APIGatewayProxyEventV2[] = [];
  const result = isResult(answer) ? answer : { payload: JSON.stringify(answer) };
  const invoke: Route['invoke'] = async (payload) => {
    events.push(JSON.parse(payload));
    return result;
  };
  const api = await startHttpApi(
    routes.map(([method, path]) => ({ method, path, invoke })),
    0,
  );
  onTestFinished(() => api.stop());
  return { ...api, events };
}
const isResult = (answer: unknown): answer is InvokeResult =>
  typeof answer === 'object' && answer !== null && 'payload' in answer;

/** Returns the event that the function of `POST /orders` receives for a request. */
async function eventOf(init: RequestInit, path = '/orders') {
  const { url, events } = await start({}, ['POST', '/orders']);
  await fetch(`${url}${path}`, { method: 'POST', ...init });
  expect(events).toHaveLength(1);
  return events[0] as APIGatewayProxyEventV2;
}

describe('an event', () => {
  test('has route, path, parameters and context of payload format 2.0', async () => {
    const { url, events } = await start({}, ['GET', '/orders/{order_id}/items/{item}'], ['GET', '/orders']);
    await fetch(`${url}/orders/A%2F1/items/tea%20pot?size=1&size=2&note=a%20b`, {
      headers: { 'user-agent': 'test', 'X-Trace': 'one' },
    });
    expect(events).toEqual([
      expect.objectContaining({
        version: '2.0',
        routeKey: 'GET /orders/{order_id}/items/{item}',
        rawPath: '/orders/A%2F1/items/tea%20pot',
        rawQueryString: 'size=1&size=2&note=a%20b',
        pathParameters: { order_id: 'A/1', item: 'tea pot' },
        queryStringParameters: { size: '1,2', note: 'a b' },
        headers: expect.objectContaining({ 'x-trace': 'one', host: new URL(url).host }),
        isBase64Encoded: false,
      }),
    ]);
    expect(events[0]?.requestContext).toMatchObject({
      accountId: '000000000000',
      http: { method: 'GET', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      stage: '$default',
    });
  });

  test('omits fields that are empty in the request, as on AWS', async () => {
    const event = await eventOf({});
    for (const field of ['queryStringParameters', 'pathParameters', 'cookies', 'body'])
      expect(event).not.toHaveProperty(field);
  });

  test('has cookies in a separate field', async () => {
    const { cookies, headers } = await eventOf({ headers: { cookie: 'a=1; b=2' } });
    expect(cookies).toEqual(['a=1', 'b=2']);
    expect(headers).not.toHaveProperty('cookie');
  });

  test.for(['application/json', 'text/csv; charset=utf-8', 'application/problem+json', 'Application/XML'])(
    'has a body of %s as text',
    async (contentType) => {
      const body = '{"name":"Ägypten 🫖"}';
      const event = await eventOf({ body, headers: { 'content-type': contentType } });
      expect(event).toMatchObject({ body, isBase64Encoded: false });
    },
  );

  test.for(['application/octet-stream', 'image/png', 'application/x-www-form-urlencoded'])(
    'has a body of %s in base64',
    async (contentType) => {
      const body = Uint8Array.of(0, 255, 128);
      const event = await eventOf({ body, headers: { 'content-type': contentType } });
      expect(event).toMatchObject({ body: 'AP+A', isBase64Encoded: true });
    },
  );

  test('has a body without a content type as text', async () => {
    const { url, events } = await start({}, ['POST', '/orders']);
    const call = request(`${url}/orders`, { method: 'POST' });
    call.end('{}');
    await once(call, 'response');
    expect(events).toMatchObject([{ body: '{}', isBase64Encoded: false }]);
  });
});

describe('an answer', () => {
  /** Returns the HTTP response for an answer of the function. */
  async function respond(answer: InvokeResult | unknown) {
    const { url } = await start(answer, ['POST', '/orders']);
    const response = await fetch(`${url}/orders`, { method: 'POST' });
    return { response, status: response.status, text: await response.text() };
  }

  test('sets status, headers, cookies and body', async () => {
    const { response, status, text } = await respond({
      statusCode: 202,
      headers: { 'content-type': 'application/problem+json', 'x-count': 3 },
      cookies: ['a=1; Path=/', 'b=2'],
      body: '{"accepted":[]}',
    });
    expect({ status, text }).toEqual({ status: 202, text: '{"accepted":[]}' });
    expect(response.headers.get('content-type')).toMatch('application/problem+json');
    expect(response.headers.get('x-count')).toBe('3');
    expect(response.headers.getSetCookie()).toEqual(['a=1; Path=/', 'b=2']);
  });

  test('may be base64, or have no body', async () => {
    const { response } = await respond({ statusCode: 200, body: 'AP+A', isBase64Encoded: true });
    expect(response.headers.get('content-length')).toBe('3');
    expect(await respond({ statusCode: 204 })).toMatchObject({ status: 204, text: '' });
  });

  test.for([{ sent: 3 }, [1, 2], null])(
    'without a status is sent as JSON with status 200: %j',
    async (answer) => {
      const { response, status, text } = await respond(answer);
      expect({ status, body: JSON.parse(text) }).toEqual({ status: 200, body: answer });
      expect(response.headers.get('content-type')).toMatch('application/json');
    },
  );

  test('of a failed function is a 500 without details of the error', async () => {
    const payload = '{"errorMessage":"password is 1234"}';
    const { status, text } = await respond({ payload, functionError: 'Unhandled' });
    expect({ status, text }).toEqual({ status: 500, text: '{"message":"Internal Server Error"}' });
  });

  test('with an invalid status is a 500', async () => {
    const { status, text } = await respond({ statusCode: 'fine' });
    expect({ status, text }).toEqual({ status: 500, text: '{"message":"Internal Server Error"}' });
  });
});

describe('a request is refused', () => {
  test('with 404 for an unknown path or method, and no function is invoked', async () => {
    const { url, events } = await start({}, ['POST', '/orders'], ['GET', '/report']);
    const refused = [
      await fetch(`${url}/`),
      await fetch(`${url}/orders`),
      await fetch(`${url}/orders/1`, { method: 'POST' }),
      await fetch(`${url}/report`, { method: 'HEAD' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    expect(await refused[0]?.json()).toEqual({ message: 'Not Found' });
    expect(events).toEqual([]);
  });

  test('with 413 above 10 MB, and no function is invoked', async () => {
    const { url, events } = await start({}, ['POST', '/orders']);
    const whole = await fetch(`${url}/orders`, { method: 'POST', body: Buffer.alloc(10 * 1_048_576, 'a') });
    expect(whole.status).toBe(200);
    expect(events).toHaveLength(1);
    // Sends only the headers: a client that is still sending its body might not read the answer.
    const call = request(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-length': 10 * 1_048_576 + 1 },
    });
    call.flushHeaders();
    const [refused] = (await once(call, 'response')) as [IncomingMessage];
    expect(refused.statusCode).toBe(413);
    expect(await json(refused)).toEqual({ message: 'Payload Too Large' });
    call.destroy();
    expect(events).toHaveLength(1);
  });
});

describe('the server', () => {
  test('listens on 127.0.0.1 and on no other address', async () => {
    const { url } = await start({});
    const { hostname, port } = new URL(url);
    expect(hostname).toBe('127.0.0.1');
    // A server on 0.0.0.0 would answer here, since 127/8 is this machine.
    const socket = connect(Number(port), '127.0.0.2');
    await expect(once(socket, 'connect')).rejects.toThrow();
  });

  test('rejects a port in use with EADDRINUSE and the port', async () => {
    const { url } = await start({});
    const port = Number(new URL(url).port);
    await expect(startHttpApi([], port)).rejects.toMatchObject({ code: 'EADDRINUSE', port });
  });

  test.each([
    ['headers', 'POST /orders HTTP/1.1\r\n'],
    ['a body', 'POST /orders HTTP/1.1\r\nHost: HOST\r\nContent-Length: 9\r\n\r\n{'],
  ])('answers 408 to a client that takes too long to send %s, and disconnects', async (_, beginning) => {
    const route = { method: 'POST', path: '/orders', invoke: async () => ({ payload: '{}' }) };
    const api = await startHttpApi([route], 0, undefined, { request: 100, check: 20 });
    onTestFinished(() => api.stop());
    const { host, hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    socket.write(beginning.replace('HOST', host));
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  });

  test('gives a client 30 s by default to send its request', async () => {
    const seen = Promise.withResolvers<Pick<Server, 'requestTimeout' | 'headersTimeout'>>();
    const api = await startHttpApi([], 0, ({ server }) => seen.resolve(server));
    onTestFinished(() => api.stop());
    expect(await seen.promise).toMatchObject({ requestTimeout: 30_000, headersTimeout: 30_000 });
  });

  test('stops immediately, even with a pending request', async () => {
    const started = Promise.withResolvers<void>();
    const invoke = () => {
      started.resolve();
      return new Promise<InvokeResult>(() => {});
    };
    const api = await startHttpApi([{ method: 'POST', path: '/orders', invoke }], 0);
    const pending = fetch(`${api.url}/orders`, { method: 'POST' });
    await started.promise;
    await Promise.all([api.stop(), expect(pending).rejects.toThrow()]);
    await expect(fetch(api.url)).rejects.toThrow();
  });
});
