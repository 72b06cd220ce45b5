import * as z from 'zod/mini';

/** The rule of an environment variable: as a schema, and in words for error messages. */
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

/** Settings with a rule of their own, by environment variable. */
const special = {
  /** Orders per run of the producer when its caller gives no count. */
  PRODUCER_DEFAULT_COUNT: ordersPerRun,
  /** Endpoint of all AWS services, for the embedded cloud or a proxy. Default: AWS. */
  AWS_ENDPOINT_URL: optional(url),
  /** `postgres://…` of a shipping database outside AWS. */
  SHIPPING_DATABASE_URL: optional(url),
  /** `postgres://…` of a sales database outside AWS. */
  SALES_DATABASE_URL: optional(url),
  /** ARN of the shipping database's Aurora cluster. */
  SHIPPING_DATABASE_ARN: optional(arn),
  /** ARN of the secret with the cluster's user and password. */
  SHIPPING_DATABASE_SECRET_ARN: optional(arn),
  /** ARN of the sales warehouse's Redshift Serverless workgroup. */
  SALES_WAREHOUSE_ARN: optional(arn),
  /** ARN of the secret with the workgroup's user and password. */
  SALES_WAREHOUSE_SECRET_ARN: optional(arn),
  /** Bucket with the staged files that the warehouse copies sales from. */
  SALES_STAGING_BUCKET_NAME: optional(name),
  /** Folder of the embedded cloud's outputs, for `invoke local` and operators. Default: `.local`. */
  ORDER_PIPELINE_LOCAL_DIR: optional(folder),
  /** The operator's editor, as a shell command. `VISUAL` takes precedence over `EDITOR`. */
  VISUAL: optional(command),
  EDITOR: optional(command),
};

/** Settings that name a resource of the stack, by the ending of the variable: `ORDER_QUEUE_URL`. */
const byEnding = {
  _QUEUE_URL: url,
  _TABLE_NAME: name,
  _BUCKET_NAME: name,
  _TOPIC_ARN: arn,
};

export type SettingName = keyof typeof special | `${string}${keyof typeof byEnding}`;

/** Values of settings, by name. */
export type Settings<Name extends SettingName = SettingName> = {
  [Each in Name]: Each extends keyof typeof special ? z.output<(typeof special)[Each]['schema']> : string;
};

/**
 * Reads settings from the environment. No other code reads it. An empty variable counts as missing, as in the AWS SDK.
 *
 * @param names Settings that the caller needs.
 * @throws Error that lists each missing or malformed variable with its rule and its value.
 */
export function readConfig<Name extends SettingName>(...names: Name[]): Settings<Name> {
  const values: Partial<Record<Name, unknown>> = {};
  const faults: string[] = [];
  for (const name of names) {
    const value = process.env[name] || undefined;
    const { schema, rule } = settingOf(name);
    const { success, data } = schema.safeParse(value);
    if (success) values[name] = data;
    else faults.push(`${name}: must be ${rule}, received ${value ?? 'nothing'}`);
  }
  if (faults.length > 0) throw new Error(`environment variables: ${faults.join('; ')}`);
  return values as Settings<Name>;
}

function settingOf(name: SettingName): Setting<z.ZodMiniType> {
  if (name in special) return special[name as keyof typeof special];
  const ending = (Object.keys(byEnding) as (keyof typeof byEnding)[]).find((each) => name.endsWith(each));
  if (!ending) throw new TypeError(`setting ${name}: must end in one of ${Object.keys(byEnding).join(', ')}`);
  return byEnding[ending];
}
