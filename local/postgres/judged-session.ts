import { type DatabaseEvent, eventOf, type Judge } from './data-api-calls.ts';
import { createSplitter, errorResponse, isInTransaction, type Message, SYNC, sqlOf } from './messages.ts';

/** Transforms a stream. */
type Transform = (source: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void, undefined>;

/** The two directions of a connection. */
export interface Session {
  /** From the client to the server. */
  requests: Transform;
  /** From the server to the client. */
  replies: Transform;
}

/** Code of the Data APIs' error. `DatabaseError` gets it. */
const ACCESS_DENIED = 'AccessDeniedException';
/** SQLSTATE of a feature that is not supported. */
const UNSUPPORTED = '0A000';

/** Messages that the server may send at any time: notices, notifications, and changed parameters. */
const UNRELATED = new Set(['N', 'A', 'S']);

/**
 * Creates a session whose statements are judged before the server receives them. A refused one is replaced by Sync, and the
 * server's ReadyForQuery, its answer to Sync, by the error. So the error is in its place even if the client sends statements
 * without waiting for answers, and the transaction stays as it is: on AWS, a refused call has no effect on it either.
 *
 * Malformed messages end the session with an error.
 */
export function createJudgedSession(judge: Judge): Session {
  /** For each ReadyForQuery that the server will send, the error that replaces it, or nothing. The first ends the startup. */
  const expected: (Buffer | undefined)[] = [undefined];
  /** Whether the last ReadyForQuery was within a transaction. */
  let inTransaction = false;
  /** Whether the client sends the rest of a refused statement, up to its Sync. */
  let discarding = false;
  /** Whether the client has received an error since the last ReadyForQuery. It receives no other one before the next. */
  let failed = false;
  /** Whether the session has ended before its client. */
  let ended = false;

  function refuse(event: DatabaseEvent): Buffer | undefined {
    const denial = judge(event);
    return denial && errorResponse('ERROR', ACCESS_DENIED, denial.message);
  }

  function judgeRequest(message: Message): Buffer | undefined {
    const { type } = message;
    if (type === 'P' || type === 'Q') return refuse(eventOf(sqlOf(message), inTransaction));
    // FunctionCall, an old way to run a function without SQL.
    if (type === 'F') return errorResponse('ERROR', UNSUPPORTED, 'FunctionCall: not supported, use SELECT');
    // Terminate, without an end of the transaction: a statement failed. On AWS, lib/aws/rds-database.ts then asks for a rollback
    // and ignores a refusal.
    if (type === 'X' && inTransaction) judge('rollback');
    return undefined;
  }

  function handleRequest(message: Message): Buffer | undefined {
    const { type, bytes } = message;
    if (discarding && type !== 'S' && type !== 'X') return undefined;
    discarding = false;
    const error = judgeRequest(message);
    if (!error) {
      if (type === 'S' || type === 'Q') expected.push(undefined);
      return bytes;
    }
    expected.push(error);
    // After Parse, the client sends Sync itself.
    discarding = type === 'P';
    if (discarding) return SYNC;
    expected.push(undefined);
    return Buffer.concat([SYNC, SYNC]);
  }

  function handleReply(message: Message): Buffer | undefined {
    const { type, bytes } = message;
    if (type === 'Z') {
      inTransaction = isInTransaction(message);
      const error = expected.shift();
      const reply = error && failed ? undefined : (error ?? bytes);
      failed = false;
      return reply;
    }
    if (ended || (failed && !UNRELATED.has(type))) return undefined;
    // CopyInResponse and CopyOutResponse. While it copies, the server does not answer Sync.
    ended = type === 'G' || type === 'H';
    if (ended) return errorResponse('FATAL', UNSUPPORTED, 'COPY: not supported, use SELECT or INSERT');
    // RowDescription. The rows follow it.
    const error = type === 'T' ? refuse('rows') : undefined;
    failed ||= type === 'E' || error !== undefined;
    return error ?? bytes;
  }

  const transform = (handle: (message: Message) => Buffer | undefined): Transform => {
    const split = createSplitter();
    return async function* (source) {
      for await (const chunk of source) {
        const output = Array.from(split(chunk), handle).filter((bytes) => bytes !== undefined);
        if (output.length > 0) yield Buffer.concat(output);
        if (ended) return;
      }
    };
  };
  return { requests: transform(handleRequest), replies: transform(handleReply) };
}
