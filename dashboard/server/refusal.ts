import type { FastifyError, FastifyReply } from 'fastify';
import { DatabaseError, ServiceError } from '../../lib/errors.ts';
import { explainToCaller, problem } from '../../lib/http/problem.ts';
import { printable } from '../../lib/text.ts';

/** A request that is refused: the message says why, and is shown to the caller. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: Parameters<typeof problem>[0];

  constructor(status: Parameters<typeof problem>[0], detail: string) {
    super(detail);
    this.status = status;
  }
}

/**
 * Returns a part of the pipeline that a route needs.
 *
 * @param reason why the pipeline may be without it
 * @throws Refusal with status 404 without it
 */
export function requirePart<Part>(part: Part | undefined, reason: string): Part {
  if (part === undefined) throw new Refusal(404, reason);
  return part;
}

/** Statuses of Fastify's own errors for faulty requests. */
const FAULTY_REQUEST = [400, 413, 415] as const;

/** Explains an error to the page, whose reader runs the server: messages of AWS or a database are shown as they are. */
export function explainToOperator(error: unknown): { status: Refusal['status']; detail: string } {
  const { message, statusCode } = error as FastifyError;
  const detail = printable(message);
  if (error instanceof Refusal) return { status: error.status, detail };
  const explained = explainToCaller(error);
  if (error instanceof ServiceError || error instanceof DatabaseError) return { ...explained, detail };
  const faulty = FAULTY_REQUEST.find((status) => status === statusCode);
  return faulty ? { status: faulty, detail: `request: ${detail}` } : explained;
}

/** Answers with problem details (RFC 9457). */
export function sendProblem(reply: FastifyReply, status: Refusal['status'], detail: string): FastifyReply {
  const { body } = problem(status, detail);
  return reply.code(status).type('application/problem+json').header('cache-control', 'no-store').send(body);
}
