import * as z from 'zod';
import { parseJson } from '../../lib/json.ts';
import { THROTTLE } from '../../operations/status/throttle.ts';
import type { MappingChange, MappingState } from '../lambda/mappings.ts';
import { ACCOUNT_ID, type FauxqsApp, REGION } from './fauxqs.ts';
import { functionNameOf } from './invoke-route.ts';
import { refuseOtherHosts } from './refuse-other-hosts.ts';

/** The functions that the routes call. */
export interface MappingCalls {
  listMappings(): Promise<MappingState[]>;
  updateMapping(uuid: string, change: MappingChange): Promise<MappingState | undefined>;
}

const PATH = '/2015-03-31/event-source-mappings';

const update = z.strictObject({
  /** Must be the mapping's current function; AWS also accepts another one. */
  FunctionName: z.string().optional(),
  Enabled: z.boolean().optional(),
  /** An empty object removes the maximum. */
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().optional() }).optional(),
});

/**
 * Adds the parts of Lambda's API that list, get and throttle event source mappings:
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html. Other updates are refused. A list is one page.
 */
export function addMappingRoutes(app: FauxqsApp, { listMappings, updateMapping }: MappingCalls): void {
  // The separate scope has its own parser: Lambda reads the body as JSON, whatever its content type.
  app.register(async (scope) => {
    refuseOtherHosts(scope);
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

    scope.setErrorHandler((error, _request, reply) => {
      const { status = 500, type = 'ServiceException' } = error as Partial<Refusal>;
      reply
        .code(status)
        .header('x-amzn-errortype', type)
        .send({ Type: status < 500 ? 'User' : 'Service', Message: (error as Error).message });
    });

    const list = async ({ query }: { query: unknown }) => {
      const { FunctionName, EventSourceArn } = query as Partial<Record<string, string>>;
      const wanted = (await listMappings()).filter(
        ({ functionName, queueArn }) =>
          (FunctionName === undefined || functionName === functionNameOf(FunctionName)) &&
          (EventSourceArn === undefined || queueArn === EventSourceArn),
      );
      return { EventSourceMappings: wanted.map(toConfiguration) };
    };
    // The API reference has a trailing slash, SDKs send none.
    scope.get(PATH, list);
    scope.get(`${PATH}/`, list);

    scope.get<{ Params: { uuid: string } }>(`${PATH}/:uuid`, async ({ params: { uuid } }) => {
      const mapping = (await listMappings()).find((each) => each.uuid === uuid);
      return toConfiguration(mapping ?? refuseUnknown());
    });

    scope.put<{ Params: { uuid: string }; Body: string | undefined }>(
      `${PATH}/:uuid`,
      async ({ params: { uuid }, body }, reply) => {
        const change = readUpdate(body);
        const before = (await listMappings()).find((each) => each.uuid === uuid) ?? refuseUnknown();
        if (change.functionName !== undefined && change.functionName !== before.functionName) {
          throw new Refusal(
            400,
            'InvalidParameterValueException',
            `FunctionName: the embedded cloud cannot change it from ${before.functionName}, received ${change.functionName}`,
          );
        }
        const after = (await updateMapping(uuid, change)) ?? refuseUnknown();
        return reply.code(202).send(toConfiguration(after));
      },
    );
  });
}

class Refusal extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }
}

function refuseUnknown(): never {
  throw new Refusal(
    404,
    'ResourceNotFoundException',
    'The resource you requested does not exist. (Service: Lambda, Status Code: 404)',
  );
}

function readUpdate(body: string | undefined): MappingChange & { functionName?: string } {
  const result = update.safeParse(parseJson(body || '{}'));
  if (!result.success) {
    const { path, message } = result.error.issues[0] ?? { path: [], message: '' };
    throw new Refusal(
      400,
      'InvalidParameterValueException',
      `${path.join('.') || 'body'}: the embedded cloud updates only ScalingConfig.MaximumConcurrency and Enabled: ${message}`,
    );
  }
  const { FunctionName, Enabled: enabled, ScalingConfig } = result.data;
  const maximumConcurrency = ScalingConfig && (ScalingConfig.MaximumConcurrency ?? null);
  if (typeof maximumConcurrency === 'number') refuseOutside(maximumConcurrency);
  return {
    enabled,
    maximumConcurrency,
    ...(FunctionName !== undefined && { functionName: functionNameOf(FunctionName) }),
  };
}

/** Refuses with Lambda's own message. */
function refuseOutside(concurrency: number): void {
  const { min, max } = THROTTLE;
  if (concurrency >= min && concurrency <= max) return;
  const rule = concurrency < min ? `greater than or equal to ${min}` : `less than or equal to ${max}`;
  throw new Refusal(
    400,
    'ValidationException',
    `1 validation error detected: Value '${concurrency}' at 'scalingConfig.maximumConcurrency' failed to satisfy constraint: Member must have value ${rule}`,
  );
}

function toConfiguration(state: MappingState) {
  return {
    UUID: state.uuid,
    EventSourceArn: state.queueArn,
    FunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT_ID}:function:${state.functionName}`,
    State: state.enabled ? 'Enabled' : 'Disabled',
    StateTransitionReason: 'USER_INITIATED',
    BatchSize: state.batchSize,
    MaximumBatchingWindowInSeconds: state.batchingWindow,
    FunctionResponseTypes: state.reportsItemFailures ? ['ReportBatchItemFailures'] : [],
    LastModified: state.lastModified / 1_000,
    ...(state.maximumConcurrency !== undefined && {
      ScalingConfig: { MaximumConcurrency: state.maximumConcurrency },
    }),
  };
}
