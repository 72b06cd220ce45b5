import { createRequire } from 'node:module';
import { expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const stackOutputs = require('../../plugins/stack-outputs.cjs');

/** Resolves the variables of a stack with one output, and one queue whose consumer stores records in a table. */
const resolving = (tableOutput: string) => async (address: string) =>
  ({
    'self:resources': [{ Outputs: { LoyaltyTableName: { Value: { Ref: 'LoyaltyTable' } } } }, {}],
    'self:custom.derived': { queues: [{ name: 'loyalty', stores: { in: { tableOutput } } }] },
    'sls:stage': 'test',
  })[address];

it('stackOutputs rejects a store whose table is not a stack output', async () => {
  expect(await stackOutputs({ resolveVariable: resolving('LoyaltyTableName') })).toMatchObject({
    LoyaltyTableName: { Ref: 'LoyaltyTable' },
  });
  await expect(stackOutputs({ resolveVariable: resolving('LoyaltyTabelName') })).rejects.toThrow(
    'topology.ts, row "loyalty": stores.in.tableOutput must be the name of a stack output, received "LoyaltyTabelName"',
  );
});
