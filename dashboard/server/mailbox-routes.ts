import type { FastifyInstance } from 'fastify';
import * as z from 'zod';
import { readMailbox } from '../../operations/mailbox.ts';
import type { MailboxPage } from '../api.ts';
import type { DashboardParts } from './dashboard-parts.ts';
import { queryOf, readFields } from './read-request.ts';
import { requirePart } from './refusal.ts';

/** E-mails that the page gets. */
const SHOWN = 50;
const MAILBOX = { q: z.string().max(320).optional().describe('an order id or an e-mail address') };

/** The mailbox of the embedded cloud. */
export function addMailboxRoutes(app: FastifyInstance, { pipeline }: DashboardParts): void {
  app.get('/mailbox', async (request): Promise<MailboxPage> => {
    const { q } = readFields(MAILBOX, queryOf(request));
    const page = await readMailbox(pipeline, { limit: SHOWN, ...(q && { search: q }) });
    return requirePart(
      page,
      'mailbox: is for the embedded cloud; on AWS, e-mails are in their recipients’ mailboxes',
    );
  });
}
