import { beforeAll, expect, test, vi } from 'vitest';
import { createS3Client } from '../../lib/aws/clients.ts';
import { createObjectStore } from '../../lib/aws/object-store.ts';
import { RejectedRows, readRejectedRows } from '../../lib/ingest/rejected-rows.ts';
import { keepObjects } from '../aws/keep-objects.ts';

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'us-east-1');
  return () => vi.unstubAllEnvs();
});

test('readRejectedRows returns the rows as written, with any characters', async () => {
  keepObjects();
  const objectStore = createObjectStore(createS3Client(true));
  const rows = ['two\u2028lines\u2029 or three', '\r\n\u0085\u000b', 'é'.repeat(200_000)].map(
    (raw, index) => ({
      line: index + 1,
      errors: [],
      raw,
    }),
  );
  const written = new RejectedRows(objectStore, 'results', 'a.rejected.ndjson');
  for (const row of rows) await written.add(row);
  await written.close();
  const read: unknown[] = [];
  for await (const row of readRejectedRows(objectStore, 'results', 'a.rejected.ndjson')) read.push(row);
  expect(read).toEqual(rows);
});
