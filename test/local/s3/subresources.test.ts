import { beforeEach, describe, expect, test } from 'vitest';
import { createTestS3 } from './create-test-s3.ts';

let send: Awaited<ReturnType<typeof createTestS3>>['send'];
beforeEach(async () => {
  ({ send } = await createTestS3());
  await send('PUT /orders/k', { body: 'content', headers: { 'x-amz-tagging': 'a=1' } });
});

describe('a subresource of a bucket', () => {
  test.each([
    ['GET', 'cors', 404, 'NoSuchCORSConfiguration'],
    ['GET', 'lifecycle', 404, 'NoSuchLifecycleConfiguration'],
    ['GET', 'policy', 404, 'NoSuchBucketPolicy'],
    ['GET', 'policyStatus', 404, 'NoSuchBucketPolicy'],
    ['GET', 'tagging', 404, 'NoSuchTagSet'],
    ['GET', 'website', 404, 'NoSuchWebsiteConfiguration'],
    ['GET', 'replication', 404, 'ReplicationConfigurationNotFoundError'],
    ['GET', 'object-lock', 404, 'ObjectLockConfigurationNotFoundError'],
    ['GET', 'inventory', 501, 'NotImplemented'],
    ['GET', 'session', 501, 'NotImplemented'],
    ['GET', 'annotation', 501, 'NotImplemented'],
    ['GET', 'unknown', 501, 'NotImplemented'],
    ['PUT', 'acl', 400, 'AccessControlListNotSupported'],
    ['PUT', 'policy', 400, 'MalformedPolicy'],
    ...['cors', 'lifecycle', 'tagging', 'versioning', 'website', 'encryption', 'replication', 'logging']
      .concat(['publicAccessBlock', 'ownershipControls', 'object-lock', 'inventory', 'unknown'])
      .map((name) => ['PUT', name, 501, 'NotImplemented'] as const),
    ['DELETE', 'publicAccessBlock', 501, 'NotImplemented'],
    ['DELETE', 'ownershipControls', 501, 'NotImplemented'],
    ['DELETE', 'unknown', 501, 'NotImplemented'],
    ['DELETE', 'uploads', 501, 'NotImplemented'],
    ['POST', 'unknown', 501, 'NotImplemented'],
    ['PATCH', '', 405, 'MethodNotAllowed'],
    ['OPTIONS', '', 403, 'AccessForbidden'],
    ['GET', 'acl&policy', 400, 'InvalidArgument'],
  ] as const)('%s ?%s answers %i %s and changes nothing', async (method, query, status, code) => {
    expect(await send(`${method} /orders?${query}`, { body: '<any/>' })).toMatchObject({ status, code });
    expect((await send('GET /orders/k')).body).toBe('content');
  });

  test.each(['cors', 'encryption', 'lifecycle', 'policy', 'replication', 'tagging', 'website'])(
    'DELETE ?%s succeeds, because it is not set, and the bucket stays',
    async (name) => {
      await send('DELETE /orders/k');
      expect((await send(`DELETE /orders?${name}`)).status).toBe(204);
      expect((await send('HEAD /orders')).status).toBe(200);
    },
  );

  test.each([
    ['versioning', /<VersioningConfiguration xmlns="[^"]*"><\/VersioningConfiguration>/],
    ['accelerate', /<AccelerateConfiguration xmlns="[^"]*"><\/AccelerateConfiguration>/],
    ['logging', /<BucketLoggingStatus xmlns="[^"]*"><\/BucketLoggingStatus>/],
    ['encryption', /<SSEAlgorithm>AES256<\/SSEAlgorithm>/],
    ['ownershipControls', /<ObjectOwnership>BucketOwnerEnforced<\/ObjectOwnership>/],
    ['publicAccessBlock', /<BlockPublicAcls>true<\/BlockPublicAcls>/],
    ['requestPayment', /<Payer>BucketOwner<\/Payer>/],
    ['location', /<LocationConstraint xmlns="[^"]*"><\/LocationConstraint>/],
    ['notification', /<NotificationConfiguration xmlns="[^"]*"><\/NotificationConfiguration>/],
    ['acl', /<ID>000000000000<\/ID>.*<Permission>FULL_CONTROL<\/Permission>/],
  ])('GET ?%s answers with the setting of a new bucket', async (name, xml) => {
    const { status, body } = await send(`GET /orders?${name}`);
    expect(status).toBe(200);
    expect(body).toMatch(xml);
    expect((await send(`GET /nowhere?${name}`)).code).toBe('NoSuchBucket');
  });
});

describe('a subresource of an object', () => {
  test.each([
    ['PUT', 'acl', 400, 'AccessControlListNotSupported'],
    ['PUT', 'legal-hold', 501, 'NotImplemented'],
    ['PUT', 'retention', 501, 'NotImplemented'],
    ['PUT', 'renameObject', 501, 'NotImplemented'],
    ['PUT', 'unknown', 501, 'NotImplemented'],
    ['PUT', 'partNumber=1', 400, 'InvalidArgument'],
    ['PUT', 'tagging&acl', 400, 'InvalidArgument'],
    ['POST', 'restore', 501, 'NotImplemented'],
    ['POST', 'select&select-type=2', 501, 'NotImplemented'],
    ['POST', '', 405, 'MethodNotAllowed'],
    ['DELETE', 'acl', 501, 'NotImplemented'],
    ['DELETE', 'versionId=1', 400, 'InvalidArgument'],
    ['GET', 'torrent', 501, 'NotImplemented'],
    ['GET', 'retention', 400, 'InvalidRequest'],
    ['GET', 'legal-hold', 400, 'InvalidRequest'],
  ])('%s ?%s answers %i %s and changes nothing', async (method, query, status, code) => {
    expect(await send(`${method} /orders/k?${query}`, { body: '<any/>' })).toMatchObject({ status, code });
    const { body, headers } = await send('GET /orders/k');
    expect([body, headers['x-amz-tagging-count']]).toEqual(['content', '1']);
  });

  test('versionId=null is the object of a bucket without versioning', async () => {
    expect((await send('GET /orders/k?versionId=null')).body).toBe('content');
    expect((await send('DELETE /orders/k?versionId=null')).status).toBe(204);
    expect((await send('HEAD /orders/k')).status).toBe(404);
  });
});

describe('tagging', () => {
  const tagging = (...tags: [string, string][]) =>
    `<Tagging><TagSet>${tags.map(([key, value]) => `<Tag><Key>${key}</Key><Value>${value}</Value></Tag>`).join('')}</TagSet></Tagging>`;

  test('replaces and deletes the tags of an object, and leaves its content', async () => {
    expect((await send('PUT /orders/k?tagging', { body: tagging(['b', 'x y'], ['c', '']) })).status).toBe(
      200,
    );
    expect((await send('GET /orders/k?tagging')).body).toContain(
      tagging(['b', 'x y'], ['c', '']).slice(9, -10),
    );
    expect((await send('DELETE /orders/k?tagging')).status).toBe(204);
    expect((await send('GET /orders/k?tagging')).body).toContain('<TagSet></TagSet>');
    expect((await send('GET /orders/k')).body).toBe('content');
  });

  test.each([
    [
      '11 tags',
      tagging(...Array.from({ length: 11 }, (_, index) => [`${index}`, ''] as [string, string])),
      'BadRequest',
    ],
    ['a repeated key', tagging(['a', '1'], ['a', '2']), 'InvalidTag'],
    ['an empty key', tagging(['', '1']), 'InvalidTag'],
    ['a long value', tagging(['a', 'x'.repeat(257)]), 'InvalidTag'],
    ['a forbidden character', tagging(['a', '&lt;']), 'InvalidTag'],
    ['no value', '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>', 'MalformedXML'],
    ['another document', '<Any/>', 'MalformedXML'],
    ['no document', '', 'MalformedXML'],
  ])('with %s is refused and changes nothing', async (_name, body, code) => {
    expect(await send('PUT /orders/k?tagging', { body })).toMatchObject({ status: 400, code });
    expect((await send('GET /orders/k?tagging')).body).toContain('<Key>a</Key><Value>1</Value>');
  });

  test('of a missing object fails', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await send(`${method} /orders/missing?tagging`, { body: tagging() })).code).toBe('NoSuchKey');
    }
  });
});

describe('a bucket', () => {
  test.each(['AB', 'ab', 'a_b', '-abc', 'abc-', 'a..b', '1.2.3.4', 'xn--abc', 'abc-s3alias', 'a'.repeat(64)])(
    'cannot be named %s',
    async (name) => {
      expect(await send(`PUT /${name}`)).toMatchObject({ status: 400, code: 'InvalidBucketName' });
    },
  );

  test('is created again without a change in us-east-1, but not in another region', async () => {
    const inRegion = (region: string) => ({
      body: `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
    });
    expect((await send('PUT /orders')).status).toBe(200);
    expect((await send('GET /orders/k')).body).toBe('content');
    expect((await send('PUT /orders', inRegion('eu-west-1'))).code).toBe('BucketAlreadyOwnedByYou');
    expect((await send('PUT /other', inRegion('us-east-1'))).code).toBe('InvalidLocationConstraint');
    expect((await send('PUT /other', inRegion('eu-west-1'))).status).toBe(200);
    expect((await send('GET /other?location')).body).toContain('>eu-west-1<');
  });

  test('is deleted with its uploads, once it contains no objects', async () => {
    await send('POST /orders/upload?uploads');
    expect(await send('DELETE /orders')).toMatchObject({ status: 409, code: 'BucketNotEmpty' });
    await send('DELETE /orders/k');
    expect((await send('DELETE /orders')).status).toBe(204);
    expect(await send('HEAD /orders')).toMatchObject({ status: 404, body: '' });
    await send('PUT /orders');
    expect((await send('GET /orders?uploads')).body).not.toContain('<Upload>');
  });

  test('is listed with the others by name', async () => {
    for (const name of ['zoo', 'abc']) await send(`PUT /${name}`);
    const names = (xml: string) => Array.from(xml.matchAll(/<Name>(.*?)<\/Name>/g), ([, name]) => name);
    expect(names((await send('GET /')).body)).toEqual(['abc', 'orders', 'zoo']);
    expect(names((await send('GET /?max-buckets=1&continuation-token=abc')).body)).toEqual(['orders']);
    expect(names((await send('GET /?prefix=z')).body)).toEqual(['zoo']);
  });
});
