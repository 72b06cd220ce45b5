import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** State of the stub: the buckets of a deployed stack, with all versions of their objects. */
export interface StubbedStack {
  /** Bucket names by logical id. A name that is missing in `buckets` stands for a bucket that was deleted by hand. */
  bucketNames: Record<string, string>;
  buckets: Map<string, { key: string; versionId: string; isDeleteMarker: boolean }[]>;
  /** Bucket policies that were put while the stub runs, by bucket name. */
  policies: Map<string, unknown>;
  /** Name of a bucket that a function writes to after it was emptied, unless a policy was put. */
  busyBucket?: string;
  isProtected: boolean;
  isDeleted: boolean;
}

const PAGE_SIZE = 1_000;

/**
 * Starts a stub of the CloudFormation, S3, STS and ECR operations that `serverless remove` calls. It listens on 127.0.0.1. Like
 * AWS, it does not delete a stack whose buckets hold objects, and lists or deletes at most 1,000 versions per request.
 */
export async function startAwsStub(stack: StubbedStack): Promise<{ url: string; close(): void }> {
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stub');
    const body = await text(request);
    const { status, xml } =
      url.pathname === '/'
        ? respondToQuery(stack, new URLSearchParams(body).get('Action'))
        : respondToS3(stack, `${request.method} ${url.pathname.split('/')[1]}`, url.searchParams, body);
    const isJson = request.headers['content-type']?.includes('json');
    response.writeHead(status, { 'content-type': isJson ? 'application/x-amz-json-1.1' : 'application/xml' });
    response.end(xml);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

interface StubResponse {
  status: number;
  xml: string;
}

const ok = (xml: string): StubResponse => ({ status: 200, xml });

function respondToQuery(stack: StubbedStack, action: string | null): StubResponse {
  const result = (xml: string): StubResponse =>
    ok(`<${action}Response><${action}Result>${xml}</${action}Result></${action}Response>`);
  const refuse = (message: string): StubResponse => ({
    status: 400,
    xml: `<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>${message}</Message></Error></ErrorResponse>`,
  });
  if (action === 'GetCallerIdentity')
    return result('<Account>123456789012</Account><Arn>arn:aws:iam::123456789012:user/test</Arn>');
  // The only JSON request goes to ECR, for an image repository that does not exist.
  if (action === null) return { status: 400, xml: '{"__type":"RepositoryNotFoundException"}' };
  if (stack.isDeleted) return refuse('Stack [order-pipeline-test] does not exist');

  if (action === 'DescribeStacks') {
    return result(
      `<Stacks><member><StackName>order-pipeline-test</StackName><EnableTerminationProtection>${stack.isProtected}</EnableTerminationProtection></member></Stacks>`,
    );
  }
  if (action === 'ListStackResources') {
    const members = Object.entries(stack.bucketNames).map(
      ([id, name]) =>
        `<member><ResourceType>AWS::S3::Bucket</ResourceType><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${name}</PhysicalResourceId></member>`,
    );
    const queue =
      '<member><ResourceType>AWS::SQS::Queue</ResourceType><LogicalResourceId>OrderQueue</LogicalResourceId><PhysicalResourceId>not-a-bucket</PhysicalResourceId></member>';
    return result(`<StackResourceSummaries>${queue}${members.join('')}</StackResourceSummaries>`);
  }
  if (action === 'DescribeStackResource') {
    const name = stack.bucketNames.ServerlessDeploymentBucket;
    return result(
      `<StackResourceDetail><PhysicalResourceId>${name}</PhysicalResourceId></StackResourceDetail>`,
    );
  }
  if (action === 'DeleteStack') {
    const full = [...stack.buckets].filter(([, versions]) => versions.length > 0);
    if (full.length > 0) return refuse(`bucket ${full[0]?.[0]} is not empty`);
    stack.isDeleted = true;
    return ok('<DeleteStackResponse/>');
  }
  throw new Error(`AWS stub: unsupported request ${action}`);
}

function respondToS3(
  stack: StubbedStack,
  request: string,
  query: URLSearchParams,
  body: string,
): StubResponse {
  const [method, name = ''] = request.split(' ');
  const versions = stack.buckets.get(name);
  if (!versions) return { status: 404, xml: '<Error><Code>NoSuchBucket</Code></Error>' };
  if (method === 'HEAD') return ok('');
  if (method === 'PUT' && query.has('policy')) {
    stack.policies.set(name, JSON.parse(body));
    return { status: 204, xml: '' };
  }
  if (method === 'GET' && query.has('versions')) {
    const page = versions.slice(0, PAGE_SIZE).map(({ key, versionId, isDeleteMarker }) => {
      const tag = isDeleteMarker ? 'DeleteMarker' : 'Version';
      return `<${tag}><Key>${key}</Key><VersionId>${versionId}</VersionId></${tag}>`;
    });
    if (name === stack.busyBucket && page.length === 0 && !stack.policies.has(name)) {
      versions.push({ key: 'orders.receipt.json', versionId: 'null', isDeleteMarker: false });
    }
    return ok(`<ListVersionsResult>${page.join('')}</ListVersionsResult>`);
  }
  if (method === 'GET' && query.get('list-type') === '2') {
    const page = versions.slice(0, PAGE_SIZE).map(({ key }) => `<Contents><Key>${key}</Key></Contents>`);
    return ok(`<ListBucketResult>${page.join('')}</ListBucketResult>`);
  }
  if (method === 'POST' && query.has('delete')) {
    const wanted = [
      ...body.matchAll(/<Object><Key>(.*?)<\/Key>(?:<VersionId>(.*?)<\/VersionId>)?<\/Object>/g),
    ];
    if (wanted.length > PAGE_SIZE) return { status: 400, xml: '<Error><Code>MalformedXML</Code></Error>' };
    const ids = new Set(wanted.map(([, key, versionId = 'null']) => `${key} ${versionId}`));
    stack.buckets.set(
      name,
      versions.filter(({ key, versionId }) => !ids.has(`${key} ${versionId}`)),
    );
    return ok('<DeleteResult/>');
  }
  throw new Error(`AWS stub: unsupported request ${method} ${name}?${query}`);
}
