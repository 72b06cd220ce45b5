import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { InvalidInputError } from '../../lib/errors.ts';
import { received } from '../../lib/text.ts';
import {
  editDeadLetter,
  NoSuchLetterError,
  NotMovedError,
} from '../../operations/dead-letters/edit-dead-letter.ts';
import { judgeBody } from '../../operations/dead-letters/judge-body.ts';
import { listDeadLetters } from '../../operations/dead-letters/list-dead-letters.ts';
import { redriveDeadLetters } from '../../operations/dead-letters/redrive-dead-letters.ts';
import { QUEUE_NAMES, type QueueName } from '../../topology.ts';
import type { DeadLetterPage, RedriveReport } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { readFields } from './read-request.ts';
import { Refusal } from './refusal.ts';

/** Messages that are looked at. */
const LOOKED_AT = 1_000;
/** Those that the page gets. */
const SHOWN = 100;
const id = z.string().min(1).max(100);

const REDRIVE = {
  reason: z.string().min(1).max(1_000).optional().describe('the code of a reason'),
  ids: z.array(id).min(1).max(LOOKED_AT).optional().describe('an array of 1 to 1,000 message ids'),
};
const EDIT = { body: z.string().min(1).describe('a text that is not empty') };

interface OfQueue {
  Params: { queue: string };
}

function refuseEdit(error: Error): never {
  if (error instanceof NoSuchLetterError) throw new Refusal(404, error.message);
  if (error instanceof NotMovedError) throw new Refusal(503, error.message);
  throw error;
}

/** Dead letters: list, redrive, mend. */
export function addDeadLetterRoutes(
  app: FastifyInstance,
  { pipeline, stopping, inTurn }: DashboardParts,
): void {
  function readQueue(name: string): QueueName {
    const known = QUEUE_NAMES.find((each) => each === name);
    if (!known)
      throw new Refusal(404, `queue: must be one of ${QUEUE_NAMES.join(', ')}, received ${received(name)}`);
    if (pipeline.queues.some((queue) => queue.name === known)) return known;
    throw new Refusal(404, `queue: the ${known} queue is off in stage ${pipeline.stage}`);
  }

  app.get<OfQueue>('/dead-letters/:queue', async ({ params }, reply): Promise<DeadLetterPage> => {
    const queue = readQueue(params.queue);
    // Nobody waits for an answer to a page that is gone: its turn passes.
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const signal = AbortSignal.any([stopping, gone.signal]);
    const { seen, groups, letters } = await inTurn([queue], () =>
      listDeadLetters(pipeline, queue, { limit: LOOKED_AT, signal }),
    );
    return { queue, seen, groups, letters: letters.slice(0, SHOWN) };
  });

  app.post<OfQueue>('/dead-letters/:queue/redrive', async ({ params, body }): Promise<RedriveReport> => {
    const queue = readQueue(params.queue);
    const { reason, ids } = readFields(REDRIVE, body);
    return inTurn([queue], () => redriveDeadLetters(pipeline, queue, { reason, ids }, { signal: stopping }));
  });

  app.put<{ Params: { queue: string; id: string } }>(
    '/dead-letters/:queue/:id',
    async ({ params, body }, reply) => {
      const queue = readQueue(params.queue);
      const edited = readFields(EDIT, body);
      const issues = judgeBody(queue, edited.body);
      if (issues.length > 0)
        throw new InvalidInputError(`body: ${issues.map(({ message }) => message).join('; ')}`);
      await inTurn([queue], () => editDeadLetter(pipeline, queue, params.id, edited.body)).catch(refuseEdit);
      return reply.code(204).send();
    },
  );
}
