import { S3Error } from './s3-error.ts';

/** A decoded body and the headers that followed it, by lower-case name. */
export interface DecodedBody {
  body: Buffer;
  trailers: Record<string, string>;
}

/**
 * Decodes a body in the encoding `aws-chunked`. Its chunks may be signed; signatures are not verified.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 *
 * @param decodedLength Value of `x-amz-decoded-content-length`.
 * @throws S3Error `IncompleteBody` if the body is truncated, `MissingContentLength` without its decoded length
 */
export function decodeAwsChunked(encoded: Buffer, decodedLength: string | undefined): DecodedBody {
  if (decodedLength === undefined || !/^\d+$/.test(decodedLength)) {
    const message = 'You must provide the x-amz-decoded-content-length HTTP header.';
    throw new S3Error('MissingContentLength', message, 411);
  }
  const chunks: Buffer[] = [];
  let position = 0;

  function readLine(): string {
    const end = encoded.indexOf('\r\n', position);
    if (end === -1) throw incompleteBody();
    const line = encoded.toString('latin1', position, end);
    position = end + 2;
    return line;
  }

  function readChunk(): boolean {
    // For example `10000;chunk-signature=ad80c730…`.
    const size = /^([0-9a-f]{1,8})(?:;|$)/i.exec(readLine())?.[1];
    if (size === undefined) throw incompleteBody();
    const length = Number.parseInt(size, 16);
    if (length === 0) return false;
    const end = position + length;
    if (encoded.toString('latin1', end, end + 2) !== '\r\n') throw incompleteBody();
    chunks.push(encoded.subarray(position, end));
    position = end + 2;
    return true;
  }

  while (readChunk());
  const trailers = readTrailers(encoded.toString('latin1', position));
  const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
  if (body.length !== Number(decodedLength)) throw incompleteBody();
  return { body, trailers };
}

/** Reads `name:value` lines, the last of which may lack its line end. */
function readTrailers(lines: string): Record<string, string> {
  const trailers: Record<string, string> = {};
  for (const line of lines.split('\r\n')) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) throw malformedTrailer();
    trailers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return trailers;
}

export const incompleteBody = () =>
  new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header',
  );

export const malformedTrailer = () =>
  new S3Error(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
