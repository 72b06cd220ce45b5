import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { Contend } from '../processes/contender.ts';
import { FILE } from './file.ts';

/** The upper limit of reading: `JSON.parse` of each line of the file, and nothing else. */
export const contend: Contend = async ({ orders }) => {
  const client = new S3Client({ forcePathStyle: true });
  return async () => {
    const { Body } = await client.send(
      new GetObjectCommand({ Bucket: process.env.UPLOAD_BUCKET_NAME, Key: FILE.ndjson }),
    );
    let rows = 0;
    for await (const line of createInterface({ input: Body as Readable })) {
      if (JSON.parse(line).order_id !== undefined) rows++;
    }
    if (rows !== orders) throw new Error(`parse-lines: must find ${orders} orders, found ${rows}`);
  };
};
