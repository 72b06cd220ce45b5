import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { allEnded } from '../program/all-ended.ts';
import { askFunction } from './ask-function.ts';
import type { AwsServices } from './aws-services/start-aws-services.ts';
import { writeOutputsFile, writeSettingsFile } from './discovery-files.ts';
import { type Route, startHttpApi } from './http-api.ts';
import { bundleFunctions, findBundleCache } from './lambda/bundle-functions.ts';
import type { InvokeResult } from './lambda/execution-environment.ts';
import { FunctionLog } from './lambda/function-log.ts';
import { type Functions, startFunctions } from './lambda/start-functions.ts';
import { type Clients, createClients } from './stack/clients.ts';
import { provision } from './stack/provision.ts';
import { locateQueue, readStack, type Stack } from './stack/read-stack.ts';
import { resolveServerlessYml } from './stack/resolve-serverless-yml.ts';
import { type ServicesPlace, startServices } from './start-services.ts';

/** The stage that the embedded cloud stands for. */
const STAGE = 'local';
/** Name of the queue that holds every e-mail that SNS would have sent. */
const MAILBOX = 'mailbox';

export interface EmbeddedCloudOptions extends ServicesPlace {
  /** Holds serverless.yml. */
  projectDirectory: string;
  /** Gets outputs.json, worker.env and the functions' log. */
  localDirectory: string;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
  /** What functions and mappings are told of the outputs, where a proxy stands between them and the services. */
  through?: (outputs: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** The pipeline, running on this machine. */
export interface EmbeddedCloud {
  /** Stack outputs, and those of the embedded cloud. */
  outputs: Readonly<Record<string, string>>;
  clients: Clients;
  log: FunctionLog;
  /** Resource types of the stack that exist on AWS only. */
  notEmbodied: readonly string[];
  /** Messages that queues have taken, confirmations that were published. */
  counts: AwsServices['counts'];
  /** Runs a function, by its name in serverless.yml. */
  invoke(name: string, event: unknown): Promise<InvokeResult>;
  /** Lets queues and schedules invoke the functions, from now on. To be called once. */
  startEvents(): void;
  /** Takes no more work, lets batches in hand end, then ends everything. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded cloud from the same serverless.yml and resources that are deployed: services first, then the
 * stack's resources in them, beside what runs the functions and the schema of the database. Nothing takes a message before
 * `startEvents`. A start that fails leaves nothing running.
 *
 * @throws Error with code `EADDRINUSE` where a port is taken, `MIGRATION_FAILED` where the database has another schema
 */
export async function startEmbeddedCloud(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  const { projectDirectory, localDirectory, port, params = {}, through = (outputs) => outputs } = options;
  await using cleanUp = new AsyncDisposableStack();
  await mkdir(localDirectory, { recursive: true });
  const log = new FunctionLog(join(localDirectory, 'functions.log'));
  cleanUp.defer(() => log.close());

  const resolve = (outputs: Readonly<Record<string, string>>) =>
    resolveServerlessYml(projectDirectory, STAGE, params, outputs);
  const configuring = resolve({});
  // All that is known before anything listens.
  const reading = configuring.then((configuration) => readStack(configuration, '').functions);
  // Lambda's API is one of the services, which are there before the functions are.
  let functions: Functions | undefined;
  const find: Functions['find'] = (name) => functions?.find(name);
  const starting = startServices(
    {
      ...options,
      mailboxQueueName: MAILBOX,
      needsDatabase: async () =>
        [...(await reading).values()].some(
          ({ environment }) => environment.SHIPPING_DATABASE_URL || environment.SALES_DATABASE_URL,
        ),
      functions: {
        async invoke(name, payload, invocationType) {
          const answer = find(name)?.(JSON.stringify(payload));
          if (!answer) return { found: false };
          return { found: true, ...(invocationType === 'RequestResponse' && (await answer)) };
        },
        listMappings: async () => functions?.mappings.list() ?? [],
        updateMapping: async (uuid, change) => functions?.mappings.update(uuid, change),
        functionCounts: async () => functions?.counts() ?? {},
      },
    },
    cleanUp,
  );
  const bundling = Promise.all([reading, findBundleCache(localDirectory)]).then(([properties, cache]) =>
    bundleFunctions(properties, projectDirectory, cache),
  );
  // Loading it takes as long as the services need to be there.
  const loading = import('./live-page.ts');
  await allEnded<unknown>([configuring, starting, bundling, loading]);
  const configuration = await configuring;
  const { database, awsServices, dynamoDb } = await starting;
  const code = await bundling;

  const stack = readStack(configuration, awsServices.endpoint);
  const clients = createClients(awsServices.endpoint, dynamoDb.endpoint);
  const outputs = {
    ...stack.outputs,
    AwsEndpointUrl: awsServices.endpoint,
    DynamoDbEndpointUrl: dynamoDb.endpoint,
    InspectionUrl: awsServices.inspectionUrl,
    MailboxQueueUrl: locateQueue(MAILBOX, awsServices.endpoint).url,
    ...(database && { DatabaseUrl: database.url }),
  };
  // The functions' environment follows from the outputs: the same as `serverless invoke local` takes from the file.
  const seen = through(outputs);
  const { AwsEndpointUrl = '', DynamoDbEndpointUrl = '' } = seen;
  const invoke: EmbeddedCloud['invoke'] = async (name, event) => {
    const run = find(name);
    if (!run) throw new Error(`function ${name}: is not in serverless.yml`);
    return run(JSON.stringify(event));
  };

  /** The schema is no resource of the stack: it is made while those are. */
  async function deploy(): Promise<Stack> {
    const deployed = readStack(await resolve(seen), AwsEndpointUrl);
    const { sqs } = createClients(AwsEndpointUrl, DynamoDbEndpointUrl);
    functions = startFunctions({ stack: deployed, code, prefix: `${stack.service}-${STAGE}-`, sqs, log });
    cleanUp.defer(functions.stop);
    if (database) await migrate(invoke);
    return deployed;
  }
  const deploying = deploy();
  await allEnded<unknown>([provision(stack, clients, awsServices), deploying]);
  const deployed = await deploying;
  const { openLivePage } = await loading;
  const livePage = openLivePage(outputs, log);
  cleanUp.defer(livePage.close);
  const httpApi = await startHttpApi(routesOf(stack, find), port, livePage.register);
  cleanUp.defer(httpApi.stop);
  const allOutputs = { ...outputs, ApiUrl: httpApi.url };
  cleanUp.defer(await writeOutputsFile(localDirectory, allOutputs));
  cleanUp.defer(await writeSettingsFile(localDirectory, deployed.functions.values()));

  const running = cleanUp.move();
  return {
    outputs: allOutputs,
    clients,
    log,
    notEmbodied: stack.notEmbodied,
    counts: awsServices.counts,
    invoke,
    startEvents: () => functions?.startEvents(),
    stop: () => running.disposeAsync(),
  };
}

async function migrate(invoke: EmbeddedCloud['invoke']): Promise<void> {
  await askFunction({ invoke }, 'migrate', {}).catch(({ message }: Error) => {
    throw Object.assign(new Error(message), { code: 'MIGRATION_FAILED' });
  });
}

function routesOf({ functions }: Stack, find: Functions['find']): Route[] {
  return [...functions].flatMap(([name, { events }]) => {
    const invoke = find(name);
    return events.flatMap((event) => ('httpApi' in event && invoke ? [{ ...event.httpApi, invoke }] : []));
  });
}
