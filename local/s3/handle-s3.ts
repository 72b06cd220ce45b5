import { randomBytes } from 'node:crypto';
import { AwsError } from '../aws-services/aws-error.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../aws-services/service.ts';
import { escapeXml } from '../aws-services/xml.ts';
import { accessKeyIdOf, identify } from '../iam/caller.ts';
import { authorize, checkAccount, credentialErrors } from './authorize.ts';
import {
  deleteBucketPolicy,
  getBucketPolicy,
  getBucketPolicyStatus,
  putBucketPolicy,
} from './bucket-policy.ts';
import { getAcl, getObjectLock, putAcl, SETTING_OPERATIONS } from './bucket-settings.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './buckets.ts';
import { completeMultipartUpload } from './complete-multipart-upload.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects, keyTooLong, MAX_KEY_BYTES } from './delete-objects.ts';
import { getObject } from './get-object.ts';
import { listObjects, listObjectVersions } from './list-objects.ts';
import { listMultipartUploads, listParts } from './list-uploads.ts';
import { abortMultipartUpload, createMultipartUpload, uploadPart } from './multipart.ts';
import { getBucketNotification, putBucketNotification } from './notification-configuration.ts';
import { getObjectAttributes } from './object-attributes.ts';
import { refuseUnsupportedHeaders } from './object-headers.ts';
import { type Payload, readPayload } from './payload.ts';
import { postObject } from './post-object.ts';
import { checkExpiry } from './presigned-expiry.ts';
import { putObject } from './put-object.ts';
import { invalidArgument, methodNotAllowed, notImplemented, S3Error } from './s3-error.ts';
import { type Headers, type Operation, readHeaders, type S3 } from './s3-request.ts';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tags.ts';

/** Operations on a bucket by method and, if there is one, the parameter that selects them. */
const BUCKET_OPERATIONS: Record<string, Operation> = {
  ...SETTING_OPERATIONS,
  GET: listObjects,
  HEAD: headBucket,
  DELETE: deleteBucket,
  POST: postObject,
  'POST delete': deleteObjects,
  'GET acl': getAcl,
  'PUT acl': putAcl,
  'GET location': getBucketLocation,
  'GET notification': getBucketNotification,
  'PUT notification': putBucketNotification,
  'GET policy': getBucketPolicy,
  'PUT policy': putBucketPolicy,
  'DELETE policy': deleteBucketPolicy,
  'GET policyStatus': getBucketPolicyStatus,
  'GET uploads': listMultipartUploads,
  'GET versions': listObjectVersions,
};

/** Operations on an object. */
const OBJECT_OPERATIONS: Record<string, Operation> = {
  GET: getObject,
  HEAD: getObject,
  PUT: (request) => (request.headers['x-amz-copy-source'] === undefined ? putObject : copyObject)(request),
  DELETE: deleteObject,
  'GET acl': getAcl,
  'PUT acl': putAcl,
  'GET attributes': getObjectAttributes,
  'GET legal-hold': getObjectLock,
  'GET retention': getObjectLock,
  'GET tagging': getObjectTagging,
  'PUT tagging': putObjectTagging,
  'DELETE tagging': deleteObjectTagging,
  'POST uploads': createMultipartUpload,
  'PUT uploadId': uploadPart,
  'POST uploadId': completeMultipartUpload,
  'GET uploadId': listParts,
  'DELETE uploadId': abortMultipartUpload,
};

/** Parameters that select another operation: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html */
const SELECTORS = new Set([
  'abac',
  'accelerate',
  'acl',
  'analytics',
  'annotation',
  'append',
  'attributes',
  'cors',
  'delete',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'location',
  'logging',
  'metadataConfiguration',
  'metadataInventoryTable',
  'metadataJournalTable',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versioning',
  'versions',
  'website',
]);
/** Parameters of operations and of signatures. Others may select operations that are unknown here. */
const PARAMETER = /^(partNumber|versionId|AWSAccessKeyId|Signature|Expires|x-.*|response-.*)$/i;

/** Parameters of listings, which may be empty. */
const LIST_PARAMETER =
  /^(prefix|delimiter|marker|start-after|continuation-token|encoding-type|fetch-owner|list-type|max-.*|.*-marker|bucket-region)$/;

/** Creates the service, for path-style requests and for those to `Host: bucket.localhost`. */
export function createS3Service(s3: S3): Service {
  return (request) => {
    const hostId = randomBytes(24).toString('base64');
    const identity = { 'x-amz-request-id': request.requestId, 'x-amz-id-2': hostId };
    let response: ServiceResponse;
    try {
      response = answer(s3, request, hostId);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      response = errorResponse(error, request, hostId);
    }
    return { ...response, headers: { ...identity, ...response.headers } };
  };
}

function answer(s3: S3, request: ServiceRequest, hostId: string): ServiceResponse {
  const { method, query, sourceIp, requestId } = request;
  const { bucketName, key } = readTarget(request);
  const headers = readHeaders(request);
  const { access } = s3.enforcement;
  // A form contains its credentials.
  const isForm = bucketName !== '' && key === '' && method === 'POST' && selectorsIn(query).length === 0;
  const caller = access && !isForm ? identify(access, accessKeyIdOf(request), credentialErrors) : undefined;
  checkExpiry(query, Date.now());
  refuseUnsupportedHeaders(headers);
  if (bucketName === '') {
    if (method !== 'GET') throw methodNotAllowed(method);
    if (caller) checkAccount(caller, 'ListBuckets');
    return listBuckets(s3, query);
  }
  const selector = readSelector(request);
  const route = selector === '' ? method : `${method} ${selector}`;
  if (key === '' && route === 'PUT') {
    if (caller) checkAccount(caller, 'PUT', bucketName);
    return createBucket(s3, bucketName, headers, readPayload({ headers, body: request.body }).body);
  }
  const known = s3.store.buckets.get(bucketName);
  const operations = key === '' ? BUCKET_OPERATIONS : OBJECT_OPERATIONS;
  if (caller && known && operations[route])
    authorize(caller, route, { s3, query, headers, bucket: known, key });
  const payload = readVerifiedPayload(headers, request, selector);
  const bucket = s3.store.getBucket(bucketName);
  const operation = findOperation(operations, method, selector);
  return operation({
    s3,
    caller,
    method,
    query,
    headers,
    bucket,
    key,
    sourceIp,
    requestId,
    hostId,
    ...payload,
  });
}

/** Returns the bucket and the key of a request, both empty in a request for all buckets. */
function readTarget({ path, headers: { host = '' } }: ServiceRequest): { bucketName: string; key: string } {
  // For example `bucket.localhost:4566` or `bucket.s3.us-east-1.localhost`, but not `s3.localhost`.
  const [, virtual] = /^(?!s3\.)(.+?)(?:\.s3(?:[.-][a-z0-9-]+)?)?\.localhost(?::\d+)?$/i.exec(host) ?? [];
  const target = decodePath(virtual === undefined ? path.slice(1) : `${virtual}${path}`);
  const slash = target.indexOf('/');
  if (slash === -1) return { bucketName: target, key: '' };
  const key = target.slice(slash + 1);
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw keyTooLong(key);
  return { bucketName: target.slice(0, slash), key };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: path });
  }
}

/** Returns the different parameters of a query that select operations. */
const selectorsIn = (query: URLSearchParams): string[] => [
  ...new Set([...query.keys()].filter((name) => SELECTORS.has(name))),
];

/** Returns the parameter that selects an operation, or nothing. */
function readSelector({ method, query }: ServiceRequest): string {
  const [selector = '', ...others] = selectorsIn(query);
  if (others.length > 0) {
    const names = [selector, ...others].join(', ');
    throw invalidArgument('Conflicting query string parameters', 'ResourceType', names);
  }
  const reads = method === 'GET' || method === 'HEAD';
  for (const [name, value] of query) {
    if (name === selector || PARAMETER.test(name)) continue;
    // Like S3, a read ignores an unknown parameter with a value. One without a value may select an operation unknown here.
    if (!reads || (value === '' && !LIST_PARAMETER.test(name))) throw notImplemented(`${method} ?${name}`);
  }
  const version = query.get('versionId') ?? 'null';
  if (version !== 'null') throw invalidArgument('Invalid version id specified', 'versionId', version);
  if (method === 'PUT' && query.has('partNumber') && selector !== 'uploadId') {
    throw invalidArgument(
      'This operation does not accept a part number without an upload ID.',
      'partNumber',
      '',
    );
  }
  return selector;
}

/** Reads and verifies the body. In CompleteMultipartUpload, ignores the checksum: it is that of the object. */
function readVerifiedPayload(headers: Headers, { method, body }: ServiceRequest, selector: string): Payload {
  if (method !== 'POST' || selector !== 'uploadId') return readPayload({ headers, body });
  const ofBody = Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-'));
  return readPayload({ headers: Object.fromEntries(ofBody), body });
}

function findOperation(operations: Record<string, Operation>, method: string, selector: string): Operation {
  const operation = operations[selector === '' ? method : `${method} ${selector}`];
  if (operation) return operation;
  if (method === 'OPTIONS') {
    const message = 'CORSResponse: CORS is not enabled for this bucket.';
    throw new S3Error('AccessForbidden', message, 403, { Method: method, ResourceType: 'BUCKET' });
  }
  throw selector === '' ? methodNotAllowed(method) : notImplemented(`${method} ?${selector}`);
}

function errorResponse(
  error: AwsError,
  { method, path, requestId }: ServiceRequest,
  hostId: string,
): ServiceResponse {
  const headers = { 'content-type': 'application/xml' };
  if (method === 'HEAD') return { status: error.status, headers };
  const details = error instanceof S3Error ? error.details : {};
  const elements = Object.entries({
    Code: error.code,
    Message: error.message,
    ...details,
    Resource: path,
    RequestId: requestId,
    HostId: hostId,
  }).map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`);
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${elements.join('')}</Error>`;
  return { status: error.status, headers, body };
}
