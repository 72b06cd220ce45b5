import type { MailboxPage } from '../../operations/mailbox.ts';
import type { Inspection } from '../../operations/status/inspection.ts';
import type { FauxqsApp } from './fauxqs.ts';
import type { MailChoice } from './mailbox.ts';
import { refuseOtherHosts } from './refuse-other-hosts.ts';

/** Does not collide with a bucket: bucket names contain no underscore. */
export const INSPECTION_PATH = '/_inspection';

/** Number of mails in an answer: by default, and the maximum. */
const LIMIT = { usual: 50, most: 1_000 };

/**
 * Adds read-only routes for the metrics that CloudWatch has on AWS, and for the customers' e-mails.
 *
 *     GET /_inspection                              Inspection
 *     GET /_inspection/mailbox?search=&limit=       MailboxPage
 */
export function addInspectionRoutes(
  app: FauxqsApp,
  inspect: () => Promise<Inspection>,
  listMails: (choice: MailChoice) => MailboxPage,
): void {
  app.register(async (scope) => {
    refuseOtherHosts(scope);
    scope.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    });

    scope.get(INSPECTION_PATH, inspect);

    scope.get<{ Querystring: Record<string, string | string[]> }>(
      `${INSPECTION_PATH}/mailbox`,
      async ({ query: { search, limit = String(LIMIT.usual) } }, reply) => {
        const most = Number(limit);
        if (!Number.isInteger(most) || most < 1 || most > LIMIT.most || Array.isArray(search)) {
          const message = `mailbox: accepts ?search=TEXT&limit=N with N from 1 to ${LIMIT.most}, received limit=${limit}`;
          return reply.code(400).send({ message });
        }
        return listMails({ search: search || undefined, limit: most });
      },
    );
  });
}
