import { startPostgres } from '../../local/postgres/start-postgres.ts';

/** Starts a Postgres for one test file, with an empty database `orders`. Stopping it deletes its data. */
export const startTestPostgres = (): Promise<{ url: string; stop(): Promise<void> }> =>
  startPostgres({ port: 0 });
