import { resolve } from 'node:path';
import { readStack } from '../../local/stack/read-stack.ts';
import { resolveServerlessYml } from '../../local/stack/resolve-serverless-yml.ts';

const PROJECT = resolve(import.meta.dirname, '../..');
const arn = (rest: string) => `arn:aws:${rest}`;

/** On AWS functions reach their databases by the data APIs, for which stage `local` has no values. */
const DATABASES = {
  shippingDatabaseArn: arn('rds:us-east-1:000000000000:cluster:shipping'),
  shippingDatabaseSecretArn: arn('secretsmanager:us-east-1:000000000000:secret:shipping'),
  salesWarehouseArn: arn('redshift-serverless:us-east-1:000000000000:workgroup/sales'),
  salesWarehouseSecretArn: arn('secretsmanager:us-east-1:000000000000:secret:sales'),
  salesStagingBucketName: 'order-pipeline-local-sales',
};

/** A function as `serverless.yml` has it. */
export interface DeployedFunction {
  name: string;
  /** `handlers/consumer.handler`. */
  handler: string;
  environment: Readonly<Record<string, string>>;
}

/** All functions of the service, each with the environment of stage `local` but for the databases, which are as on AWS. */
export async function readFunctions(): Promise<DeployedFunction[]> {
  const configuration = await resolveServerlessYml(PROJECT, 'local', DATABASES, {});
  const { functions } = readStack(configuration, 'http://127.0.0.1:4566');
  return [...functions].map(([name, { handler, environment }]) => ({
    name,
    handler,
    environment: { ...environment, SHIPPING_DATABASE_URL: '', SALES_DATABASE_URL: '' },
  }));
}
