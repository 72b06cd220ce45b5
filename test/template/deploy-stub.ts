import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Responses of the stub, and the requests that it received. */
export interface StubbedDeployment {
  /** Whether the change set of the new template has changes. */
  hasChanges: boolean;
  /** Response of an invoked function, and its delay. Lambda sets `error` when the function throws. */
  answer: { error?: 'Unhandled'; payload: unknown; afterMs?: number };
  /** Uploads of worker code, stack changes and function invocations, in order. */
  done: string[];
}

const STACK = 'arn:aws:cloudformation:us-east-1:123456789012:stack/order-pipeline-test/1';

/** Starts a stub on 127.0.0.1 of the operations that `serverless deploy` calls to update an existing stack. */
export async function startDeployStub(
  deployment: StubbedDeployment,
): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://stub');
    const action = new URLSearchParams(await text(request)).get('Action');
    if (pathname === '/' && action) {
      if (action === 'ExecuteChangeSet') deployment.done.push(action);
      const result = answerCloudFormation(deployment, action);
      response.end(`<${action}Response><${action}Result>${result}</${action}Result></${action}Response>`);
    } else if (pathname.endsWith('/invocations')) {
      deployment.done.push(`invoke ${pathname.split('/').at(-2)}`);
      const { error, payload, afterMs = 0 } = deployment.answer;
      await sleep(afterMs);
      response.writeHead(200, error && { 'x-amz-function-error': error });
      response.end(JSON.stringify(payload));
    } else if (pathname.includes('/functions/')) {
      response.end('{}');
    } else {
      if (request.method === 'PUT' && pathname.includes('/worker/')) {
        deployment.done.push(`upload ${pathname.replace('/deployment/', '')}`);
      }
      // The deployment bucket is empty and accepts every upload.
      response.end('<ListBucketResult/>');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

function answerCloudFormation({ hasChanges }: StubbedDeployment, action: string): string {
  switch (action) {
    case 'GetCallerIdentity':
      return '<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/test</Arn>';
    case 'DescribeStacks':
      return `<Stacks><member><StackName>order-pipeline-test</StackName><StackId>${STACK}</StackId><StackStatus>UPDATE_COMPLETE</StackStatus></member></Stacks>`;
    case 'DescribeStackResource':
      return '<StackResourceDetail><PhysicalResourceId>deployment</PhysicalResourceId></StackResourceDetail>';
    case 'DescribeChangeSet':
      return hasChanges
        ? '<Status>CREATE_COMPLETE</Status>'
        : '<Status>FAILED</Status><StatusReason>No updates are to be performed.</StatusReason>';
    case 'DescribeStackEvents':
      return `<StackEvents><member><EventId>1</EventId><StackId>${STACK}</StackId><PhysicalResourceId>${STACK}</PhysicalResourceId><ResourceType>AWS::CloudFormation::Stack</ResourceType><ResourceStatus>UPDATE_COMPLETE</ResourceStatus><Timestamp>2100-01-01T00:00:00Z</Timestamp></member></StackEvents>`;
    default:
      return '';
  }
}
