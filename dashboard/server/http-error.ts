import type { FastifyError, FastifyReply } from 'fastify';
import { DatabaseError, ServiceError } from '../../lib/errors.ts';
import { explainToCaller, problem } from '../../lib/http/problem.ts';
import { printable } from '../../lib/text.ts';

/** A request error with its HTTP status. The message is returned to the client. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: Parameters<typeof problem>[0];

  constructor(status: Parameters<typeof problem>[0], detail: string) {
    super(detail);
    this.status = status;
  }
}

/**
 * Returns a part of the pipeline that a route needs.
 *
 * @param part The part; undefined if this stage does not have it.
 * @param reason Error message if the part is undefined.
 * @throws HttpError with status 404 if the part is undefined.
 */
export function requirePart<Part>(part: Part | undefined, reason: string): Part {
  if (part === undefined) throw new HttpError(404, reason);
  return part;
}

/** Statuses of Fastify's own errors for invalid requests. */
const INVALID_REQUEST = [400, 413, 415] as const;

/**
 * Converts an error to an HTTP status and a message. Messages of AWS and databases are included, since the operator who reads
 * them also runs the server.
 */
export function explainToOperator(error: unknown): { status: HttpError['status']; detail: string } {
  const { message, statusCode } = error as FastifyError;
  const detail = printable(message);
  if (error instanceof HttpError) return { status: error.status, detail };
  const explained = explainToCaller(error);
  if (error instanceof ServiceError || error instanceof DatabaseError) return { ...explained, detail };
  const invalid = INVALID_REQUEST.find((status) => status === statusCode);
  return invalid ? { status: invalid, detail: `request: ${detail}` } : explained;
}

/** Sends an error as problem details (RFC 9457). */
export function sendProblem(reply: FastifyReply, status: HttpError['status'], detail: string): FastifyReply {
  const { body } = problem(status, detail);
  return reply.code(status).type('application/problem+json').header('cache-control', 'no-store').send(body);
}
