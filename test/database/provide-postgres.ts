import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node';
import { runServer } from '../../local/postgres/run-server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port of the Postgres in which the test files of one run have databases of their own. */
    postgresPort: number;
  }
}

/** Starts a Postgres whose user `postgres` may create databases, as part of Vitest's global setup. */
export default async function providePostgres(project: TestProject): Promise<() => Promise<void>> {
  const port = await findFreePort();
  const server = await runServer({ port });
  const client = new Client({ host: '127.0.0.1', port, user: 'superuser', database: 'template1' });
  await client.connect();
  await client.query('CREATE ROLE postgres LOGIN CREATEDB');
  await client.end();
  project.provide('postgresPort', port);
  return () => server.stop();
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
