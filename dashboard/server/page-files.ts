import { basename, resolve } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build, type OutputFile, stop } from 'esbuild';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { printable, received } from '../../lib/text.ts';
import { HttpError } from './http-error.ts';

const PAGE = resolve(import.meta.dirname, '../page');
/** URL path of the page's scripts and styles. */
const PATH = '/dashboard/assets/';
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
};

/** A script or style of the page, uncompressed and compressed. */
export interface PageFile {
  type: string;
  plain: Buffer;
  br: Buffer;
  gzip: Buffer;
}

export interface Page {
  html: string;
  /** Files by name. Each name contains a hash of the content. */
  files: ReadonlyMap<string, PageFile>;
}

let bundling: Promise<Page> | undefined;

/**
 * Bundles the page in memory, once per process, on the first request.
 *
 * @throws Error of esbuild with file and line; the next call tries again.
 */
function bundlePage(): Promise<Page> {
  bundling ??= bundle().catch((error) => {
    bundling = undefined;
    throw error;
  });
  return bundling;
}

async function bundle(): Promise<Page> {
  const { outputFiles } = await build({
    absWorkingDir: PAGE,
    entryPoints: ['main.tsx'],
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outdir: '.',
    write: false,
    bundle: true,
    splitting: true,
    // This option also sets NODE_ENV to "production": https://esbuild.github.io/api/#platform
    minify: true,
    format: 'esm',
    target: 'es2023',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'silent',
  });
  // Ends esbuild's child process, which would otherwise stay for the next build.
  await stop();
  const files = await Promise.all(
    outputFiles.map(async (file) => [basename(file.path), await toPageFile(file)] as const),
  );
  return { html: toHtml(files.map(([name]) => name)), files: new Map(files) };
}

async function toPageFile({ path, contents }: OutputFile): Promise<PageFile> {
  const plain = Buffer.from(contents);
  const [br, gzipped] = await Promise.all([
    promisify(brotliCompress)(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }),
    promisify(gzip)(plain, { level: constants.Z_BEST_COMPRESSION }),
  ]);
  return {
    type: TYPES[path.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    plain,
    br,
    gzip: gzipped,
  };
}

/** Returns HTML that loads the entry script and its style. The script imports all others. */
function toHtml(names: readonly string[]): string {
  const entry = (extension: string) =>
    names.find((name) => name.startsWith('main-') && name.endsWith(extension));
  const style = entry('.css');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>order-pipeline</title>
<link rel="icon" href="data:,">
${style ? `<link rel="stylesheet" href="${PATH}${style}">\n` : ''}<script type="module" src="${PATH}${entry('.js')}"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page requires JavaScript.</noscript>
</body>
</html>
`;
}

const YEAR_SECONDS = 365 * 24 * 3_600;

/** Adds the routes of the page's HTML, scripts and styles. */
export function addPageRoutes(app: FastifyInstance): void {
  app.get('/', async (_request, reply) => {
    const { html } = await loadPage();
    return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(html);
  });

  app.get<{ Params: { name: string } }>('/dashboard/assets/:name', async (request, reply) => {
    const { files } = await loadPage();
    const { name } = request.params;
    const file = files.get(name);
    if (!file) throw new HttpError(404, `file: no such file, received ${received(name)}`);
    reply.type(file.type).header('vary', 'accept-encoding');
    reply.header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`);
    return sendEncoded(reply, file, request.headers['accept-encoding']);
  });
}

async function loadPage(): Promise<Page> {
  return bundlePage().catch((error: Error) => {
    throw new HttpError(500, `The page could not be bundled: ${printable(error.message)}`);
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

/** `gzip;q=0` means that gzip is not accepted: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
const accepts = (accepted: string, encoding: string): boolean =>
  accepted.split(',').some((entry) => {
    const [name = '', ...parameters] = entry.split(';').map((part) => part.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
