import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';

/** Builds the event of a POST request (payload format 2.0). */
export function httpEvent(path: string, body?: string, isBase64Encoded = false): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: `POST ${path}`,
    rawPath: path,
    rawQueryString: '',
    headers: { 'content-type': 'application/json' },
    ...(body !== undefined && { body }),
    isBase64Encoded,
    requestContext: {
      accountId: '000000000000',
      apiId: 'local',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' },
      requestId: 'request-1',
      routeKey: `POST ${path}`,
      stage: '$default',
      time: '27/Nov/2026:08:00:00 +0000',
      timeEpoch: 1_795_766_400_000,
    },
  };
}

/** Parses the response of a function. */
export function readResponse(response: unknown) {
  const { statusCode, headers, body } = response as APIGatewayProxyStructuredResultV2;
  return { status: statusCode, type: headers?.['content-type'], body: JSON.parse(body ?? '') };
}
