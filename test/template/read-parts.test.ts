import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import { FUNCTIONS, QUEUES } from '../../topology.ts';

const require = createRequire(import.meta.url);
const readParts = require('../../resources/monitoring/read-parts.cjs');

it('readParts omits functions of a part whose queue is not deployed', async () => {
  const queues = QUEUES.filter(({ part }) => part !== 'shipping');
  const resolveVariable = async (address: string) =>
    address === 'self:custom.derived' ? { shipping: 'on', sales: 'on', queues } : address;
  const { functions } = await readParts({ resolveVariable });
  expect(functions.map(({ name }: { name: string }) => name)).toEqual(
    FUNCTIONS.map(({ name }) => name).filter((name) => name !== 'fulfillment' && name !== 'restock'),
  );
});
