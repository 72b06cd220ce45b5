import type { Service, ServiceRequest } from '../../local/aws-services/service.ts';
import type { Storage } from '../../local/aws-services/storage.ts';
import type { Enforcement } from '../../local/iam/caller.ts';
import { type OpenedService, PROBED_SERVICES, type ProbedService } from './probed-services.ts';

/** An operation with the service's answer to it. */
export interface ProbedOperation {
  name: string;
  /** Error code as the SDK reports it. Default: the operation succeeded. */
  code?: string;
  /** Body of the answer. */
  body: string;
  /** Number of writes to the storage and deletions from it. */
  changes: number;
}

/**
 * - `supported`: the operation succeeded.
 * - `notConfigured`: the operation reads or deletes a setting that cannot be set here, and answers that it is not set.
 * - `refused`: the service does not have the operation.
 * - `unclear`: another error.
 */
export type Outcome = 'supported' | 'notConfigured' | 'refused' | 'unclear';

type CommandClass = new (input: object) => object;

/** The access that the services enforce, and the caller of the operations. */
interface Probe {
  enforcement?: Enforcement;
  /** Default: `local`, which also creates the resources. */
  accessKeyId?: string;
}

/** Calls all operations of all services. @returns The operations of each service, by its title */
export async function probeServices(probe: Probe = {}): Promise<Record<string, ProbedOperation[]>> {
  const probed: Record<string, ProbedOperation[]> = {};
  for (const service of PROBED_SERVICES) probed[service.title] = await probeOperations(service, probe);
  return probed;
}

/** Calls each operation of a service once. Each has the same resources: a change is followed by a new start. */
async function probeOperations(
  { sdk, open }: ProbedService,
  { enforcement, accessKeyId = 'local' }: Probe,
): Promise<ProbedOperation[]> {
  const operations: ProbedOperation[] = [];
  let changes = 0;
  let body = '';
  let isOpening = true;
  const storage = countingStorage(() => changes++);
  /** Records the answers of a service. */
  const observe =
    (service: Service): Service =>
    async (request) => {
      const headers = isOpening ? request.headers : signedBy(accessKeyId, request.headers);
      const answer = await service({ ...request, headers });
      body = Buffer.from(answer.body ?? '').toString();
      return answer;
    };

  async function start() {
    isOpening = true;
    const opened = await open(storage, observe, enforcement);
    isOpening = false;
    return opened;
  }

  let opened = await start();
  let isFresh = true;
  for (const [name, Command] of commandsOf(sdk)) {
    if (!isFresh) {
      opened.stop?.();
      opened = await start();
    }
    changes = 0;
    const code = await send(opened, name, Command);
    operations.push({ name, ...(code !== undefined && { code }), body, changes });
    isFresh = changes === 0;
  }
  opened.stop?.();
  return operations;
}

const signedBy = (accessKeyId: string, headers: ServiceRequest['headers']): ServiceRequest['headers'] => ({
  ...headers,
  authorization: headers.authorization?.replace(/Credential=[^/]+/, `Credential=${accessKeyId}`),
});

/** Returns the SDK's class for each operation by the operation's name. */
const commandsOf = (sdk: object): [string, CommandClass][] =>
  Object.entries(sdk)
    .flatMap(([name, exported]): [string, CommandClass][] =>
      /^[A-Z]\w*Command$/.test(name) ? [[name.slice(0, -'Command'.length), exported]] : [],
    )
    .sort(([one], [other]) => (one < other ? -1 : 1));

/** @returns The error code, if the answer is an error. */
async function send({ client, input, inputs }: OpenedService, name: string, Command: CommandClass) {
  try {
    await client.send(new Command({ ...input, ...inputs[name] }) as never);
    return undefined;
  } catch (error) {
    // Only errors of an answer have metadata. The SDK throws others when a required field is absent.
    if (!(error instanceof Error && '$metadata' in error)) throw error;
    return error.name;
  }
}

/** Opens storage that keeps nothing and reports each change. */
function countingStorage(onChange: () => void): Storage {
  const values = { set: onChange, delete: onChange, clear: onChange, entries: () => [] };
  return { map: () => values, blobs: () => values, commit() {}, close() {} };
}

const REFUSALS = [
  'AccessControlListNotSupported',
  'InvalidAction',
  'MethodNotAllowed',
  'NotImplemented',
  'UnknownOperationException',
];
/** Matches codes such as `NoSuchCORSConfiguration` and `ReplicationConfigurationNotFoundError`. */
const NOT_CONFIGURED = /^NoSuch|NotFoundError$/;

/** Returns the operations of a service by their outcome. */
export function classify(operations: readonly ProbedOperation[]): Record<Outcome, ProbedOperation[]> {
  const refused = new Set(operations.filter(isRefused).map(({ name }) => name));
  /** Returns whether an operation reads or deletes a setting that cannot be put. */
  const isUnsettable = (name: string) => {
    const [, setting] = /^(?:Get|Delete)(.+)$/.exec(name) ?? [];
    return refused.has(`Put${setting}`) || refused.has(`Put${setting}Configuration`);
  };
  const outcomeOf = ({ name, code }: ProbedOperation): Outcome => {
    if (refused.has(name)) return 'refused';
    if (isUnsettable(name) || NOT_CONFIGURED.test(code ?? '')) return 'notConfigured';
    return code === undefined ? 'supported' : 'unclear';
  };
  const empty = { supported: [], notConfigured: [], refused: [], unclear: [] };
  return { ...empty, ...Object.groupBy(operations, outcomeOf) };
}

const isRefused = ({ code }: ProbedOperation): boolean => code !== undefined && REFUSALS.includes(code);
