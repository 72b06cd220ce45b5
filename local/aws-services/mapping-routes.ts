import * as z from 'zod';
import { parseJson } from '../../lib/json.ts';
import { THROTTLE } from '../../operations/status/throttle.ts';
import type { Enforcement } from '../iam/caller.ts';
import type { MappingChange, MappingState } from '../lambda/mappings.ts';
import { arn } from '../stack/account.ts';
import { jsonAnswer } from './answers.ts';
import { AwsError } from './aws-error.ts';
import { functionNameOf } from './invoke-route.ts';
import { checkLambda } from './lambda-access.ts';
import type { ServiceRequest, ServiceResponse } from './service.ts';

/** The functions that the routes call. */
export interface MappingCalls {
  listMappings(): Promise<MappingState[]>;
  updateMapping(uuid: string, change: MappingChange): Promise<MappingState | undefined>;
}

const update = z.strictObject({
  /** Must be the mapping's current function; AWS also accepts another one. */
  FunctionName: z.string().optional(),
  Enabled: z.boolean().optional(),
  /** An empty object removes the maximum. */
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.int().optional() }).optional(),
});

/**
 * Answers the parts of Lambda's API that list, get and throttle event source mappings:
 * https://docs.aws.amazon.com/lambda/latest/api/API_UpdateEventSourceMapping.html.
 * Refuses other updates. A list has only one page.
 *
 * @param uuid Id in the path; empty for the list.
 * @param enforcement Default: nothing is enforced.
 */
export async function answerMappings(
  uuid: string,
  request: ServiceRequest,
  { listMappings, updateMapping }: MappingCalls,
  enforcement: Enforcement = {},
): Promise<ServiceResponse> {
  const { method, query, body } = request;

  /** Finds the mapping for an operation that the caller may call. */
  async function find(operation: string): Promise<MappingState> {
    const mapping = (await listMappings()).find((each) => each.uuid === uuid);
    const context = mapping && { 'lambda:FunctionArn': functionArnOf(mapping) };
    checkLambda(enforcement, request, operation, arn('lambda', `event-source-mapping:${uuid}`), context);
    return mapping ?? refuseUnknown();
  }

  async function list() {
    checkLambda(enforcement, request, 'ListEventSourceMappings', '*');
    const functionName = query.get('FunctionName');
    const queueArn = query.get('EventSourceArn');
    const wanted = (await listMappings()).filter(
      (mapping) =>
        (functionName === null || mapping.functionName === functionNameOf(functionName)) &&
        (queueArn === null || mapping.queueArn === queueArn),
    );
    return { EventSourceMappings: wanted.map(toConfiguration) };
  }

  async function update() {
    const before = await find('UpdateEventSourceMapping');
    const change = readUpdate(body.toString());
    if (change.functionName !== undefined && change.functionName !== before.functionName) {
      throw new Refusal(
        400,
        'InvalidParameterValueException',
        `FunctionName: the embedded cloud cannot change it from ${before.functionName}, received ${change.functionName}`,
      );
    }
    return toConfiguration((await updateMapping(uuid, change)) ?? refuseUnknown());
  }

  try {
    if (method === 'GET')
      return jsonAnswer(
        200,
        uuid === '' ? await list() : toConfiguration(await find('GetEventSourceMapping')),
      );
    if (method === 'PUT' && uuid !== '') return jsonAnswer(202, await update());
    throw new Refusal(
      501,
      'NotImplemented',
      `the embedded cloud only lists, gets and updates event source mappings`,
    );
  } catch (error) {
    const code = error instanceof AwsError ? error.code : 'ServiceException';
    const { status = 500, type = code, message } = error as Partial<Refusal> & Error;
    const answer = { Type: status < 500 ? 'User' : 'Service', Message: message };
    return jsonAnswer(status, answer, { 'x-amzn-errortype': type });
  }
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

function readUpdate(body: string): MappingChange & { functionName?: string } {
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

const functionArnOf = ({ functionName }: MappingState): string => arn('lambda', `function:${functionName}`);

function toConfiguration(state: MappingState) {
  return {
    UUID: state.uuid,
    EventSourceArn: state.queueArn,
    FunctionArn: functionArnOf(state),
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
