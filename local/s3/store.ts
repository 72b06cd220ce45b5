import { hash, randomBytes } from 'node:crypto';
import type { Storage } from '../aws-services/storage.ts';
import { openBodyStorage } from './body-storage.ts';
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksums.ts';
import { noSuchBucket, noSuchKey, S3Error } from './s3-error.ts';
import { SortedKeys } from './sorted-keys.ts';

/** Metadata, tags and settings that an upload sets. */
export interface ObjectSettings {
  /** Headers that are returned with the object, by lower-case name: `content-type`, `x-amz-meta-…` and such. */
  headers: Record<string, string>;
  /** Tags by key. */
  tags: [key: string, value: string][];
}

/** Size of a part of a completed multipart upload, in bytes, and its checksum. */
export interface CompletedPart {
  size: number;
  /** Base64. */
  checksum?: string;
}

/** A stored object without its body. */
export interface ObjectInfo extends ObjectSettings {
  /** Entity tag without quotes. */
  etag: string;
  /** Bytes. */
  size: number;
  /** Unix time in milliseconds. */
  lastModified: number;
  checksum?: Checksum;
  /** Parts of a multipart upload. */
  parts?: CompletedPart[];
}

export interface StoredObject {
  info: ObjectInfo;
  body: Buffer;
}

/** A multipart upload in progress. */
export interface UploadInfo extends ObjectSettings {
  bucket: string;
  key: string;
  /** Unix time in milliseconds. */
  initiated: number;
  checksumAlgorithm?: ChecksumAlgorithm;
  checksumType?: ChecksumType;
}

/** An uploaded part without its body. */
export interface PartInfo {
  etag: string;
  size: number;
  lastModified: number;
  checksum?: Checksum;
}

export interface Upload {
  id: string;
  info: UploadInfo;
  /** Parts by number, in any order. */
  parts: Map<number, { info: PartInfo; body: Buffer }>;
}

export interface Bucket {
  name: string;
  /** Unix time in milliseconds. */
  created: number;
  region: string;
  /** JSON of the bucket policy. Default: it has none. */
  policy?: string | undefined;
  objects: Map<string, StoredObject>;
  /** Keys of the objects. */
  keys: SortedKeys;
  /** Multipart uploads in progress by ID. */
  uploads: Map<string, Upload>;
}

type StoredBucket = Pick<Bucket, 'created' | 'region' | 'policy'>;

/** Maximum size of an object or a part in bytes. S3 accepts 5 GB in one request; memory limits the embedded cloud. */
export const MAX_OBJECT_BYTES = 1_000_000_000;

/** @throws S3Error `EntityTooLarge` */
export function checkSize(size: number): void {
  if (size <= MAX_OBJECT_BYTES) return;
  throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
    ProposedSize: String(size),
    MaxSizeAllowed: String(MAX_OBJECT_BYTES),
  });
}

/** Returns the entity tag of a body, without quotes. */
export const md5 = (body: Buffer) => hash('md5', body, 'hex');

/** Buckets with their objects and multipart uploads, in memory and written through to storage. */
export type S3Store = ReturnType<typeof openStore>;

/** Opens the store with the buckets and objects of earlier runs. */
export function openStore(storage: Storage) {
  const bucketMap = storage.map<StoredBucket>('s3_buckets');
  const objectMap = storage.map<ObjectInfo>('s3_objects');
  const bodies = openBodyStorage(storage, 's3_bodies');
  const uploadMap = storage.map<UploadInfo>('s3_uploads');
  const partMap = storage.map<PartInfo>('s3_parts');
  const partBodies = openBodyStorage(storage, 's3_part_bodies');
  const buckets = new Map<string, Bucket>();

  // Neither bucket names nor upload IDs contain a slash.
  const objectId = (bucket: Bucket, key: string) => `${bucket.name}/${key}`;
  const partId = (upload: Upload, partNumber: number) => `${upload.id}/${partNumber}`;

  load();

  function load(): void {
    for (const [name, stored] of bucketMap.entries()) addBucket(name, stored);
    const loadedBodies = bodies.load();
    for (const [id, info] of objectMap.entries()) {
      const [name, key] = splitId(id);
      const bucket = getBucket(name);
      bucket.objects.set(key, { info, body: loadedBodies.get(id) as Buffer });
    }
    for (const bucket of buckets.values()) bucket.keys = new SortedKeys(bucket.objects.keys());
    const uploads = new Map<string, Upload>();
    for (const [id, info] of uploadMap.entries()) {
      const upload = { id, info, parts: new Map() };
      uploads.set(id, upload);
      getBucket(info.bucket).uploads.set(id, upload);
    }
    const loadedParts = partBodies.load();
    for (const [id, info] of partMap.entries()) {
      const [uploadId, partNumber] = splitId(id);
      const body = loadedParts.get(id) as Buffer;
      uploads.get(uploadId)?.parts.set(Number(partNumber), { info, body });
    }
  }

  function addBucket(name: string, stored: StoredBucket): void {
    const contents = { objects: new Map(), keys: new SortedKeys(), uploads: new Map() };
    buckets.set(name, { name, ...stored, ...contents });
  }

  /** @throws S3Error `NoSuchBucket` */
  function getBucket(name: string): Bucket {
    const bucket = buckets.get(name);
    if (!bucket) throw noSuchBucket(name);
    return bucket;
  }

  /** @throws S3Error `NoSuchKey` */
  function getObject(bucket: Bucket, key: string): StoredObject {
    const object = bucket.objects.get(key);
    if (!object) throw noSuchKey(key);
    return object;
  }

  function createBucket(name: string, region: string): void {
    const stored = { created: Date.now(), region };
    addBucket(name, stored);
    bucketMap.set(name, stored);
  }

  /** @param policy JSON; `undefined` to delete the policy. */
  function setPolicy(bucket: Bucket, policy: string | undefined): void {
    bucket.policy = policy;
    const { created, region } = bucket;
    bucketMap.set(bucket.name, { created, region, ...(policy !== undefined && { policy }) });
  }

  /** Deletes a bucket and its multipart uploads. @throws S3Error `BucketNotEmpty` */
  function deleteBucket(bucket: Bucket): void {
    if (bucket.objects.size > 0) {
      const message = 'The bucket you tried to delete is not empty';
      throw new S3Error('BucketNotEmpty', message, 409, { BucketName: bucket.name });
    }
    for (const upload of bucket.uploads.values()) deleteUpload(bucket, upload);
    buckets.delete(bucket.name);
    bucketMap.delete(bucket.name);
  }

  /** Creates or replaces an object. The caller must not change `body` afterwards. */
  function putObject(bucket: Bucket, key: string, info: ObjectInfo, body: Buffer): void {
    const replaced = bucket.objects.get(key);
    bucket.objects.set(key, { info, body });
    if (!replaced) bucket.keys.add(key);
    const id = objectId(bucket, key);
    objectMap.set(id, info);
    bodies.set(id, body, replaced?.info.size);
  }

  function setTags(bucket: Bucket, key: string, tags: ObjectSettings['tags']): void {
    const { info } = getObject(bucket, key);
    info.tags = tags;
    objectMap.set(objectId(bucket, key), info);
  }

  /** Deletes an object. Deleting one that does not exist succeeds. */
  function deleteObject(bucket: Bucket, key: string): void {
    const object = bucket.objects.get(key);
    if (!object) return;
    bucket.objects.delete(key);
    bucket.keys.delete(key);
    const id = objectId(bucket, key);
    objectMap.delete(id);
    bodies.delete(id, object.info.size);
  }

  function createUpload(bucket: Bucket, info: UploadInfo): Upload {
    const upload: Upload = { id: createUploadId(), info, parts: new Map() };
    bucket.uploads.set(upload.id, upload);
    uploadMap.set(upload.id, info);
    return upload;
  }

  function putPart(upload: Upload, partNumber: number, info: PartInfo, body: Buffer): void {
    const replaced = upload.parts.get(partNumber);
    upload.parts.set(partNumber, { info, body });
    const id = partId(upload, partNumber);
    partMap.set(id, info);
    partBodies.set(id, body, replaced?.info.size);
  }

  /** Deletes a multipart upload and its parts. */
  function deleteUpload(bucket: Bucket, upload: Upload): void {
    bucket.uploads.delete(upload.id);
    uploadMap.delete(upload.id);
    for (const [partNumber, { info }] of upload.parts) {
      const id = partId(upload, partNumber);
      partMap.delete(id);
      partBodies.delete(id, info.size);
    }
  }

  return {
    buckets: buckets as ReadonlyMap<string, Bucket>,
    getBucket,
    getObject,
    createBucket,
    setPolicy,
    deleteBucket,
    putObject,
    setTags,
    deleteObject,
    createUpload,
    putPart,
    deleteUpload,
  };
}

function splitId(id: string): [string, string] {
  const slash = id.indexOf('/');
  return [id.slice(0, slash), id.slice(slash + 1)];
}

let lastTime = 0;
/** Returns an upload ID. IDs sort by time of initiation, which is the order of uploads of one key in a listing. */
function createUploadId(): string {
  lastTime = Math.max(lastTime + 1, Date.now() * 4_096);
  return lastTime.toString(16).padStart(16, '0') + randomBytes(16).toString('hex');
}
