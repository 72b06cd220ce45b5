/* The embedded cloud in a process of its own: `node cloud-main.ts <CloudOptions as JSON>`, with a channel to its parent. */
import { resolve } from 'node:path';
import { startEmbeddedCloud } from '../../../local/embedded-cloud.ts';
import type { CloudOptions } from './start-cloud-process.ts';

const { localDirectory, dataDir, databaseUrl, params, proxy } = JSON.parse(
  process.argv[2] ?? '',
) as CloudOptions;

// A file that may not grow any more is then an error of the write, as on a full disk, and not the end of the process.
process.on('SIGXFSZ', () => undefined);
process.on('disconnect', () => process.exit(1));

const cloud = await startEmbeddedCloud({
  projectDirectory: resolve(import.meta.dirname, '../../..'),
  localDirectory,
  dataDir,
  params,
  port: 0,
  awsPort: 0,
  ...(databaseUrl !== undefined && { databaseUrl }),
  through: (outputs) => {
    if (proxy === undefined) return outputs;
    const text = JSON.stringify(outputs);
    const { AwsEndpointUrl = '', DynamoDbEndpointUrl = '' } = outputs;
    return JSON.parse(text.replaceAll(AwsEndpointUrl, proxy).replaceAll(DynamoDbEndpointUrl, proxy));
  },
  onCrash: (error) => {
    process.stderr.write(`${error.message}: ${error.cause}\n`);
    process.exit(1);
  },
});
process.on('message', (message) => {
  if (message === 'events') cloud.startEvents();
});
process.once('SIGTERM', async () => {
  await cloud.stop();
  process.exit(0);
});
process.send?.(cloud.outputs);
