import type { FastifyReply } from 'fastify';
import { problem } from '../../lib/http/problem.ts';
import type { Refusal } from './refusal.ts';

/** Answers with problem details (RFC 9457). */
export function sendProblem(reply: FastifyReply, status: Refusal['status'], detail: string): FastifyReply {
  const { body } = problem(status, detail);
  return reply.code(status).type('application/problem+json').header('cache-control', 'no-store').send(body);
}
