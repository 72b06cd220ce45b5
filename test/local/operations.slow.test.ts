import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { classify, type ProbedOperation, probeServices } from './probe-operations.ts';
import { CONTENT, PROBED_SERVICES } from './probed-services.ts';
import { renderOperationsPage } from './render-operations.ts';

const probed = await probeServices();

const namesOf = (operations: readonly ProbedOperation[]) => operations.map(({ name }) => name);
const find = (title: string, wanted: string) => probed[title]?.find(({ name }) => name === wanted);

describe('docs/embedded-cloud-operations.md', () => {
  it('lists what the services answer to each operation of the SDK', () => {
    const page = readFileSync(
      resolve(import.meta.dirname, '../../docs/embedded-cloud-operations.md'),
      'utf8',
    );
    expect(page, 'out of date: run node test/local/write-operations.ts').toBe(renderOperationsPage(probed));
  });
});

describe.each(PROBED_SERVICES)('$title', ({ title }) => {
  it('changes nothing when it refuses an operation or answers that a setting is absent', () => {
    const { supported, refused, notConfigured } = classify(probed[title] ?? []);
    expect(namesOf([...refused, ...notConfigured].filter(({ changes }) => changes > 0))).toEqual([]);
    expect(supported.filter(({ changes }) => changes > 0).length).toBeGreaterThan(5);
  });

  it('answers each operation with success, with a refusal or as not configured', () => {
    expect(classify(probed[title] ?? []).unclear).toEqual([]);
  });
});

describe('the embedded cloud', () => {
  it.each([
    ['SQS', 'StartMessageMoveTask', 1],
    ['SQS', 'PurgeQueue', 2],
    ['SNS', 'ConfirmSubscription', 1],
    ['S3', 'CompleteMultipartUpload', 5],
    ['S3', 'PutObject', 2],
    ['DynamoDB', 'TransactWriteItems', 1],
  ])('supports %s %s, which changes %i values', (title, name, changes) => {
    const operation = find(title, name);
    expect(operation).toMatchObject({ changes });
    expect(operation).not.toHaveProperty('code');
  });

  it.each([
    ['SNS', 'CreatePlatformApplication', 'InvalidAction'],
    ['S3', 'PutBucketVersioning', 'NotImplemented'],
    ['S3', 'PutObjectAcl', 'AccessControlListNotSupported'],
    ['S3', 'PutObjectRetention', 'NotImplemented'],
    ['DynamoDB', 'UpdateTable', 'UnknownOperationException'],
  ])('refuses %s %s with %s and changes nothing', (title, name, code) => {
    expect(find(title, name)).toMatchObject({ code, changes: 0 });
  });

  it.each([
    ['GetBucketCors', 'NoSuchCORSConfiguration'],
    ['GetBucketTagging', 'NoSuchTagSet'],
    ['GetObjectRetention', 'InvalidRequest'],
    ['GetBucketVersioning', undefined],
    ['DeleteBucketLifecycle', undefined],
  ])('answers S3 %s as for a bucket without this setting', (name, code) => {
    expect(namesOf(classify(probed.S3 ?? []).notConfigured)).toContain(name);
    expect(find('S3', name)?.code).toBe(code);
  });

  it('answers no operation of S3 as if it were another one', () => {
    const answering = (text: string) => namesOf((probed.S3 ?? []).filter(({ body }) => body.includes(text)));
    expect(answering(CONTENT)).toEqual(['GetObject']);
    expect(answering('<ListBucketResult')).toEqual(['ListObjects', 'ListObjectsV2']);
    expect(answering('<ListAllMyBucketsResult')).toEqual(['ListBuckets']);
  });
});
