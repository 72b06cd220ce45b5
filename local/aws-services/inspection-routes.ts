import type { MailboxPage } from '../../operations/mailbox.ts';
import type { Inspection } from '../../operations/status/inspection.ts';
import type { MailChoice } from '../sns/mailbox.ts';
import { jsonAnswer } from './answers.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';

/** Does not collide with a bucket: bucket names contain no underscore. */
export const INSPECTION_PATH = '/_inspection';

/** Number of mails in an answer: by default, and the maximum. */
const LIMIT = { usual: 50, most: 1_000 };

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

/** The functions that the routes call. */
export interface InspectionCalls {
  inspect(): Promise<Inspection>;
  listMails(choice: MailChoice): MailboxPage;
}

/**
 * Answers with the metrics that CloudWatch has on AWS, or with the customers' e-mails.
 *
 *     GET /_inspection                              Inspection
 *     GET /_inspection/mailbox?search=&limit=       MailboxPage
 */
export async function answerInspection(
  { method, path, query }: ServiceRequest,
  { inspect, listMails }: InspectionCalls,
): Promise<ServiceResponse> {
  if (method !== 'GET')
    return jsonAnswer(405, { message: `method: must be GET, received ${method}` }, HEADERS);
  if (path === INSPECTION_PATH) return jsonAnswer(200, await inspect(), HEADERS);
  if (path !== `${INSPECTION_PATH}/mailbox`) {
    return jsonAnswer(404, { message: `path: no such route, received ${path}` }, HEADERS);
  }
  const searches = query.getAll('search');
  const limit = query.get('limit') ?? String(LIMIT.usual);
  const most = Number(limit);
  if (!Number.isInteger(most) || most < 1 || most > LIMIT.most || searches.length > 1) {
    const message = `mailbox: accepts ?search=TEXT&limit=N with N from 1 to ${LIMIT.most}, received limit=${limit}`;
    return jsonAnswer(400, { message }, HEADERS);
  }
  return jsonAnswer(200, listMails({ search: searches[0] || undefined, limit: most }), HEADERS);
}
