import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fillOutputs, packageStack } from '../../local/stack/package-stack.ts';
import { readStack } from '../../local/stack/read-stack.ts';
import { type Contender, medianOf, NOISY, type Suite, takeTurns } from '../suite.ts';
import { type Bundle, bundlePair, timeImport } from './bundle.ts';

/** An import takes a tenth of a second, so there is time for several per round. */
const IMPORTS_A_REPEAT = 3;

const bareOf = (name: string): string => `${name}, bare`;

/**
 * Measures what a new execution environment has to load. Each function is compared with a bare handler that is bundled with
 * the same options and creates the same SDK clients.
 */
export const coldStart: Suite = {
  name: 'cold-start',
  title:
    'Import of each function in a fresh process, compared with a bare handler with the same SDK clients.',

  async run({ repeats, log }) {
    const folder = await mkdtemp(join(tmpdir(), 'order-pipeline-cold-start-'));
    try {
      const names: string[] = [];
      const contenders: Contender[] = [];
      for (const { name, handler, environment } of await readFunctions()) {
        const { whole, bare, clients } = await bundlePair(name, handler, folder);
        log(`${name}: bundled, with ${clients.join(', ')}`);
        const measuring = (bundle: Bundle) => async () => ({
          ...(await timeImport(bundle, environment)),
          zipKb: bundle.zipKb,
        });
        names.push(name);
        contenders.push(
          { name, measure: measuring(whole) },
          { name: bareOf(name), measure: measuring(bare) },
        );
      }
      const results = await takeTurns(contenders, repeats * IMPORTS_A_REPEAT, log);
      return {
        metrics: [
          { name: 'importMs', title: 'import ms', digits: 1 },
          { name: 'cpuMs', title: 'CPU ms', digits: 1 },
          { name: 'zipKb', title: 'zip kB', digits: 0 },
        ],
        contenders: results,
        // An import never waits, so its CPU time is the time that it takes on an idle machine.
        goals: names.map((name) => ({
          id: `cold-start/${name}`,
          title: 'CPU time of an import, times the bare one',
          value: medianOf(results, name, 'cpuMs') / medianOf(results, bareOf(name), 'cpuMs'),
          bound: { atMost: 2 },
          tolerance: NOISY,
        })),
      };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

const PROJECT = resolve(import.meta.dirname, '../..');
const arn = (rest: string) => `arn:aws:${rest}`;

/** Outputs as on AWS, where functions access their databases through the Data APIs. No request is sent to them. */
const OUTPUTS = {
  AwsEndpointUrl: 'http://127.0.0.1:4566',
  DynamoDbEndpointUrl: 'http://127.0.0.1:4567',
  ShippingDatabaseArn: arn('rds:us-east-1:000000000000:cluster:shipping'),
  ShippingDatabaseSecretArn: arn('secretsmanager:us-east-1:000000000000:secret:shipping'),
  SalesWarehouseArn: arn('redshift-serverless:us-east-1:000000000000:workgroup/sales'),
  SalesWarehouseSecretArn: arn('secretsmanager:us-east-1:000000000000:secret:sales'),
};

/** A function of `serverless.yml`. */
interface DeployedFunction {
  name: string;
  /** `handlers/consumer.handler`. */
  handler: string;
  environment: Readonly<Record<string, string>>;
}

/** Reads all functions, with the environment of stage `local` except that the databases are those of AWS. */
async function readFunctions(): Promise<DeployedFunction[]> {
  const { configuration } = await packageStack(PROJECT);
  const stack = readStack(configuration, OUTPUTS.AwsEndpointUrl);
  const outputs = { ...stack.outputs, ...OUTPUTS };
  const { functions } = readStack(fillOutputs(configuration, outputs), OUTPUTS.AwsEndpointUrl);
  return [...functions].map(([name, { handler, environment }]) => ({
    name,
    handler,
    environment: { ...environment, SHIPPING_DATABASE_URL: '', SALES_DATABASE_URL: '' },
  }));
}
