import type { ServiceResponse } from '../aws-services/service.ts';
import { TAGGED } from '../iam/actions.ts';
import { accessKeyIdIn, identify } from '../iam/caller.ts';
import { checkInBody, checkObject, credentialErrors } from './authorize.ts';
import { keyTooLong, MAX_KEY_BYTES } from './delete-objects.ts';
import { parseForm } from './multipart-form.ts';
import { checksumHeaders, ENCRYPTION, readSettings, refuseUnsupportedHeaders } from './object-headers.ts';
import { verifyChecksum } from './payload.ts';
import { checkPolicy } from './post-policy.ts';
import { storeObject } from './put-object.ts';
import { invalidArgument, S3Error } from './s3-error.ts';
import { type Operation, objectUrl, type S3Request, toHeaderValue } from './s3-request.ts';
import { checkSize, md5, type ObjectInfo } from './store.ts';
import { parseTagField } from './tags.ts';
import { quote, text } from './xml.ts';

/** Fields that belong to the form itself rather than to the object. */
const FORM_FIELD =
  /^(key|policy|tagging|redirect|success_action_.*|x-amz-(algorithm|credential|date|signature|security-token))$/;

/** Creates an object from an HTML form: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html */
export const postObject: Operation = (request) => {
  const { s3, headers, bucket, body } = request;
  const { fields, file } = parseForm(headers['content-type'] ?? '', body);
  const key = readKey(fields.get('key'), file?.name ?? '');
  if (!file) {
    throw invalidArgument('POST requires exactly one file upload per request.', 'file', '0');
  }
  const { access } = s3.enforcement;
  const accessKeyId = access && accessKeyIdIn(fields.get('x-amz-credential') ?? fields.get('awsaccesskeyid'));
  const caller = access && identify(access, accessKeyId, credentialErrors);
  checkPolicy({ fields, bucket: bucket.name, key, size: file.content.length }, Date.now());
  if (caller) {
    checkInBody(caller, 'POST', bucket, key);
    if (fields.get('tagging')) checkObject(caller, TAGGED.object, bucket, key);
  }
  checkSize(file.content.length);
  const objectFields: Record<string, string> = {};
  for (const [name, value] of fields) {
    if (!FORM_FIELD.test(name)) objectFields[name] = toHeaderValue(name, value);
  }
  if (objectFields.acl !== undefined) objectFields['x-amz-acl'] = objectFields.acl;
  refuseUnsupportedHeaders(objectFields);
  const checksum = verifyChecksum(objectFields, file.content);
  const info: ObjectInfo = {
    headers: readSettings(objectFields).headers,
    tags: parseTagField(fields.get('tagging')),
    etag: md5(file.content),
    size: file.content.length,
    lastModified: Date.now(),
    ...(checksum && { checksum }),
  };
  // Created before the object is stored, so that an error leaves the bucket unchanged.
  const response = postResponse(request, fields, key, info);
  storeObject(request, info, file.content, 'ObjectCreated:Post', key);
  return response;
};

function readKey(field: string | undefined, fileName: string): string {
  if (!field) {
    const message =
      "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields.";
    throw invalidArgument(message, 'key', '');
  }
  // Some browsers send the path of the file.
  const name = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1);
  const key = field.replaceAll(/\$\{filename\}/g, () => name);
  if (key === '')
    throw new S3Error(
      'UserKeyMustBeSpecified',
      'The bucket POST must contain the specified field name. If it is specified, check the order of the fields.',
    );
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw keyTooLong(key);
  return key;
}

function postResponse(
  { headers: requested, bucket }: S3Request,
  fields: ReadonlyMap<string, string>,
  key: string,
  info: ObjectInfo,
): ServiceResponse {
  const etag = quote(info.etag);
  const location = objectUrl(requested, bucket.name, key);
  const headers = { etag, location, ...checksumHeaders(info), ...ENCRYPTION };
  const redirect = readRedirect(fields.get('success_action_redirect') ?? fields.get('redirect'));
  if (redirect) {
    redirect.searchParams.set('bucket', bucket.name);
    redirect.searchParams.set('key', key);
    redirect.searchParams.set('etag', etag);
    return { status: 303, headers: { ...headers, location: redirect.href } };
  }
  const status = fields.get('success_action_status');
  if (status === '200') return { status: 200, headers };
  if (status !== '201') return { status: 204, headers };
  const elements = [
    text('Location', location),
    text('Bucket', bucket.name),
    text('Key', key),
    text('ETag', etag),
  ];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<PostResponse>${elements.join('')}</PostResponse>`;
  return { status: 201, headers: { ...headers, 'content-type': 'application/xml' }, body };
}

/** Like S3, ignores a redirect that is not a URL. */
const readRedirect = (url: string | undefined) =>
  url !== undefined && /^https?:/i.test(url) && URL.canParse(url) ? new URL(url) : undefined;
