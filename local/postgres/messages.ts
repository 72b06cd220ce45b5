import type { Socket } from 'node:net';

/*
 * Messages between a client and Postgres: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

/** Bytes of a message's type and length. */
const HEADER = 5;
/** Longest message, in bytes. The limit of requests to the RDS Data API is 4 MiB. */
const MAX_MESSAGE = 64 * 1024 * 1024;
/** Longest message that starts a connection, in bytes. It is the server's limit, too. */
const MAX_STARTUP = 10_000;

/** Codes in the place of the protocol's version. */
const CANCEL_REQUEST = 80_877_102;
const SSL_REQUEST = 80_877_103;
const GSS_ENCRYPTION_REQUEST = 80_877_104;
const VERSION_3 = 3;

export interface Message {
  /** One character: `Q` for Query. */
  type: string;
  /** The whole message. */
  bytes: Buffer;
}

/** A message that starts a connection. */
export interface Startup {
  bytes: Buffer;
  /** For example `user` and `database`. `undefined` for a request to cancel a statement of another connection. */
  parameters?: Map<string, string>;
}

/**
 * Creates a function that splits a stream of messages. It keeps an incomplete message until its last chunk arrives.
 *
 * @returns The function, which throws an Error for a malformed or too long message.
 */
export function createSplitter(): (chunk: Buffer) => Generator<Message, void, undefined> {
  let chunks: Buffer[] = [];
  let received = 0;
  let expected = HEADER;
  return function* split(chunk) {
    chunks.push(chunk);
    received += chunk.length;
    if (received < expected) return;
    let rest = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      expected = lengthOf(rest);
      if (rest.length < expected) break;
      yield { type: String.fromCharCode(rest[0] ?? 0), bytes: rest.subarray(0, expected) };
      rest = rest.subarray(expected);
    }
    chunks = rest.length > 0 ? [rest] : [];
    received = rest.length;
  };
}

/** Returns the length of the message that begins here, as far as it is known. */
function lengthOf(bytes: Buffer): number {
  if (bytes.length < HEADER) return HEADER;
  // The length counts itself, but not the type.
  const length = 1 + bytes.readUInt32BE(1);
  if (length >= HEADER && length <= MAX_MESSAGE) return length;
  throw new Error(`Postgres: a message must have ${HEADER} to ${MAX_MESSAGE} bytes, received ${length}`);
}

/**
 * Reads the message that starts a connection. Requests for encryption are declined. What follows stays in the socket.
 *
 * @throws Error for a malformed message, or if the connection ends before
 */
export async function readStartup(client: Socket): Promise<Startup> {
  let bytes = Buffer.alloc(0);
  for await (const chunk of client.iterator({ destroyOnReturn: false })) {
    bytes = Buffer.concat([bytes, chunk]);
    while (bytes.length >= 8) {
      const length = bytes.readUInt32BE(0);
      if (length < 8 || length > MAX_STARTUP) throw malformedStartup();
      if (bytes.length < length) break;
      const startup = bytes.subarray(0, length);
      bytes = bytes.subarray(length);
      const code = startup.readUInt32BE(4);
      if (code === SSL_REQUEST || code === GSS_ENCRYPTION_REQUEST) client.write('N');
      else {
        if (bytes.length > 0) client.unshift(bytes);
        if (code === CANCEL_REQUEST) return { bytes: startup };
        return { bytes: startup, parameters: readParameters(startup) };
      }
    }
  }
  throw malformedStartup();
}

function readParameters(startup: Buffer): Map<string, string> {
  // A name or value may have any encoding. This one keeps all bytes.
  const fields = startup.toString('latin1', 8).split('\0');
  // A zero ends each name, each value, and the list.
  const isComplete = fields.length % 2 === 0 && fields.at(-1) === '' && fields.at(-2) === '';
  if (startup.readUInt16BE(4) !== VERSION_3 || !isComplete) throw malformedStartup();
  const parameters = new Map<string, string>();
  for (let index = 0; index < fields.length - 2; index += 2) {
    parameters.set(fields[index] ?? '', fields[index + 1] ?? '');
  }
  return parameters;
}

/** Returns the message with another user. */
export function withUser({ bytes, parameters = new Map() }: Startup, user: string): Buffer {
  const fields = [...new Map(parameters).set('user', user)].flat();
  const body = Buffer.from(`${fields.join('\0')}\0\0`, 'latin1');
  const message = Buffer.concat([bytes.subarray(0, 8), body]);
  message.writeUInt32BE(message.length, 0);
  return message;
}

const malformedStartup = () => new Error('Postgres: the connection must begin with a startup message');

/** Asks the server for ReadyForQuery. */
export const SYNC = Buffer.from('S\0\0\0\x04', 'latin1');

/** Returns the SQL of a Query or Parse message. */
export function sqlOf({ type, bytes }: Message): string {
  // The name of the prepared statement precedes.
  const start = type === 'P' ? bytes.indexOf(0, HEADER) + 1 : HEADER;
  const end = bytes.indexOf(0, start);
  if (start < HEADER || end < 0) throw new Error('Postgres: SQL must end with a zero');
  return bytes.toString('utf8', start, end);
}

/** Returns whether a ReadyForQuery message says that the connection is in a transaction, be it a failed one. */
export const isInTransaction = ({ bytes }: Message): boolean => bytes.toString('latin1', HEADER) !== 'I';

/** @param code SQLSTATE, or a code that clients report like one. */
export function errorResponse(severity: 'ERROR' | 'FATAL', code: string, message: string): Buffer {
  const body = Buffer.from(`S${severity}\0V${severity}\0C${code}\0M${message}\0\0`);
  const header = Buffer.from('E\0\0\0\0', 'latin1');
  header.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}
