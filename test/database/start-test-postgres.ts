import { startPostgres } from '../../local/postgres/start-postgres.ts';

/** A Postgres of its own for a test file, with an empty database `orders`, which goes with its data when it is stopped. */
export const startTestPostgres = (): Promise<{ url: string; stop(): Promise<void> }> =>
  startPostgres({ port: 0 });
