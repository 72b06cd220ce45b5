import { DatabaseError } from 'pg';

/** An error response of the RDS Data API. */
export class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

export const invalid = (message: string) => new Refusal(400, 'ValidationException', message);

const QUERY_CANCELED = '57014';

/** Converts a database error to the service's error response. */
export function toRefusal(thrown: Error): Refusal {
  if (thrown instanceof Refusal) return thrown;
  if (!(thrown instanceof DatabaseError))
    return new Refusal(504, 'DatabaseUnavailableException', thrown.message);
  if (thrown.code === QUERY_CANCELED) {
    return new Refusal(400, 'StatementTimeoutException', 'Request timed out');
  }
  if (thrown.message.includes('multiple commands')) return invalid("Multistatements aren't supported.");
  const detail = thrown.detail ? `\n  Detail: ${thrown.detail}` : '';
  const text = `${thrown.severity}: ${thrown.message}${detail}; SQLState: ${thrown.code}`;
  return new Refusal(400, 'DatabaseErrorException', text);
}
