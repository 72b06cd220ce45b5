import {
  type EventSourceMappingConfiguration,
  type LambdaClient,
  paginateListEventSourceMappings,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { withServiceErrors } from '../../lib/errors.ts';

/** An event source mapping: it polls a queue for a function. */
export interface EventSourceMapping {
  id: string;
  queueName: string;
  enabled: boolean;
  /** Maximum number of concurrent invocations; null if not set. */
  maximumConcurrency: number | null;
  batchSize: number;
}

/** Changes to a mapping; absent fields stay as they are. */
export interface MappingUpdate {
  maximumConcurrency?: number | undefined;
  enabled?: boolean | undefined;
}

/** Lists and updates event source mappings. Methods throw `ServiceError`. */
export interface EventSourceMappings {
  /** @param functionName Name on AWS, including the stage's prefix. */
  list(functionName: string): Promise<EventSourceMapping[]>;
  /** Starts an update, which takes effect within about a minute. */
  update(id: string, update: MappingUpdate): Promise<void>;
}

export function createEventSourceMappings(client: LambdaClient): EventSourceMappings {
  async function list(functionName: string): Promise<EventSourceMapping[]> {
    const mappings: EventSourceMapping[] = [];
    for await (const page of paginateListEventSourceMappings({ client }, { FunctionName: functionName }))
      mappings.push(...(page.EventSourceMappings ?? []).map(toMapping));
    return mappings;
  }

  return {
    list: (functionName) => withServiceErrors('ListEventSourceMappings', list(functionName)),
    async update(id, { maximumConcurrency, enabled }) {
      const command = new UpdateEventSourceMappingCommand({
        UUID: id,
        ...(enabled !== undefined && { Enabled: enabled }),
        ...(maximumConcurrency !== undefined && {
          ScalingConfig: { MaximumConcurrency: maximumConcurrency },
        }),
      });
      await withServiceErrors('UpdateEventSourceMapping', client.send(command));
    },
  };
}

const toMapping = ({
  UUID = '',
  EventSourceArn = '',
  State = '',
  ScalingConfig,
  BatchSize = 0,
}: EventSourceMappingConfiguration): EventSourceMapping => ({
  id: UUID,
  queueName: EventSourceArn.split(':').at(-1) ?? '',
  // The other states, such as Creating and Enabling, lead to Enabled.
  enabled: State !== 'Disabled' && State !== 'Disabling',
  maximumConcurrency: ScalingConfig?.MaximumConcurrency ?? null,
  batchSize: BatchSize,
});
