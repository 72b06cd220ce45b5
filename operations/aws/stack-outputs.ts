import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type ClientPlace, createCloudFormationClient } from '../../lib/aws/clients.ts';
import { withServiceErrors } from '../../lib/errors.ts';

/**
 * The outputs of a deployed stack, by their keys.
 *
 * @throws ServiceError; its code is `ValidationError` where there is no such stack
 */
export async function readStackOutputs(
  stackName: string,
  place: ClientPlace,
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
