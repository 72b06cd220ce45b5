import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AwsServices, startAwsServices } from './aws-services/start-aws-services.ts';
import { type DynamoDbOptions, type EmbeddedDynamoDb, startDynamoDb } from './dynamodb/start-dynamodb.ts';
import { type Route, startHttpApi } from './http-api.ts';
import { bundleFunctions } from './lambda/bundle-functions.ts';
import type { InvokeResult } from './lambda/execution-environment.ts';
import { FunctionLog } from './lambda/function-log.ts';
import { type Functions, type Invoke, startFunctions } from './lambda/start-functions.ts';
import { writeOutputsFile } from './outputs-file.ts';
import { type Clients, createClients } from './stack/clients.ts';
import { provision } from './stack/provision.ts';
import { locateQueue, readStack, type Stack } from './stack/read-stack.ts';
import { resolveServerlessYml } from './stack/resolve-serverless-yml.ts';

/** The stage that the embedded cloud stands for. */
const STAGE = 'local';
/** Name of the queue that holds every e-mail that SNS would have sent. */
const MAILBOX = 'mailbox';

export interface EmbeddedCloudOptions {
  /** Holds serverless.yml. */
  projectDirectory: string;
  /** Gets outputs.json, the functions' bundles and their log. */
  localDirectory: string;
  /** Port of the HTTP API; 0 for any free one. */
  port: number;
  /** Port of SQS, SNS and S3; 0 for any free one. DynamoDB takes the next one, or any free one where that is taken. */
  awsPort: number;
  /** Stage parameters that override those of serverless.yml. */
  params?: Readonly<Record<string, string | number>>;
  /** Keeps queues, objects and tables over restarts and crashes; in memory where it is left out. */
  dataDir?: string | undefined;
  /** Told when a service dies by itself. */
  onCrash: (error: Error) => void;
}

/** The pipeline, running on this machine. */
export interface EmbeddedCloud {
  /** Stack outputs, and those of the embedded cloud. */
  outputs: Readonly<Record<string, string>>;
  clients: Clients;
  log: FunctionLog;
  /** Resource types of the stack that exist on AWS only. */
  notEmbodied: readonly string[];
  /** Messages that queues have taken, e-mails that SNS would have sent. */
  counts: AwsServices['counts'];
  /** Runs a function, by its name in serverless.yml. */
  invoke(name: string, event: unknown): Promise<InvokeResult>;
  /** Takes no more work, lets batches in hand end, then ends everything. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded cloud from the same serverless.yml and resources that are deployed: services first, then the
 * stack's resources in them, then what runs the functions. A start that fails leaves nothing running.
 *
 * @throws Error with code `EADDRINUSE` where a port is taken
 */
export async function startEmbeddedCloud(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  const { projectDirectory, localDirectory, port, params = {} } = options;
  await using cleanUp = new AsyncDisposableStack();
  await mkdir(localDirectory, { recursive: true });
  // It holds customers' names and addresses.
  if (options.dataDir) await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const log = new FunctionLog(join(localDirectory, 'functions.log'));
  cleanUp.defer(() => log.close());

  // The Invoke API is one of the services, which are there before the functions are.
  let functions: Functions | undefined;
  const { awsServices, dynamoDb } = await startServices(options, (name) => functions?.find(name));
  cleanUp.defer(() => awsServices.stop());
  cleanUp.defer(() => dynamoDb.stop());

  const resolve = async (outputs: Readonly<Record<string, string>>): Promise<Stack> =>
    readStack(await resolveServerlessYml(projectDirectory, STAGE, params, outputs), awsServices.endpoint);
  const stack = await resolve({});
  const clients = createClients(awsServices.endpoint, dynamoDb.endpoint);
  const [code] = await Promise.all([
    bundleFunctions(stack.functions, projectDirectory, join(localDirectory, 'functions')),
    provision(stack, clients, awsServices),
  ]);

  const outputs = {
    ...stack.outputs,
    AwsEndpointUrl: awsServices.endpoint,
    DynamoDbEndpointUrl: dynamoDb.endpoint,
    MailboxQueueUrl: locateQueue(MAILBOX, awsServices.endpoint).url,
  };
  // The functions' environment follows from the outputs: the same as `serverless invoke local` takes from the file.
  const prefix = `${stack.service}-${STAGE}-`;
  functions = startFunctions({ stack: await resolve(outputs), code, prefix, sqs: clients.sqs, log });
  cleanUp.defer(functions.stop);
  const httpApi = await startHttpApi(routesOf(stack, functions), port);
  cleanUp.defer(httpApi.stop);
  const allOutputs = { ...outputs, ApiUrl: httpApi.url };
  cleanUp.defer(await writeOutputsFile(localDirectory, allOutputs));

  const running = cleanUp.move();
  return {
    outputs: allOutputs,
    clients,
    log,
    notEmbodied: stack.notEmbodied,
    counts: awsServices.counts,
    async invoke(name, event) {
      const invoke = functions.find(name);
      if (!invoke) throw new Error(`function ${name}: is not in serverless.yml`);
      return invoke(JSON.stringify(event));
    },
    stop: () => running.disposeAsync(),
  };
}

/** Starts both services side by side; where one fails, the other one is stopped again. */
async function startServices(
  { port, awsPort, dataDir, onCrash }: EmbeddedCloudOptions,
  find: (name: string) => Invoke | undefined,
): Promise<{ awsServices: AwsServices; dynamoDb: EmbeddedDynamoDb }> {
  const [awsServices, dynamoDb] = await Promise.allSettled([
    startAwsServices({
      port: awsPort,
      mailboxQueueName: MAILBOX,
      onCrash,
      ...(dataDir && { dataDir: join(dataDir, 'aws-services') }),
      async invoke(name, payload, invocationType) {
        const answer = find(name)?.(JSON.stringify(payload));
        if (!answer) return { found: false };
        return { found: true, ...(invocationType === 'RequestResponse' && (await answer)) };
      },
    }),
    startDynamoDbBeside(awsPort, port, { onCrash, ...(dataDir && { dataDir: join(dataDir, 'dynamodb') }) }),
  ]);
  if (awsServices.status === 'fulfilled' && dynamoDb.status === 'fulfilled') {
    return { awsServices: awsServices.value, dynamoDb: dynamoDb.value };
  }
  for (const service of [awsServices, dynamoDb])
    if (service.status === 'fulfilled') await service.value.stop();
  throw awsServices.status === 'rejected' ? awsServices.reason : (dynamoDb as PromiseRejectedResult).reason;
}

/** On the port after that of the other services, or, where that is taken or does not exist, on any free one. */
async function startDynamoDbBeside(
  awsPort: number,
  httpPort: number,
  options: Omit<DynamoDbOptions, 'port'>,
): Promise<EmbeddedDynamoDb> {
  try {
    const next = awsPort + 1;
    const isUsable = awsPort !== 0 && next !== httpPort && next <= 65_535;
    return await startDynamoDb({ ...options, port: isUsable ? next : 0 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    return startDynamoDb({ ...options, port: 0 });
  }
}

function routesOf({ functions }: Stack, { find }: Functions): Route[] {
  return [...functions].flatMap(([name, { events }]) => {
    const invoke = find(name);
    return events.flatMap((event) => ('httpApi' in event && invoke ? [{ ...event.httpApi, invoke }] : []));
  });
}
