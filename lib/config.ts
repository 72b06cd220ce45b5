import * as z from 'zod';

/** The settings that `serverless.yml` gives the functions, by the name of their environment variable. */
const settings = {
  /** URL of the order queue. */
  ORDER_QUEUE_URL: z.url(),
  /** URL of the upload queue. */
  UPLOAD_QUEUE_URL: z.url(),
  /** Bucket that order files are dropped in. */
  UPLOAD_BUCKET_NAME: z.string().min(3),
  /** Bucket of receipts and rejected rows. */
  RESULTS_BUCKET_NAME: z.string().min(3),
  /** ARN of the order events topic. */
  ORDER_EVENTS_TOPIC_ARN: z.string().startsWith('arn:'),
  /** Name of the ledger's table. */
  LEDGER_TABLE_NAME: z.string().min(3),
  /** Orders per run of the producer where its caller names no count. */
  PRODUCER_DEFAULT_COUNT: z.coerce.number().int().min(1).max(1_000_000),
  /** Set where the AWS services are not AWS: the embedded cloud, a proxy. */
  AWS_ENDPOINT_URL: z.url().optional(),
};

type Settings = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]> };

/**
 * Reads settings from the environment, the only place that does.
 *
 * @param names the settings that the caller needs
 * @throws Error that names each variable that is missing or malformed, with its rule and the value found
 */
export function readConfig<Name extends keyof Settings>(...names: Name[]): Pick<Settings, Name> {
  const values: Partial<Record<Name, unknown>> = {};
  const faults: string[] = [];
  for (const name of names) {
    const result = settings[name].safeParse(process.env[name]);
    if (result.success) values[name] = result.data;
    else
      faults.push(`${name}: ${result.error.issues[0]?.message}, received ${process.env[name] ?? 'nothing'}`);
  }
  if (faults.length > 0) throw new Error(`environment variables: ${faults.join('; ')}`);
  return values as Pick<Settings, Name>;
}
