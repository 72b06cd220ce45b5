import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** Whether a function was called over HTTP (payload format 2.0) rather than invoked. */
export function isHttpEvent(event: unknown): event is APIGatewayProxyEventV2 {
  return typeof event === 'object' && event !== null && 'requestContext' in event && 'rawPath' in event;
}
