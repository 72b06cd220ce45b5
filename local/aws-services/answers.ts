import type { ServiceResponse } from './service.ts';

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): ServiceResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
