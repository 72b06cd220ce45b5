/** What a database refused or could not do: the only error class that leaves a `Database`. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** SQLSTATE where the database gave one, such as `23505`; else the code of the service or of Node, e.g. `ECONNREFUSED`. */
  readonly code: string;
  /** Whether the database was out of reach, starting or waking up: it says nothing of the statement, which may be tried again. */
  readonly unreachable: boolean;

  constructor(code: string, message: string, unreachable: boolean, options?: ErrorOptions) {
    super(`${code}: ${message}`, options);
    this.code = code;
    this.unreachable = unreachable;
  }
}
