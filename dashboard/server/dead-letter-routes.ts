import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { InvalidInputError } from '../../lib/errors.ts';
import { received } from '../../lib/text.ts';
import {
  editDeadLetter,
  NoSuchDeadLetterError,
  NotMovedError,
} from '../../operations/dead-letters/edit-dead-letter.ts';
import { listDeadLetters } from '../../operations/dead-letters/list-dead-letters.ts';
import { redriveDeadLetters } from '../../operations/dead-letters/redrive-dead-letters.ts';
import { validateBody } from '../../operations/dead-letters/validate-body.ts';
import { QUEUE_NAMES, type QueueName } from '../../topology.ts';
import type { DeadLetterPage, RedriveReport } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { HttpError } from './http-error.ts';
import { readFields } from './read-request.ts';

/** Maximum number of messages that are read. */
const MAX_READ = 1_000;
/** Maximum number of messages in a response. */
const MAX_LISTED = 100;
const id = z.string().min(1).max(100);

const REDRIVE = {
  reason: z.string().min(1).max(1_000).optional().describe('the code of a reason'),
  ids: z.array(id).min(1).max(MAX_READ).optional().describe('an array of 1 to 1,000 message IDs'),
};
const EDIT = { body: z.string().min(1).describe('a non-empty string') };

interface QueueRoute {
  Params: { queue: string };
}

function throwEditError(error: Error): never {
  if (error instanceof NoSuchDeadLetterError) throw new HttpError(404, error.message);
  if (error instanceof NotMovedError) throw new HttpError(503, error.message);
  throw error;
}

/** Adds the routes that list, redrive and edit dead letters. */
export function addDeadLetterRoutes(
  app: FastifyInstance,
  { pipeline, stopping, withLock }: DashboardParts,
): void {
  function readQueue(name: string): QueueName {
    const known = QUEUE_NAMES.find((each) => each === name);
    if (!known)
      throw new HttpError(404, `queue: must be one of ${QUEUE_NAMES.join(', ')}, received ${received(name)}`);
    if (pipeline.queues.some((queue) => queue.name === known)) return known;
    throw new HttpError(404, `queue: the ${known} queue is disabled in stage ${pipeline.stage}`);
  }

  app.get<QueueRoute>('/dead-letters/:queue', async ({ params }, reply): Promise<DeadLetterPage> => {
    const queue = readQueue(params.queue);
    // A closed page must not delay the next reader of this queue.
    const disconnected = new AbortController();
    reply.raw.once('close', () => disconnected.abort());
    const signal = AbortSignal.any([stopping, disconnected.signal]);
    const { seen, groups, letters } = await withLock([queue], () =>
      listDeadLetters(pipeline, queue, { limit: MAX_READ, signal }),
    );
    return { queue, seen, groups, letters: letters.slice(0, MAX_LISTED) };
  });

  app.post<QueueRoute>('/dead-letters/:queue/redrive', async ({ params, body }): Promise<RedriveReport> => {
    const queue = readQueue(params.queue);
    const { reason, ids } = readFields(REDRIVE, body);
    return withLock([queue], () =>
      redriveDeadLetters(pipeline, queue, { reason, ids }, { signal: stopping }),
    );
  });

  app.put<{ Params: { queue: string; id: string } }>(
    '/dead-letters/:queue/:id',
    async ({ params, body }, reply) => {
      const queue = readQueue(params.queue);
      const edited = readFields(EDIT, body);
      const issues = validateBody(queue, edited.body);
      if (issues.length > 0)
        throw new InvalidInputError(`body: ${issues.map(({ message }) => message).join('; ')}`);
      await withLock([queue], () => editDeadLetter(pipeline, queue, params.id, edited.body)).catch(
        throwEditError,
      );
      return reply.code(204).send();
    },
  );
}
