import type { FastifyInstance, FastifyReply } from 'fastify';
import { printable, received } from '../../lib/text.ts';
import { bundlePage, type Page } from './bundle-page.ts';
import { Refusal } from './refusal.ts';

/** A year, in seconds. */
const LONG = 365 * 24 * 3_600;

/** The page: its HTML, and the files that it loads. */
export function addPageRoutes(app: FastifyInstance): void {
  app.get('/', async (_request, reply) => {
    const { html } = await loadPage();
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
  });

  app.get<{ Params: { name: string } }>('/dashboard/assets/:name', async (request, reply) => {
    const { files } = await loadPage();
    const { name } = request.params;
    const file = files.get(name);
    if (!file) throw new Refusal(404, `file: must be one of the page's, received ${received(name)}`);
    reply.type(file.type).header('vary', 'accept-encoding');
    reply.header('cache-control', `public, max-age=${LONG}, immutable`);
    return sendEncoded(reply, file, request.headers['accept-encoding']);
  });
}

async function loadPage(): Promise<Page> {
  return bundlePage().catch((error: Error) => {
    throw new Refusal(500, `The page could not be bundled: ${printable(error.message)}`);
  });
}

function sendEncoded(
  reply: FastifyReply,
  file: { plain: Buffer; br: Buffer; gzip: Buffer },
  accepted = '',
): FastifyReply {
  const encoding = (['br', 'gzip'] as const).find((each) => accepts(accepted, each));
  if (!encoding) return reply.send(file.plain);
  return reply.header('content-encoding', encoding).send(file[encoding]);
}

/** `gzip;q=0` is a refusal: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
const accepts = (accepted: string, encoding: string): boolean =>
  accepted.split(',').some((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
