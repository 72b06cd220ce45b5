import { ExecuteStatementCommand, RedshiftDataClient } from '@aws-sdk/client-redshift-data';
import { S3Client } from '@aws-sdk/client-s3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openSalesDatabase, openSalesLoader, requireSalesDatabase } from '../../lib/sales/open-sales.ts';
import { intercept, sdkError } from '../aws/intercept.ts';
import { salesOf } from './start-test-warehouse.ts';

const REDSHIFT = {
  SALES_WAREHOUSE_ARN: 'arn:aws:redshift-serverless:us-east-1:000000000000:workgroup/sales',
  SALES_WAREHOUSE_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:sales',
};
const POSTGRES = { SALES_DATABASE_URL: 'postgres://postgres@127.0.0.1:1/orders' };
const BUCKET = { SALES_STAGING_BUCKET_NAME: 'sales-staging' };

test.each([
  [REDSHIFT, true],
  [POSTGRES, false],
  [{ ...REDSHIFT, ...POSTGRES }, false],
])('openSalesDatabase opens the warehouse of %j; Redshift (%j) runs batches', (settings, isRedshift) => {
  for (const database of [openSalesDatabase(settings), requireSalesDatabase(settings)]) {
    expect(database).toMatchObject({ query: expect.any(Function) });
    expect(Object.hasOwn(database ?? {}, 'batch')).toBe(isRedshift);
  }
  expect(openSalesLoader({ ...settings, ...BUCKET })).toMatchObject({ load: expect.any(Function) });
});

test('openSalesDatabase calls Redshift with its ARN, secret and database name', async () => {
  const requests = intercept(RedshiftDataClient.prototype, ExecuteStatementCommand, async () => {
    throw sdkError('ValidationException');
  });
  await expect(openSalesDatabase(REDSHIFT)?.query('SELECT 1')).rejects.toThrow('ValidationException');
  expect(requests).toMatchObject([
    {
      WorkgroupName: REDSHIFT.SALES_WAREHOUSE_ARN,
      SecretArn: REDSHIFT.SALES_WAREHOUSE_SECRET_ARN,
      Database: 'orders',
    },
  ]);
});

test.each([
  {},
  { SALES_DATABASE_URL: undefined, SALES_WAREHOUSE_ARN: REDSHIFT.SALES_WAREHOUSE_ARN },
  { SALES_WAREHOUSE_SECRET_ARN: REDSHIFT.SALES_WAREHOUSE_SECRET_ARN },
])(
  'openSalesDatabase returns undefined without complete settings, and requireSalesDatabase names them: %j',
  (settings) => {
    const rule =
      'environment variables: set SALES_DATABASE_URL, or both SALES_WAREHOUSE_ARN and SALES_WAREHOUSE_SECRET_ARN';
    expect(openSalesDatabase(settings)).toBeUndefined();
    expect(() => requireSalesDatabase(settings)).toThrow(rule);
    expect(() => openSalesLoader({ ...settings, ...BUCKET })).toThrow(rule);
  },
);

test.each([
  [undefined, false],
  ['http://127.0.0.1:4566', true],
])(
  'openSalesLoader stages sales in the configured bucket; with endpoint %s, path-style is %s',
  async (endpoint, isPathStyle) => {
    const requests: unknown[] = [];
    const send = vi.spyOn(S3Client.prototype, 'send').mockImplementation(async function (
      this: S3Client,
      command,
    ) {
      requests.push([(command.input as { Bucket?: string }).Bucket, this.config.forcePathStyle]);
      throw sdkError('AccessDenied');
    });
    onTestFinished(() => send.mockRestore());
    const loader = openSalesLoader({ ...REDSHIFT, ...BUCKET, AWS_ENDPOINT_URL: endpoint });
    await expect(loader.load(salesOf(1, 1))).rejects.toThrow('AccessDenied');
    expect(requests).toEqual([['sales-staging', isPathStyle]]);
  },
);

test('openSalesLoader requires a staging bucket for Redshift, but not for Postgres', () => {
  expect(() => openSalesLoader(REDSHIFT)).toThrow(
    'environment variables: set SALES_STAGING_BUCKET_NAME: SALES_WAREHOUSE_ARN requires a bucket to stage sales in',
  );
  expect(openSalesLoader(POSTGRES)).toMatchObject({ load: expect.any(Function) });
});
