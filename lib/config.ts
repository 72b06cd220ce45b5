import * as z from 'zod/mini';

/** What a variable must be, and the same as an error tells it. */
interface Setting<Schema> {
  schema: Schema;
  rule: string;
}

const url = { schema: z.url(), rule: 'a URL' };
const name = { schema: z.string().check(z.minLength(3)), rule: 'a name of at least 3 characters' };
const arn = { schema: z.string().check(z.startsWith('arn:')), rule: 'an ARN' };
const folder = { schema: z.string(), rule: 'a folder' };
const command = { schema: z.string(), rule: 'a command' };
const ordersPerRun = {
  schema: z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1_000_000)),
  rule: 'a whole number from 1 to 1,000,000',
};
const optional = <Schema extends z.ZodMiniType>({ schema, rule }: Setting<Schema>) => ({
  schema: z.optional(schema),
  rule,
});

/**
 * The settings that `serverless.yml` gives the functions, by the name of their environment variable.
 */
const settings = {
  /** URL of the order queue. */
  ORDER_QUEUE_URL: url,
  /** URL of the upload queue. */
  UPLOAD_QUEUE_URL: url,
  /** Bucket that order files are dropped in. */
  UPLOAD_BUCKET_NAME: name,
  /** Bucket of receipts and rejected rows. */
  RESULTS_BUCKET_NAME: name,
  /** ARN of the order events topic. */
  ORDER_EVENTS_TOPIC_ARN: arn,
  /** Name of the ledger's table. */
  LEDGER_TABLE_NAME: name,
  /** Orders per run of the producer where its caller names no count. */
  PRODUCER_DEFAULT_COUNT: ordersPerRun,
  /** Set where the AWS services are not AWS: the embedded cloud, a proxy. */
  AWS_ENDPOINT_URL: optional(url),
  /** The Postgres that stands for the shipping database where that is not AWS's: `postgres://…`. */
  SHIPPING_DATABASE_URL: optional(url),
  /** The same for the sales warehouse. */
  SALES_DATABASE_URL: optional(url),
  /** ARN of the shipping database's Aurora cluster. */
  SHIPPING_DATABASE_ARN: optional(arn),
  /** ARN of the secret that opens it. */
  SHIPPING_DATABASE_SECRET_ARN: optional(arn),
  /** ARN of the sales warehouse's Redshift Serverless workgroup. */
  SALES_WAREHOUSE_ARN: optional(arn),
  /** ARN of the secret that opens it. */
  SALES_WAREHOUSE_SECRET_ARN: optional(arn),
  /** Bucket in which sales are staged for the warehouse to copy. */
  SALES_STAGING_BUCKET_NAME: optional(name),
  /** Where the embedded cloud writes its outputs, for `invoke local` and operators: `.local` where it is left out. */
  ORDER_PIPELINE_LOCAL_DIR: optional(folder),
  /** The operator's editor, as a command of the shell; `VISUAL` comes first, as everywhere. */
  VISUAL: optional(command),
  EDITOR: optional(command),
  /** URL of the shipping queue. */
  SHIPPING_QUEUE_URL: url,
  /** URL of the analytics queue. */
  ANALYTICS_QUEUE_URL: url,
};

export type Settings = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['schema']> };

/**
 * Reads settings from the environment, the only place that does. An empty variable counts as missing, as the AWS SDK
 * has it.
 *
 * @param names the settings that the caller needs
 * @throws Error that names each variable that is missing or malformed, with its rule and the value found
 */
export function readConfig<Name extends keyof Settings>(...names: Name[]): Pick<Settings, Name> {
  const values: Partial<Record<Name, unknown>> = {};
  const faults: string[] = [];
  for (const name of names) {
    const value = process.env[name] || undefined;
    const { schema, rule } = settings[name];
    const { success, data } = schema.safeParse(value);
    if (success) values[name] = data;
    else faults.push(`${name}: must be ${rule}, received ${value ?? 'nothing'}`);
  }
  if (faults.length > 0) throw new Error(`environment variables: ${faults.join('; ')}`);
  return values as Pick<Settings, Name>;
}
