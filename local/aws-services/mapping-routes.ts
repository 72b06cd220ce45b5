import * as z from 'zod';
import { parseJson } from '../../lib/json.ts';
import { THROTTLE } from '../../operations/status/throttle.ts';
import type { MappingChange, MappingState } from '../lambda/mappings.ts';
import { ACCOUNT_ID, type FauxqsApp, REGION } from './fauxqs.ts';
import { functionNameOf } from './invoke-route.ts';
import { refuseOtherHosts } from './refuse-other-hosts.ts';

/** What does the work behind the routes. */
export interface MappingCalls {
  listMappings(): Promise<MappingState[]>;
  updateMapping(uuid: string, change: MappingChange): Promise<MappingState | undefined>;
}

const PATH = '/2015-03-31/event-source-mappings';

const update = z.strictObject({
  /** The function that it is for already: Lambda could give it another one. */
  FunctionName: z.string().optional(),
  Enabled: z.boolean().optional(),
  /** Empty takes the maximum away. */
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().optional() }).optional(),
});

/**
 * Lambda's API of event source mappings, as far as it lists, gets and throttles them:
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html. Anything else that may be updated on AWS
 * is refused here. A list comes as a whole, without pages.
 */
export function addMappingRoutes(app: FauxqsApp, { listMappings, updateMapping }: MappingCalls): void {
  // A scope of its own, for Lambda reads the body as JSON whatever content type a client gives it.
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
    // The API's page has it with a slash, SDKs have it without.
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
            `FunctionName: must stay ${before.functionName} here, received ${change.functionName}`,
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
      `the embedded cloud updates ScalingConfig.MaximumConcurrency and Enabled only: ${path.join('.')} ${message}`,
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

/** In Lambda's words. */
function refuseOutside(concurrency: number): void {
  const { least, most } = THROTTLE;
  if (concurrency >= least && concurrency <= most) return;
  const rule = concurrency < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
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
