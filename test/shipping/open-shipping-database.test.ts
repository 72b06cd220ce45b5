import { ExecuteStatementCommand, RDSDataClient } from '@aws-sdk/client-rds-data';
import { expect, test } from 'vitest';
import { openShippingDatabase, requireShippingDatabase } from '../../lib/shipping/open-shipping-database.ts';
import { intercept } from '../aws/intercept.ts';

const AURORA = {
  SHIPPING_DATABASE_ARN: 'arn:aws:rds:us-east-1:000000000000:cluster:shipping',
  SHIPPING_DATABASE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:shipping',
};
const POSTGRES = { SHIPPING_DATABASE_URL: 'postgres://postgres@127.0.0.1:1/orders' };

test.each([AURORA, POSTGRES, { ...AURORA, ...POSTGRES }])(
  'openShippingDatabase opens the database of %j',
  (settings) => {
    expect(openShippingDatabase(settings)).toMatchObject({ query: expect.any(Function) });
    expect(requireShippingDatabase(settings)).toMatchObject({ query: expect.any(Function) });
  },
);

test('openShippingDatabase calls Aurora with its ARN, secret and database name, unless there is a URL', async () => {
  const requests = intercept(RDSDataClient.prototype, ExecuteStatementCommand, async () => ({
    $metadata: {},
  }));
  await openShippingDatabase(AURORA)?.query('SELECT 1');
  expect(requests).toMatchObject([
    {
      resourceArn: AURORA.SHIPPING_DATABASE_ARN,
      secretArn: AURORA.SHIPPING_DATABASE_SECRET_ARN,
      database: 'orders',
    },
  ]);
  const database = openShippingDatabase({ ...AURORA, ...POSTGRES });
  expect(database).toMatchObject({ close: expect.any(Function) });
});

test.each([
  {},
  { SHIPPING_DATABASE_URL: undefined, SHIPPING_DATABASE_ARN: AURORA.SHIPPING_DATABASE_ARN },
  { SHIPPING_DATABASE_SECRET_ARN: AURORA.SHIPPING_DATABASE_SECRET_ARN },
])(
  'openShippingDatabase returns undefined without complete settings, and requireShippingDatabase names them: %j',
  (settings) => {
    expect(openShippingDatabase(settings)).toBeUndefined();
    expect(() => requireShippingDatabase(settings)).toThrow(
      'environment variables: set SHIPPING_DATABASE_URL, or both SHIPPING_DATABASE_ARN and SHIPPING_DATABASE_SECRET_ARN',
    );
  },
);
