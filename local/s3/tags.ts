import { malformedXml, S3Error } from './s3-error.ts';
import { noContent, type Operation, xmlResponse } from './s3-request.ts';
import type { ObjectSettings } from './store.ts';
import { childText, element, elements, parseXml, text, xmlDocument } from './xml.ts';

type Tags = ObjectSettings['tags'];

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAX_TAGS = 10;
const MAX_KEY_LENGTH = 128;
const MAX_VALUE_LENGTH = 256;
const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** Parses the header `x-amz-tagging`, such as `a=1&b=2`. @throws S3Error `InvalidTag` and such */
export function parseTagHeader(header: string | undefined): Tags {
  return header ? checkTags([...new URLSearchParams(header)]) : [];
}

function parseTagging(body: Buffer): Tags {
  const [tagSet, ...others] = elements(parseXml(body, 'Tagging'), 'TagSet');
  if (tagSet === undefined || others.length > 0) throw malformedXml();
  return checkTags(
    elements(tagSet, 'Tag').map((tag) => {
      const [key, value] = [childText(tag, 'Key'), childText(tag, 'Value')];
      if (key === undefined || value === undefined) throw malformedXml();
      return [key, value];
    }),
  );
}

/** Parses the `tagging` field of a form, which contains XML. */
export const parseTagField = (xml: string | undefined) => (xml ? parseTagging(Buffer.from(xml)) : []);

function checkTags(tags: Tags): Tags {
  if (tags.length > MAX_TAGS) throw new S3Error('BadRequest', 'Object tags cannot be greater than 10');
  if (new Set(tags.map(([key]) => key)).size < tags.length) {
    throw new S3Error('InvalidTag', 'Cannot provide multiple Tags with the same key');
  }
  for (const [key, value] of tags) {
    if (key === '' || key.length > MAX_KEY_LENGTH || !TAG_TEXT.test(key)) {
      throw new S3Error('InvalidTag', 'The TagKey you have provided is invalid', 400, { TagKey: key });
    }
    if (value.length > MAX_VALUE_LENGTH || !TAG_TEXT.test(value)) {
      throw new S3Error('InvalidTag', 'The TagValue you have provided is invalid', 400, { TagValue: value });
    }
  }
  return tags;
}

export const getObjectTagging: Operation = ({ s3, bucket, key }) => {
  const { tags } = s3.store.getObject(bucket, key).info;
  const tagElements = tags.map(([name, value]) => element('Tag', text('Key', name), text('Value', value)));
  return xmlResponse(xmlDocument('Tagging', element('TagSet', ...tagElements)));
};

export const putObjectTagging: Operation = ({ s3, bucket, key, body }) => {
  s3.store.setTags(bucket, key, parseTagging(body));
  return { status: 200 };
};

export const deleteObjectTagging: Operation = ({ s3, bucket, key }) => {
  s3.store.setTags(bucket, key, []);
  return noContent();
};
