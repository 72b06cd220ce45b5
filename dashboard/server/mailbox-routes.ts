import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { readMailbox } from '../../operations/mailbox.ts';
import type { MailboxPage } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { requirePart } from './http-error.ts';
import { queryOf, readFields } from './read-request.ts';

/** Maximum number of e-mails in a response. */
const MAX_MAILS = 50;
const MAILBOX = { q: z.string().max(320).optional().describe('an order ID or an e-mail address') };

/** Adds the route of the embedded cloud's mailbox. */
export function addMailboxRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  app.get('/mailbox', async (request): Promise<MailboxPage> => {
    const { q } = readFields(MAILBOX, queryOf(request));
    const page = await readMailbox(pipeline, { limit: MAX_MAILS, ...(q && { search: q }) });
    return requirePart(
      page,
      'mailbox: available in the embedded cloud only; on AWS, SNS keeps no copy of e-mails',
    );
  });
}
