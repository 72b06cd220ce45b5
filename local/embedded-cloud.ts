import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeniedRequest } from '../operations/status/inspection.ts';
import { allEnded } from '../program/all-ended.ts';
import type { AwsServices } from './aws-services/start-aws-services.ts';
import { findCache } from './cache.ts';
import { callFunction } from './call-function.ts';
import { writeOutputsFile, writeSettingsFile } from './discovery-files.ts';
import { type Route, startHttpApi } from './http-api.ts';
import type { AccessSettings, Check, GrantUse } from './iam/create-access.ts';
import { mergeUsage } from './iam/merge-usage.ts';
import { createThreadAccess } from './iam/thread-access.ts';
import { bundleFunctions } from './lambda/bundle-functions.ts';
import type { InvokeResult } from './lambda/execution-environment.ts';
import { withCredentials } from './lambda/function-credentials.ts';
import { FunctionLog } from './lambda/function-log.ts';
import { type Functions, startFunctions } from './lambda/start-functions.ts';
import { startStatementGate } from './postgres/statement-gate.ts';
import { type Clients, createClients } from './stack/clients.ts';
import { fillOutputs, packageStack } from './stack/package-stack.ts';
import { provision } from './stack/provision.ts';
import { readAccess } from './stack/read-access.ts';
import { locateQueue, readStack, type Stack } from './stack/read-stack.ts';
import { type ServicesPlace, startServices } from './start-services.ts';

const STAGE = 'local';
/** Name of the queue that receives every e-mail that SNS would send. */
const MAILBOX = 'mailbox';

export interface EmbeddedCloudOptions extends ServicesPlace {
  /** Directory of serverless.yml. */
  projectDirectory: string;
  /** Directory to which outputs.json, settings of workers and the function log are written. */
  localDirectory: string;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
  /** Whether IAM policies are enforced. Default: they are. */
  iam?: boolean;
  /** Changes the rights that are enforced, to test what happens without them. Default: unchanged. */
  changeAccess?: (settings: AccessSettings) => AccessSettings;
  /** Called with each request that IAM refuses. Default: nothing. */
  onDenied?: (request: DeniedRequest) => unknown;
  /** Rewrites the outputs that functions and mappings receive, to put a proxy before the services. Default: unchanged. */
  rewriteOutputs?: (outputs: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/** The pipeline, running on this machine. */
export interface EmbeddedCloud {
  /** Stack outputs, and the addresses of the embedded services. */
  outputs: Readonly<Record<string, string>>;
  clients: Clients;
  log: FunctionLog;
  /** Resource types of the stack that exist on AWS only. */
  unsupportedResources: readonly string[];
  /** Returns how many messages the queues received and how many confirmations were published. */
  counts: AwsServices['counts'];
  /** Returns the different requests that IAM has decided. Empty without IAM. */
  checks(): Promise<Check[]>;
  /** Returns the rights of all roles, and which of them a request has used. Empty without IAM. */
  usage(): Promise<GrantUse[]>;
  /** Invokes a function by its name in serverless.yml. */
  invoke(name: string, event: unknown): Promise<InvokeResult>;
  /** Starts to poll queues and run schedules. Call it once. */
  startEvents(): void;
  /** Stops polling, waits for batches in flight, then stops everything. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded cloud from the same serverless.yml and resources that are deployed. Services start first; then
 * the stack's resources are created and the database is migrated. No function receives a message before
 * `startEvents`. A failed start leaves nothing running.
 *
 * @throws Error with code `EADDRINUSE` if a port is in use, `MIGRATION_FAILED` if the database cannot be migrated
 */
export async function startEmbeddedCloud(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  const {
    projectDirectory,
    localDirectory,
    port,
    params = {},
    iam = true,
    changeAccess = (settings) => settings,
    onDenied = () => undefined,
    rewriteOutputs = (outputs) => outputs,
  } = options;
  await using cleanUp = new AsyncDisposableStack();
  await mkdir(localDirectory, { recursive: true });
  const log = new FunctionLog(join(localDirectory, 'functions.log'));
  cleanUp.defer(() => log.close());

  const packaging = packageStack(projectDirectory, params, localDirectory);
  // Functions are known before the services have addresses.
  const reading = packaging.then(({ configuration }) => readStack(configuration, '').functions);
  // Lambda's API is served before the functions exist.
  let functions: Functions | undefined;
  const find: Functions['find'] = (name) => functions?.find(name);
  /** Rights to statements, which this thread checks. */
  const statements = createThreadAccess(onDenied);
  const starting = startServices(
    {
      ...options,
      mailboxQueueName: MAILBOX,
      onDenied,
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
        denials: async () => [...(await (await starting).dynamoDb.denials()), ...statements.denials()],
      },
    },
    cleanUp,
  );
  const bundling = Promise.all([reading, findCache('functions', localDirectory)]).then(
    ([properties, cache]) => bundleFunctions(properties, projectDirectory, cache),
  );
  // Loading the page's code takes as long as starting the services, so both run concurrently.
  const loading = import('./live-page.ts');
  await allEnded<unknown>([packaging, starting, bundling, loading]);
  const { configuration, template } = await packaging;
  const { database, awsServices, dynamoDb } = await starting;
  const code = await bundling;

  const stack = readStack(configuration, awsServices.endpoint);
  const prefix = `${stack.service}-${STAGE}-`;
  const access = iam ? readAccess(template, prefix, awsServices.endpoint) : undefined;
  const deciding = [awsServices, dynamoDb, statements];
  // Before anything is created: engines refuse policies that they could not enforce.
  if (access) {
    const settings = changeAccess(access.settings);
    await Promise.all(deciding.map((each) => each.setAccess(settings)));
  }
  const clients = createClients(awsServices.endpoint, dynamoDb.endpoint);
  const outputs = {
    ...stack.outputs,
    AwsEndpointUrl: awsServices.endpoint,
    DynamoDbEndpointUrl: dynamoDb.endpoint,
    InspectionUrl: awsServices.inspectionUrl,
    MailboxQueueUrl: locateQueue(MAILBOX, awsServices.endpoint).url,
    ...(database && { DatabaseUrl: database.url }),
  };
  // The functions' environment is derived from these outputs, as `serverless invoke local` derives it from outputs.json.
  const functionOutputs = rewriteOutputs({ ...outputs, ...(await openGate()) });
  const { AwsEndpointUrl = '' } = functionOutputs;
  /** Starts the gate through which functions and workers reach the database. Without IAM, they connect to it directly. */
  async function openGate(): Promise<{ DatabaseUrl?: string }> {
    const { access: statementAccess } = statements.enforcement;
    if (!database || !access || !statementAccess) return {};
    const gate = await startStatementGate({
      upstream: database.url,
      port: 0,
      access: statementAccess,
      databases: access.databases,
    });
    cleanUp.defer(gate.stop);
    return { DatabaseUrl: gate.url };
  }
  const invoke: EmbeddedCloud['invoke'] = async (name, event) => {
    const run = find(name);
    if (!run) throw new Error(`function ${name}: serverless.yml has no function of this name`);
    return run(JSON.stringify(event));
  };

  /** Starts the functions and migrates the database, concurrently with the creation of the stack's resources. */
  async function deploy(): Promise<Stack> {
    const deployed = readStack(fillOutputs(configuration, functionOutputs), AwsEndpointUrl);
    functions = startFunctions({
      stack: deployed,
      code,
      prefix,
      readQueue: awsServices.readQueue,
      credentials: new Map(
        Array.from(access?.functions ?? [], ([name, credentials]) => [name, credentials.function] as const),
      ),
      log,
    });
    cleanUp.defer(functions.stop);
    if (database) await migrate(invoke);
    return deployed;
  }
  const deploying = deploy();
  await allEnded<unknown>([provision(stack, clients, awsServices, access?.resourcePolicies), deploying]);
  const deployed = await deploying;
  const { openLivePage } = await loading;
  const livePage = openLivePage(outputs, log);
  cleanUp.defer(livePage.close);
  const httpApi = await startHttpApi(routesOf(stack, find), port, livePage.register);
  cleanUp.defer(httpApi.stop);
  const allOutputs = { ...outputs, ApiUrl: httpApi.url };
  cleanUp.defer(await writeOutputsFile(localDirectory, allOutputs));
  const workers = join(localDirectory, 'workers');
  await mkdir(workers, { recursive: true });
  for (const [name, { environment }] of deployed.functions) {
    const credentials = access?.functions.get(name);
    const settings = credentials ? withCredentials(environment, credentials.worker) : environment;
    cleanUp.defer(await writeSettingsFile(workers, name, settings));
  }

  const running = cleanUp.move();
  return {
    outputs: allOutputs,
    clients,
    log,
    unsupportedResources: stack.unsupportedResources,
    counts: awsServices.counts,
    checks: async () => (await Promise.all(deciding.map((each) => each.checks()))).flat(),
    usage: async () => mergeUsage(await Promise.all(deciding.map((each) => each.usage()))),
    invoke,
    startEvents: () => functions?.startEvents(),
    stop: () => running.disposeAsync(),
  };
}

async function migrate(invoke: EmbeddedCloud['invoke']): Promise<void> {
  await callFunction({ invoke }, 'migrate', {}).catch(({ message }: Error) => {
    throw Object.assign(new Error(message), { code: 'MIGRATION_FAILED' });
  });
}

function routesOf({ functions }: Stack, find: Functions['find']): Route[] {
  return [...functions].flatMap(([name, { events }]) => {
    const invoke = find(name);
    return events.flatMap((event) => ('httpApi' in event && invoke ? [{ ...event.httpApi, invoke }] : []));
  });
}
