import type { FastifyError } from 'fastify';
import { DatabaseError, ServiceError } from '../../lib/errors.ts';
import { explainToCaller } from '../../lib/http/problem.ts';
import { printable } from '../../lib/text.ts';
import { Refusal } from './refusal.ts';

/** Statuses of Fastify's own errors: what is wrong is in the request. */
const FAULTY_REQUEST = [400, 413, 415] as const;

/** What the page is told of an error. Whoever looks at it runs the server, so what AWS or a database said is for them to know. */
export function explainToOperator(error: unknown): { status: Refusal['status']; detail: string } {
  const { message, statusCode } = error as FastifyError;
  const detail = printable(message);
  if (error instanceof Refusal) return { status: error.status, detail };
  const explained = explainToCaller(error);
  if (error instanceof ServiceError || error instanceof DatabaseError) return { ...explained, detail };
  const faulty = FAULTY_REQUEST.find((status) => status === statusCode);
  return faulty ? { status: faulty, detail: `request: ${detail}` } : explained;
}
