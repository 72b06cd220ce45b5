import { expect, test } from 'vitest';
import { createPostgresSalesLoader } from '../../lib/sales/sales-loader.ts';

test('the sales loader for Postgres sends no query for a load without sales', async () => {
  const queries: string[] = [];
  const query = async (sql: string) => {
    queries.push(sql);
    return [{ loaded: '0' }];
  };
  const loader = createPostgresSalesLoader({ query, transaction: async () => undefined });
  expect(await loader.load([])).toEqual({ loaded: 0, repeated: 0 });
  expect(queries).toEqual([]);
});
