import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type ClientConfig, createCloudFormationClient } from '../../lib/aws/clients.ts';
import { withServiceErrors } from '../../lib/errors.ts';

/**
 * Reads the outputs of a deployed stack.
 *
 * @returns Output values by their keys.
 * @throws ServiceError; its code is `ValidationError` if the stack does not exist
 */
export async function readStackOutputs(
  stackName: string,
  place: ClientConfig,
): Promise<Record<string, string>> {
  const client = createCloudFormationClient(place);
  try {
    const command = new DescribeStacksCommand({ StackName: stackName });
    const { Stacks = [] } = await withServiceErrors(`DescribeStacks ${stackName}`, client.send(command));
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(
      outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  } finally {
    client.destroy();
  }
}
