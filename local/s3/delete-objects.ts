import { checkInBody } from './authorize.ts';
import { checkWrite } from './conditions.ts';
import { checksumOf } from './payload.ts';
import { invalidRequest, malformedXml, notImplemented, S3Error } from './s3-error.ts';
import { noContent, type Operation, type S3Request, xmlResponse } from './s3-request.ts';
import { childText, element, elements, parseXml, text, type XmlValue, xmlDocument } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAX_KEYS = 1_000;
export const MAX_KEY_BYTES = 1_024;

export const deleteObject: Operation = ({ s3, headers, bucket, key }) => {
  const existing = bucket.objects.get(key)?.info;
  checkWrite(headers, key, existing);
  s3.store.deleteObject(bucket, key);
  return noContent();
};

export const deleteObjects: Operation = (request) => {
  const { headers, body } = request;
  if (headers['content-md5'] === undefined && !checksumOf(headers) && !request.checksum) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
  const parsed = parseXml(body, 'Delete');
  const quiet = childText(parsed, 'Quiet')?.toLowerCase() === 'true';
  const objects = elements(parsed, 'Object');
  if (objects.length === 0 || objects.length > MAX_KEYS) throw malformedXml();
  // A key that occurs twice is deleted, and reported, once.
  const byKey = new Map(objects.map((object) => [readKey(object), object]));
  const results = Array.from(byKey, ([key, object]) => deleteOne(request, key, object, quiet));
  return xmlResponse(xmlDocument('DeleteResult', ...results));
};

function readKey(object: XmlValue): string {
  const key = childText(object, 'Key');
  if (!key) throw malformedXml();
  for (const condition of ['LastModifiedTime', 'Size']) {
    if (childText(object, condition) !== undefined) throw notImplemented(`DeleteObjects with ${condition}`);
  }
  return key;
}

/** Deletes an object. @returns The XML element of the result. */
function deleteOne({ s3, bucket, caller }: S3Request, key: string, object: XmlValue, quiet: boolean): string {
  const versionId = childText(object, 'VersionId');
  try {
    if (caller) checkInBody(caller, 'POST delete', bucket, key);
    if (Buffer.byteLength(key) > MAX_KEY_BYTES) throw keyTooLong(key);
    if (versionId !== undefined && versionId !== 'null') {
      throw new S3Error('NoSuchVersion', 'The specified version does not exist.', 404);
    }
    checkWrite({ 'if-match': childText(object, 'ETag') }, key, bucket.objects.get(key)?.info);
    s3.store.deleteObject(bucket, key);
    return quiet ? '' : element('Deleted', text('Key', key), text('VersionId', versionId));
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    const { code, message } = error;
    return element(
      'Error',
      text('Key', key),
      text('VersionId', versionId),
      text('Code', code),
      text('Message', message),
    );
  }
}

export const keyTooLong = (key: string) =>
  new S3Error('KeyTooLongError', 'Your key is too long', 400, {
    Size: String(Buffer.byteLength(key)),
    MaxSizeAllowed: String(MAX_KEY_BYTES),
  });
